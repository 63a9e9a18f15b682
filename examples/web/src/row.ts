import { completeTodos, eraseTodo, restoreTodo, trashTodos } from "./actions";
import type { LoggedCompletion, Todo } from "./api";
import { dayOf, dayWords, type Due, dueOf, dueState, dueWords, momentDue, timeWords } from "./dates";
import { openDetails } from "./details";
import { element, icon } from "./dom";
import { openLater } from "./later";
import { canBeTakenBack, takeBackLogged } from "./logbook";
import { nextMoment } from "./reminders";
import { reorderHandle } from "./reorder";
import { ruleWords } from "./rules";
import { selection } from "./selection";
import { store } from "./store";
import { isOneList } from "./views";

const PRIORITY_WORDS = ["", "Low", "Medium", "High"];

/** What one todo looks like in a list. */
export function contents(todo: Todo, order: () => string[]): HTMLElement[] {
  if (store.view.kind === "trash") {
    const erase = () => eraseTodo(todo);
    return [
      element("div", { class: "open" }, ...words(todo)),
      iconButton("restore", "restore", `Restore ${todo.title}`, () => restoreTodo(todo)),
      iconButton("erase", "trash", `Delete ${todo.title} for good`, erase),
    ];
  }
  const later = iconButton("later", "calendar", `Put off ${todo.title}`, () => openLater(later, selection.with(todo.id)));
  return [
    ...(todo.completed ? [] : [reorderHandle(todo)]),
    selection.isOn ? pickBox(todo) : completeBox(todo),
    openButton(todo, order),
    ...(todo.completed ? [] : [later]),
    iconButton("trash", "trash", `Move ${todo.title} to the trash`, () => trashTodos(selection.with(todo.id))),
  ];
}

/** An occurrence that was done, of a todo that goes on. */
export function contentsOfCompletion(done: LoggedCompletion): HTMLElement[] {
  const { todo, title, due_date, completed_at } = done;
  const row = canBeTakenBack(done);
  const day = dayOf(new Date(completed_at));
  const moved = day === due_date ? [] : [element("span", {}, icon("calendar"), `was due ${dayWords(due_date, "short")}`)];
  const meta = element("span", { class: "meta" }, element("span", { class: "repeats" }, icon("repeat"), "Done this time"), ...moved);
  const made = element("button", { type: "button", class: "open", "data-role": "open" }, element("span", { class: "todo-title" }, title), meta);
  made.addEventListener("click", () => openDetails(todo));
  return [
    element("span", { class: "done-mark" }, icon("check")),
    made,
    ...(row ? [iconButton("take-back", "restore", `Take back that ${title} was done`, () => takeBackLogged(done, row))] : []),
  ];
}

/** Opens the details, or picks the row: with Control, Command or Shift, and with a tap while rows are picked. */
function openButton(todo: Todo, order: () => string[]): HTMLElement {
  const pressed = selection.isOn ? String(selection.has(todo.id)) : undefined;
  const made = element("button", { type: "button", class: "open", "data-role": "open", "aria-pressed": pressed }, ...words(todo));
  made.addEventListener("click", (event) => {
    if (event.shiftKey) selection.extendTo(todo.id, order());
    else if (event.ctrlKey || event.metaKey || selection.isOn) selection.toggle(todo.id);
    else openDetails(todo.id);
  });
  return made;
}

function words(todo: Todo): HTMLElement[] {
  const details = detailsOf(todo);
  return [
    element("span", { class: "todo-title" }, todo.title),
    ...(details.length ? [element("span", { class: "meta" }, ...details)] : []),
  ];
}

function detailsOf(todo: Todo): HTMLElement[] {
  const due = dueOf(todo);
  const { open = 0, total = 0 } = todo.subtasks ?? {};
  const parent = todo.parent && !store.todos().some(({ id }) => id === todo.parent) ? "Subtask" : "";
  const list = isOneList(store.view) ? undefined : store.list(todo.list);
  const found = [
    due && element("span", { class: "due", "data-state": todo.completed ? "later" : dueState(due) }, icon("calendar"), dueWords(due)),
    todo.rrule && element("span", { class: "repeats", title: ruleWords(todo.rrule) }, icon("repeat"), hidden(`Repeats ${ruleWords(todo.rrule)}`)),
    !store.list(todo.list)?.archived_at && nextMoment(todo) && element("span", { class: "reminds" }, icon("bell"), hidden("Reminds "), reminderOf(todo, due)),
    todo.isGoingOn && element("span", { class: "sending" }, navigator.onLine ? "Being sent…" : "Sent when you are back"),
    !todo.isGoingOn && store.waits(todo.id) && element("span", { class: "sending" }, icon("clock"), "Not sent yet"),
    todo.priority && element("span", { class: "priority" }, icon("flag"), PRIORITY_WORDS[todo.priority] ?? ""),
    total && element("span", { class: "progress" }, icon("subtasks"), `${total - open}/${total}`, hidden(" subtasks done")),
    parent && element("span", {}, icon("subtasks"), parent),
    todo.notes && element("span", { class: "has-notes" }, icon("notes"), hidden("Notes")),
    list && element("span", {}, dot(list.color), list.name),
    ...todo.tags.map((name) => element("span", { class: "tag" }, name)),
  ];
  return found.filter((part) => part instanceof HTMLElement);
}

/** The day is left out where it is the one on which it is due. */
function reminderOf(todo: Todo, due: Due | undefined): string {
  const next = momentDue(nextMoment(todo) ?? 0);
  return next.day === due?.day ? timeWords(next) : dueWords(next);
}

function hidden(text: string): HTMLElement {
  return element("span", { class: "visually-hidden" }, text);
}

/** The colour of a list. */
export function dot(color: string | null): HTMLElement {
  const made = element("span", { class: "dot", "aria-hidden": "true" });
  if (color) made.style.background = color;
  return made;
}

export function completeBox(todo: Todo): HTMLElement {
  const label = `Complete ${todo.title}`;
  if (!todo.isGoingOn) return checkBox(label, "complete", todo.completed, (checked) => completeTodos(selection.with(todo.id), checked));
  const made = checkBox(label, "complete", true, () => {});
  made.addEventListener("click", (event) => event.preventDefault());
  return made;
}

function pickBox(todo: Todo): HTMLElement {
  const made = checkBox(`Pick ${todo.title}`, "pick", selection.has(todo.id), () => selection.toggle(todo.id));
  made.classList.add("square");
  return made;
}

function checkBox(label: string, role: string, checked: boolean, act: (checked: boolean) => void): HTMLElement {
  const box = element("input", { type: "checkbox", "aria-label": label, "data-role": role });
  box.checked = checked;
  box.addEventListener("change", () => act(box.checked));
  return element("label", { class: "check" }, box, icon("check"));
}

export function iconButton(role: string, picture: string, label: string, act: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: "icon-button", "aria-label": label, "data-role": role }, icon(picture));
  made.addEventListener("click", act);
  return made;
}
