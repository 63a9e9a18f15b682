import type { Todo } from "./api";
import { openDetails } from "./details";
import { announce, byId, element, icon, part } from "./dom";
import { create } from "./operations";
import { completeBox } from "./row";
import { store } from "./store";

const box = byId("subtasks");
const list = part<HTMLElement>(box, "ol");
const title = part<HTMLInputElement>(box, "input[name=subtask]");

/** The subtasks of the todo whose details are shown; or the way back to its parent, for there is one level only. */
export function drawSubtasks(todo: Todo): void {
  const parent = todo.parent ? store.todo(todo.parent) : undefined;
  const back = byId("parent");
  back.hidden = !todo.parent;
  part(back, "span").textContent = parent?.title ?? "The whole todo";
  box.hidden = Boolean(todo.parent);
  const subtasks = store.subtasksOf(todo.id);
  const done = subtasks.filter((subtask) => subtask.completed).length;
  part(box, "h3 span").textContent = subtasks.length ? `${done}/${subtasks.length}` : "";
  const source = JSON.stringify(subtasks);
  if (list.dataset.drawn === source) return;
  list.dataset.drawn = source;
  const focus = focusedPart();
  list.replaceChildren(...subtasks.map(row));
  if (focus) list.querySelector<HTMLElement>(focus)?.focus();
}

export function forgetSubtasks(): void {
  list.replaceChildren();
  delete list.dataset.drawn;
  part(byId("parent"), "span").textContent = "";
}

function row(subtask: Todo): HTMLElement {
  const open = element("button", { type: "button", class: "open", "data-role": "open" }, element("span", { class: "todo-title" }, subtask.title));
  open.addEventListener("click", () => openDetails(subtask.id));
  const state = subtask.completed ? " completed" : "";
  const attributes = { class: `todo${state}`, "data-id": subtask.id, "data-priority": String(subtask.priority) };
  return element("li", attributes, completeBox(subtask), open);
}

function focusedPart(): string | undefined {
  const focused = document.activeElement as HTMLElement;
  const item = focused.closest<HTMLElement>("#subtasks li");
  return item ? `[data-id="${item.dataset.id}"] [data-role="${focused.dataset.role}"]` : undefined;
}

function add(): void {
  const parent = store.todo(store.openId);
  const text = title.value.trim();
  if (!parent || !text) return;
  title.value = "";
  store.change([create({ id: crypto.randomUUID(), title: text, parent: parent.id, list: parent.list })]);
  announce(`${text} is added to ${parent.title}.`);
}

title.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  add();
});
part(box, "button.add").addEventListener("click", () => {
  add();
  title.focus();
});
byId("parent").addEventListener("click", () => openDetails(store.todo(store.openId)?.parent ?? ""));
byId("parent").prepend(icon("arrow-left"));
