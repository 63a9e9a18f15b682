import { dayWords, today } from "./dates";
import { byId, element, icon } from "./dom";
import { type Span, type Understood, understood } from "./quickadd/understand";
import { wordsOf } from "./quickadd/words";
import { ruleWords, sentenceCase } from "./rules";
import { store } from "./store";
import "./style/quick.css";

const PICTURES = { day: "calendar", time: "clock", rule: "repeat", reminder: "clock", tag: "tag", list: "list", priority: "flag" };
const PRIORITIES = ["", "Low", "Medium", "High"];
const NOTES: Record<string, string> = {
  last_day: "Not every month has a 31st, so this is the last day of each.",
  short_months: "Months without this day are left out.",
  leap_years: "Years without a 29 February are left out.",
};

const input = byId<HTMLInputElement>("add-title");
const behind = element("div", { class: "behind", "aria-hidden": "true" });
const line = element("div", { class: "quick-line" });
const parts = element("div", { id: "understood", role: "group", "aria-label": "Understood" });

/** Parts of the line that were turned back into plain text. */
let plain = new Set<string>();

input.replaceWith(line);
line.append(behind, input);
line.closest(".add-line")?.after(parts);

/** What the line says besides a title. */
export function readLine(): Understood {
  const now = `${today()}T${new Date().toTimeString().slice(0, 8)}`;
  return understood(input.value, now, (name) => Boolean(listNamed(name)), plain);
}

/** The list of that name, unless there are several. */
export function listNamed(name: string): string | undefined {
  const found = store.lists.filter((list) => list.name.toLowerCase() === name.toLowerCase());
  return found.length === 1 ? found[0]?.id : undefined;
}

export function drawLine(): void {
  if (!input.value) plain = new Set();
  const { spans, notes } = readLine();
  behind.replaceChildren(element("span", {}, ...coloured(spans)));
  parts.replaceChildren(...spans.map(button), ...notes.map((code) => element("p", { class: "hint" }, NOTES[code])));
  parts.hidden = !spans.length;
  follow();
}

/** Turns the part at the caret, or the last one, back into plain text; false if there is none. */
export function takeBack(): boolean {
  const { spans } = readLine();
  const caret = input.selectionStart ?? 0;
  const span = spans.find(({ start, end }) => start < caret && caret <= end) ?? spans.at(-1);
  if (span) leaveAlone(span);
  return Boolean(span);
}

function leaveAlone({ start, end }: Span): void {
  plain.add(wordsOf(input.value.slice(start, end)).map(({ text }) => text).join(" "));
  drawLine();
}

/** The text of the line again, with its parts marked, to lie behind it. */
function coloured(spans: Span[]): (Node | string)[] {
  const edges = [0, ...spans.flatMap(({ start, end }) => [start, end]), input.value.length];
  return edges.slice(0, -1).map((start, at) => {
    const text = input.value.slice(start, edges[at + 1]);
    return at % 2 ? element("mark", { "data-kind": spans[(at - 1) / 2]?.kind }, text) : text;
  });
}

function button(span: Span): HTMLElement {
  const text = input.value.slice(span.start, span.end);
  const made = element(
    "button",
    { type: "button", "data-kind": span.kind, title: "Leave it in the title" },
    icon(PICTURES[span.kind]),
    wordsFor(span),
    element("span", { class: "visually-hidden" }, `: leave “${text}” in the title`),
  );
  made.addEventListener("click", () => {
    leaveAlone(span);
    input.focus();
  });
  return made;
}

function wordsFor({ kind, value }: Span): string {
  switch (kind) {
    case "day":
      return dayWords(String(value), "short");
    case "rule":
      return sentenceCase(ruleWords(String(value)));
    case "reminder":
      return `${value} min before`;
    case "priority":
      return PRIORITIES[Number(value)] ?? "";
    default:
      return String(value);
  }
}

/** A long line is scrolled, and what lies behind it has to be as far. */
function follow(): void {
  behind.scrollLeft = input.scrollLeft;
}

input.addEventListener("input", drawLine);
for (const event of ["scroll", "keyup", "click", "select"]) input.addEventListener(event, follow);
input.addEventListener("click", () => {
  const caret = input.selectionStart ?? 0;
  const isChoosing = input.selectionEnd !== caret;
  const span = readLine().spans.find(({ start, end }) => start < caret && caret < end);
  if (span && !isChoosing) leaveAlone(span);
});
