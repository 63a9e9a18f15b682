import { remind } from "./actions";
import type { Reminder, Todo } from "./api";
import { clockIn, daysLater, momentWords, zone } from "./dates";
import { byId, element, icon, part } from "./dom";
import { type Choice, openMenu } from "./menu";
import { askToNotify, canNotify, mayAsk } from "./notices";
import { inOrder, isSame, momentOf, MOST_REMINDERS, nextMoment, presetsFor, reminderAt, reminderWords } from "./reminders";
import { sentenceCase } from "./rules";
import { store } from "./store";

const button = byId<HTMLButtonElement>("remind");
const box = byId("reminders");
const own = part<HTMLElement>(box, ".own");
const moment = part<HTMLInputElement>(own, "input");
const fault = part(box, ".form-error");
const notify = part<HTMLElement>(box, "[data-act=notify]");

let shownId = "";

/** When a todo reminds, and where its reminders come up. */
export function drawReminders(todo: Todo): void {
  if (shownId !== todo.id) forgetReminders();
  shownId = todo.id;
  const { reminders } = todo;
  button.textContent = reminders.length ? "Add another" : "Never";
  button.hidden = reminders.length >= MOST_REMINDERS;
  drawList(todo);
  notify.hidden = !reminders.length || !mayAsk();
  part(box, ".hint").textContent = reminders.length ? hintOf(todo) : "";
}

export function forgetReminders(): void {
  shownId = "";
  own.hidden = true;
  for (const emptied of [fault, part(box, ".hint")]) emptied.textContent = "";
  moment.value = "";
  part(box, "ul").replaceChildren();
  delete box.dataset.drawn;
}

function drawList(todo: Todo): void {
  const entries = todo.reminders.map((reminder): [string, boolean] => [
    sentenceCase(reminderWords(reminder, todo)), momentOf(reminder, todo) <= Date.now(),
  ]);
  const source = JSON.stringify([entries, todo.reminders]);
  if (box.dataset.drawn === source) return;
  box.dataset.drawn = source;
  const hadFocus = part(box, "ul").contains(document.activeElement);
  part(box, "ul").replaceChildren(...todo.reminders.map((reminder, index) => entry(reminder, ...entries[index]!)));
  if (hadFocus) button.focus();
}

function entry(reminder: Reminder, words: string, isPast: boolean): HTMLElement {
  const remove = element("button", { type: "button", class: "icon-button", "aria-label": `Remove: ${words}` }, icon("close"));
  remove.addEventListener("click", () => {
    const todo = store.todo(shownId);
    if (!todo) return;
    const others = todo.reminders.filter((other) => !isSame(other, reminder));
    change(todo, others, `no longer reminds you ${reminderWords(reminder, todo)}`);
  });
  return element("li", { class: isPast ? "past" : undefined }, element("span", {}, words), remove);
}

function hintOf(todo: Todo): string {
  if (todo.completed) return "Silent, for it is completed.";
  if (store.list(todo.list)?.archived_at) return "Silent, for its list is in the archive.";
  const next = nextMoment(todo);
  if (!next) return "None of them is still to come.";
  return `Next: ${momentWords(next)}.${canNotify() ? "" : " Shown on this page while it is open."}`;
}

function choicesFor(todo: Todo): Choice[] {
  // What has passed for this time may still remind of the next one.
  const isOffered = (reminder: Reminder) =>
    !todo.reminders.some((other) => isSame(other, reminder)) && (todo.rrule || momentOf(reminder, todo) > Date.now());
  const choices = presetsFor(todo).filter(isOffered).map((reminder) => ({
    name: sentenceCase(reminderWords(reminder, todo)),
    picture: "bell",
    hint: "at" in reminder ? undefined : momentWords(momentOf(reminder, todo)),
    act: () => add(reminder),
  }));
  return [...choices, { name: "On a day, at a time…", picture: "calendar", act: askForMoment }];
}

function askForMoment(): void {
  const todo = store.todo(shownId);
  if (!todo) return;
  own.hidden = false;
  const next = nextMoment(todo) ?? Date.parse(`${daysLater(1)}T09:00`);
  moment.value = clockIn(zone(), next);
  moment.focus();
}

function addOwn(): void {
  const todo = store.todo(shownId);
  if (!todo) return;
  const time = Date.parse(moment.value);
  if (!moment.validity.valid || Number.isNaN(time)) return refuse("Choose a day and a time.");
  if (time <= Date.now()) return refuse("This moment has passed.");
  add(reminderAt(moment.value, todo));
}

function add(reminder: Reminder): void {
  const todo = store.todo(shownId);
  if (!todo) return;
  if (todo.reminders.some((other) => isSame(other, reminder))) return refuse("This reminder is there already.");
  // Browsers want this to come of a click.
  if (mayAsk()) void askToNotify().then(() => store.changed());
  own.hidden = true;
  change(todo, inOrder([...todo.reminders, reminder]), `reminds you ${reminderWords(reminder, todo)}`);
  button.focus();
}

function change(todo: Todo, reminders: Reminder[], words: string): void {
  fault.textContent = "";
  remind(todo, reminders, words);
}

function refuse(message: string): void {
  fault.textContent = message;
  moment.focus();
}

button.addEventListener("click", () => {
  const todo = store.todo(shownId);
  fault.textContent = "";
  if (todo) openMenu(button, "Remind", choicesFor(todo));
});
part(own, "[data-act=add]").addEventListener("click", addOwn);
part(own, "[data-act=cancel]").addEventListener("click", () => {
  fault.textContent = "";
  own.hidden = true;
  button.focus();
});
moment.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  addOwn();
});
notify.addEventListener("click", () => void askToNotify().then(() => store.changed()));
