import { repeat } from "./actions";
import type { Todo } from "./api";
import { today } from "./dates";
import { byId, part } from "./dom";
import { drawHistory } from "./history";
import { type Choice, openMenu } from "./menu";
import { update } from "./operations";
import { readSeries, type Series } from "./reading";
import { openRepeatEditor } from "./repeat-editor";
import { partsOf, rulesFor, ruleWords, sentenceCase, seriesWords } from "./rules";
import { store } from "./store";

const button = byId<HTMLButtonElement>("repeat");
const box = byId("series");
const from = part<HTMLSelectElement>(box, "[name=repeat_from]");

let asked = "";
let asking = new AbortController();
let series: Series | undefined;

/** How a todo repeats; what it means, which days come and which were done is the server's to say. */
export function drawRepeat(todo: Todo): void {
  button.textContent = todo.rrule ? sentenceCase(ruleWords(todo.rrule)) : "Never";
  box.hidden = !todo.rrule;
  if (document.activeElement !== from) from.value = todo.repeat_from ?? "due";
  const wanted = todo.rrule ? JSON.stringify([todo.id, todo.rrule, todo.due_date, todo.repeat_from, todo.completed]) : "";
  if (wanted !== asked) [series, asked] = [undefined, ""];
  // While a change is on its way, what the server has said may not be so any more.
  if (wanted && !asked && !store.hasUnsent) void ask(todo.id, wanted);
  if (!todo.rrule) return forgetRepeat();
  const isSent = todo.isGoingOn || (!series && store.hasUnsent);
  part(box, ".hint").textContent = isSent ? "Being sent…" : series ? seriesWords(series, todo) : "";
  drawHistory(series);
}

export function forgetRepeat(): void {
  asking.abort();
  [series, asked] = [undefined, ""];
  button.textContent = "Never";
  part(box, ".hint").textContent = "";
  drawHistory(undefined);
}

async function ask(id: string, wanted: string): Promise<void> {
  asked = wanted;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  await store.guarded(async () => {
    const found = await readSeries(id, signal);
    if (asked === wanted) series = found;
  });
}

function choicesFor(todo: Todo): Choice[] {
  const rules = rulesFor(todo.due_date ?? today());
  const choices = [null, ...rules].map((rrule) => ({
    name: rrule ? sentenceCase(ruleWords(rrule)) : "Never",
    picture: rrule === (todo.rrule ?? null) ? "check" : rrule ? "repeat" : "close",
    hint: isLeftOutInShortMonths(rrule) ? "not in short months" : undefined,
    act: () => repeat(todo, rrule),
  }));
  return [...choices, { name: "Custom…", picture: "edit", act: () => openRepeatEditor(todo) }];
}

function isLeftOutInShortMonths(rrule: string | null): boolean {
  const { FREQ, BYMONTHDAY } = partsOf(rrule ?? "");
  return FREQ === "MONTHLY" && Number(BYMONTHDAY) > 28;
}

button.addEventListener("click", () => {
  const todo = store.todo(store.openId);
  if (todo) openMenu(button, "Repeat", choicesFor(todo));
});
from.addEventListener("change", () => {
  store.change([update(store.openId, { repeat_from: from.value as "due" | "completion" })]);
});
