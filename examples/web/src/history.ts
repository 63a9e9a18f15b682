import type { Completion } from "./api";
import { dayOf, dayWords } from "./dates";
import { byId, element, part } from "./dom";
import type { Series } from "./reading";

const box = byId<HTMLDetailsElement>("history");

/** When it was done, and how many times in a row. */
export function drawHistory(series: Series | undefined): void {
  const completions = series?.completions ?? [];
  box.hidden = completions.length === 0;
  const source = JSON.stringify(completions);
  if (box.dataset.drawn === source) return;
  box.dataset.drawn = source;
  part(box, "summary").textContent = series ? summaryOf(series) : "";
  part(box, "ol").replaceChildren(...completions.map(entry));
}

function summaryOf({ completions, hasOlder }: Series): string {
  const firstMissed = completions.findIndex(({ missed }) => missed > 0);
  const streak = firstMissed < 0 ? completions.length : firstMissed;
  const more = (count: number) => (hasOlder && count === completions.length ? "more than " : "");
  const done = streak > 1 ? `${more(streak)}${streak} times in a row` : `${more(completions.length)}${times(completions.length)}`;
  const missed = completions.reduce((sum, completion) => sum + completion.missed, 0);
  return `Done ${done}${missed ? ` · ${missed} missed` : ""}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function entry({ completed_at, due_date, missed }: Completion): HTMLElement {
  const day = dayOf(new Date(completed_at));
  const notes = [day === due_date ? "" : `was due ${dayWords(due_date, "short")}`, missed ? `${missed} missed after it` : ""];
  const more = notes.filter(Boolean).join(", ");
  return element("li", {}, dayWords(day, "short"), more && element("span", { class: "hint" }, more));
}
