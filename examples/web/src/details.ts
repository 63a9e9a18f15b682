import { completeTodos, moveToList, trashTodos } from "./actions";
import type { Todo, TodoChange } from "./api";
import { dueChange, dueOf, elsewhereWords } from "./dates";
import { byId, part } from "./dom";
import { drawChoices, markEmptyDates, refuse, tagsIn } from "./fields";
import { openLater } from "./later";
import { markdown } from "./markdown";
import { update } from "./operations";
import { drawReminders, forgetReminders } from "./reminder-editor";
import { drawRepeat, forgetRepeat } from "./repeat";
import { store } from "./store";
import { drawSubtasks, forgetSubtasks } from "./subtasks";

const pane = byId("details");
const form = part<HTMLFormElement>(pane, "form");
const notes = part<HTMLElement>(pane, ".markdown");
const NAMES = ["title", "notes", "due_date", "due_time", "priority", "list", "tags"] as const;
type Values = Record<(typeof NAMES)[number], string>;

let drawn: Values | undefined;
let shownId = "";

/** Opens the details of a todo: beside the list on a wide screen, instead of it on a phone. */
export function openDetails(id: string): void {
  commit();
  void store.open(id);
  pane.scrollTop = 0;
  pane.focus({ preventScroll: true });
}

export function closeDetails(): void {
  commit();
  const id = store.openId;
  if (!id) return;
  void store.open("");
  (document.querySelector<HTMLElement>(`#todos [data-id="${id}"] button.open`) ?? byId("todos")).focus();
}

/** Keeps what is being typed, as leaving the field does. */
export function commit(): void {
  if (pane.contains(document.activeElement)) (document.activeElement as HTMLElement).blur();
}

/** A field that is being typed in keeps its text; `sent` is one whose text has just been sent or refused. */
export function drawDetails(sent?: string): void {
  const todo = store.todo(store.openId);
  pane.hidden = !todo;
  if (!todo) return forget();
  drawChoices(form);
  const values = valuesOf(todo);
  for (const name of NAMES) {
    const isDirty = shownId === todo.id && field(name) === document.activeElement && field(name).value !== drawn?.[name];
    if (isDirty && drawn && name !== sent) values[name] = drawn[name];
    else if (field(name).value !== values[name]) field(name).value = values[name];
  }
  if (shownId !== todo.id || drawn?.notes !== values.notes) notes.replaceChildren(...markdown(values.notes));
  if (shownId !== todo.id) editNotes(false);
  [drawn, shownId] = [values, todo.id];
  markEmptyDates(form);
  part(pane, "#elsewhere").textContent = elsewhereWords(todo);
  byId("edit-notes").textContent = values.notes ? "Edit notes" : "Add notes";
  const box = part<HTMLInputElement>(pane, "[data-role=complete]");
  box.checked = todo.completed || Boolean(todo.isGoingOn);
  box.ariaLabel = `Complete ${todo.title}`;
  pane.dataset.priority = String(todo.priority);
  pane.classList.toggle("completed", todo.completed);
  drawSubtasks(todo);
  drawRepeat(todo);
  drawReminders(todo);
}

/** What is not shown is not kept on the page either: the next person may be another one. */
function forget(): void {
  if (!drawn) return;
  [drawn, shownId] = [undefined, ""];
  form.reset();
  notes.replaceChildren();
  part(pane, "[data-role=complete]").ariaLabel = "Complete";
  forgetSubtasks();
  forgetRepeat();
  forgetReminders();
}

function valuesOf(todo: Todo): Values {
  const due = dueOf(todo);
  return {
    title: todo.title,
    notes: todo.notes ?? "",
    due_date: due?.day ?? "",
    due_time: due?.time ?? "",
    priority: String(todo.priority),
    list: todo.list ?? "",
    tags: todo.tags.join(", "),
  };
}

function field(name: string): HTMLInputElement {
  return part(form, `[name=${name}]`);
}

/** One field at a time is sent, so that two people who edit different ones do not undo each other. */
form.addEventListener("change", (event) => {
  const name = NAMES.find((each) => event.target === field(each));
  const todo = store.todo(store.openId);
  if (!name || !todo || !drawn) return;
  const value = field(name).value;
  if (value === drawn[name]) return;
  part(form, ".form-error").textContent = "";
  if (valuesOf(todo)[name] !== drawn[name]) {
    store.tell(`“${todo.title}” was changed elsewhere. You see the latest.`);
  } else if (name === "list") {
    moveToList([todo.id], value);
  } else {
    const change = changeOf(todo, name, value);
    if (change) store.change([update(todo.id, change)]);
  }
  drawDetails(name);
});

function changeOf(todo: Todo, name: (typeof NAMES)[number], value: string): TodoChange | undefined {
  if (name === "title" && !value.trim()) return void refuse(form, "title", "A todo needs a title.");
  if (name === "due_time" && !field("due_date").value) return void refuse(form, "due_date", "A time needs a day.");
  if (name === "title") return { title: value.replaceAll("\n", " ").trim() };
  if (name === "notes") return { notes: value };
  if (name === "priority") return { priority: Number(value) as 0 | 1 | 2 | 3 };
  if (name === "tags") {
    const tags = tagsIn(value);
    return { tags_add: tags.filter((tag) => !todo.tags.includes(tag)), tags_remove: todo.tags.filter((tag) => !tags.includes(tag)) };
  }
  const day = field("due_date").value;
  return dueChange(todo, day ? { day, time: field("due_time").value || undefined } : undefined);
}

function editNotes(isEditing: boolean): void {
  part<HTMLElement>(pane, ".notes-field").hidden = !isEditing;
  notes.hidden = isEditing;
  byId("edit-notes").hidden = isEditing;
  if (isEditing) field("notes").focus();
}

byId("edit-notes").addEventListener("click", () => editNotes(true));
notes.addEventListener("click", (event) => (event.target as Element).closest("a") || editNotes(true));
field("notes").addEventListener("blur", () => editNotes(false));
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("keydown", (event) => {
  const isDone = event.key === "Enter" && (event.target === field("title") || event.ctrlKey || event.metaKey);
  if (!isDone) return;
  event.preventDefault();
  (event.target as HTMLElement).blur();
  pane.focus({ preventScroll: true });
});
part(pane, "[data-role=complete]").addEventListener("change", (event) => {
  completeTodos([store.openId], (event.target as HTMLInputElement).checked);
  drawDetails();
});
part<HTMLElement>(pane, "[data-role=later]").addEventListener("click", (event) => {
  openLater(event.currentTarget as HTMLElement, [store.openId]);
});
part(pane, "[data-role=trash]").addEventListener("click", () => trashTodos([store.openId]));
part(pane, "[data-role=close]").addEventListener("click", closeDetails);
