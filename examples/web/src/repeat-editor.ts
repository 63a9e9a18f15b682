import { repeat } from "./actions";
import { Problem, type Todo } from "./api";
import { today } from "./dates";
import { byId, element, part } from "./dom";
import { readPreview } from "./reading";
import { dayNumber, isoDay, nthWeekdayOf, partsOf, ruleOf, seriesWords, UNITS, WEEKDAYS, weekdayName, weekdayWords } from "./rules";
import { inWords } from "./sentences";
import { store } from "./store";

const PAUSE_MS = 250;

const dialog = byId<HTMLDialogElement>("repeat-editor");
const form = part<HTMLFormElement>(dialog, "form");
const fault = part(form, ".form-error");
let todo: Todo;
let asking = new AbortController();
let timer = 0;

/** A rule that none of the usual ones is, with what the server makes of it while it is being put together. */
export function openRepeatEditor(of: Todo): void {
  todo = of;
  const { FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT, UNTIL } = partsOf(todo.rrule ?? "FREQ=WEEKLY");
  part(form, ".weekdays").replaceChildren(...WEEKDAYS.map((code) => weekday(code, BYDAY?.split(",") ?? [])));
  field("month_day").replaceChildren(...monthDays().map(([value, words]) => element("option", { value }, words)));
  set("freq", FREQ ?? "WEEKLY");
  set("interval", INTERVAL ?? "1");
  set("month_day", BYMONTHDAY === "-1" ? "BYMONTHDAY=-1" : FREQ === "MONTHLY" && BYDAY ? `BYDAY=${nthWeekdayOf(start())}` : "");
  set("end", COUNT ? "COUNT" : UNTIL ? "UNTIL" : "");
  set("count", COUNT ?? "10");
  set("until", UNTIL ? isoDay(UNTIL) : start());
  draw();
  dialog.showModal();
  void preview();
}

function start(): string {
  return todo.due_date ?? today();
}

function monthDays(): [value: string, words: string][] {
  const nth = nthWeekdayOf(start());
  return [["", `the ${dayNumber(Number(start().slice(8)))}`], ["BYMONTHDAY=-1", "the last day"], [`BYDAY=${nth}`, weekdayWords(nth)]];
}

function weekday(code: string, chosen: string[]): HTMLElement {
  const box = element("input", { type: "checkbox", name: "weekday", value: code, "aria-label": weekdayName(code, "long") });
  box.checked = chosen.includes(code);
  return element("label", { class: "weekday" }, box, element("span", { "aria-hidden": "true" }, weekdayName(code, "short")));
}

function field(name: string): HTMLSelectElement | HTMLInputElement {
  return part(form, `[name=${name}]`);
}

function set(name: string, value: string): void {
  field(name).value = value;
}

/** Only what is asked for the chosen unit and end is shown. */
function draw(): void {
  const chosen = [field("freq").value, field("end").value];
  for (const part of form.querySelectorAll<HTMLElement>("[data-for]")) part.hidden = !chosen.includes(part.dataset.for ?? "");
  const plural = field("interval").value === "1" ? "" : "s";
  for (const option of field("freq").querySelectorAll("option")) option.textContent = `${UNITS[option.value]}${plural}`;
}

function rule(): string {
  const data = new FormData(form);
  const value = (name: string) => String(data.get(name) ?? "");
  const days = { WEEKLY: { BYDAY: data.getAll("weekday").join() }, MONTHLY: partsOf(value("month_day")) }[value("freq")];
  // What is left empty is wrong, and the server says how.
  const number = (name: string) => value(name) || "0";
  const ends = { COUNT: { COUNT: number("count") }, UNTIL: { UNTIL: value("until").replaceAll("-", "") || "0" } }[value("end")];
  const INTERVAL = number("interval") === "1" ? "" : number("interval");
  return ruleOf({ FREQ: value("freq"), INTERVAL, ...days, ...ends });
}

async function preview(): Promise<void> {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const found = await readPreview(rule(), start(), signal);
    fault.textContent = "";
    part(form, ".preview").textContent = seriesWords(found, todo);
  } catch (error) {
    if (!(error instanceof Problem)) return;
    part(form, ".preview").textContent = "";
    fault.textContent = inWords(error);
  }
}

form.addEventListener("input", () => {
  draw();
  clearTimeout(timer);
  timer = window.setTimeout(() => void preview(), PAUSE_MS);
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearTimeout(timer);
  // Without the network nobody knows whether the rule is good; the server says so when it is sent.
  if (navigator.onLine) await preview();
  if (fault.textContent) return field("interval").focus();
  dialog.close();
  repeat(store.todo(todo.id) ?? todo, rule());
});
part(form, "[data-act=cancel]").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  clearTimeout(timer);
  asking.abort();
  for (const words of [part(form, ".preview"), fault]) words.textContent = "";
  byId("repeat").focus();
});
