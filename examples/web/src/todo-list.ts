import type { Todo } from "./api";
import { dueState, dueWords } from "./dates";
import { announce, byId, element, icon } from "./dom";
import { openEditor } from "./editor";
import { complete, erase, restore, trash } from "./operations";
import { reorderHandle } from "./reorder";
import { store } from "./store";
import { showToast } from "./toast";

const PRIORITY_WORDS = ["", "Low", "Medium", "High"];

interface Row {
  item: HTMLLIElement;
  drawnFrom: string;
}

const rows = new Map<string, Row>();

export function drawTodos(): void {
  const todos = store.todos();
  const isTrash = store.view.kind === "trash";
  const open = todos.filter((todo) => isTrash || !todo.completed);
  const completed = todos.filter((todo) => !isTrash && todo.completed);
  const focus = focusedPart();
  place(byId("open"), open);
  place(byId("completed"), completed);
  for (const [id, row] of rows) {
    if (!todos.some((todo) => todo.id === id)) drop(id, row);
  }
  // Redrawing a row, or moving it, takes the focus away from what is inside it.
  if (focus && !document.activeElement?.matches(focus)) document.querySelector<HTMLElement>(focus)?.focus();
  byId("done").hidden = completed.length === 0;
  byId("done").querySelector("summary")!.textContent = `Completed · ${completed.length}`;
  byId("more").hidden = !store.hasMore;
  byId("empty").hidden = open.length > 0;
  byId("empty").textContent = emptyWords();
}

function emptyWords(): string {
  if (!store.isLoaded) return "Loading…";
  if (store.view.search) return `Nothing found for “${store.view.search}”.`;
  if (store.view.kind === "trash") return "The trash is empty.";
  return "Nothing to do here.";
}

function place(list: HTMLElement, todos: Todo[]): void {
  todos.forEach((todo, index) => {
    const item = rowOf(todo, index, todos.length);
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
}

function drop(id: string, row: Row): void {
  if (row.item.contains(document.activeElement)) byId("todos").focus({ preventScroll: true });
  row.item.remove();
  rows.delete(id);
}

function rowOf(todo: Todo, index: number, count: number): HTMLLIElement {
  const listName = store.view.kind === "list" ? "" : store.lists.find((list) => list.id === todo.list)?.name;
  const source = JSON.stringify([todo, index, count, listName, store.view]);
  const known = rows.get(todo.id);
  if (known?.drawnFrom === source) return known.item;
  const item = known?.item ?? element("li", { class: "todo", "data-id": todo.id });
  item.classList.toggle("completed", todo.completed);
  item.dataset.priority = String(todo.priority);
  item.replaceChildren(...contents(todo, index, count, listName));
  rows.set(todo.id, { item, drawnFrom: source });
  return item;
}

/** A selector of what has the focus inside a row, so that it can be given back. */
function focusedPart(): string | undefined {
  const focused = document.activeElement;
  const item = focused?.closest<HTMLElement>("li.todo");
  if (!(focused instanceof HTMLElement) || !item || !focused.dataset.role) return undefined;
  return `[data-id="${item.dataset.id}"] [data-role="${focused.dataset.role}"]`;
}

function contents(todo: Todo, index: number, count: number, listName?: string): HTMLElement[] {
  const text = element("div", { class: "todo-text" }, element("span", { class: "todo-title" }, todo.title), details(todo, listName));
  if (store.view.kind === "trash") return [text, restoreButton(todo), eraseButton(todo)];
  // The order is that of a list; todos of different lists have none among each other.
  const isOrdered = store.view.kind === "list" && store.view.ordering === "position" && !todo.completed && count > 1;
  return [
    ...(isOrdered ? [reorderHandle(todo, index, count)] : []),
    completeBox(todo),
    text,
    button("edit", "edit", `Edit ${todo.title}`, () => openEditor(todo.id)),
    button("trash", "trash", `Move ${todo.title} to the trash`, () => moveToTrash(todo)),
  ];
}

function details(todo: Todo, listName?: string): HTMLElement {
  const due = todo.due_date
    ? element("span", { class: "due", "data-state": todo.completed ? "later" : dueState(todo.due_date) }, icon("calendar"), dueWords(todo.due_date, todo.due_time))
    : undefined;
  const priority = todo.priority
    ? element("span", { class: "priority" }, icon("flag"), PRIORITY_WORDS[todo.priority] ?? "")
    : undefined;
  const list = listName ? element("span", {}, icon("list"), listName) : undefined;
  const tags = todo.tags.map((name) => element("span", { class: "tag" }, name));
  return element("div", { class: "details" }, due, priority, list, ...tags);
}

function completeBox(todo: Todo): HTMLElement {
  const box = element("input", { type: "checkbox", "aria-label": `Complete ${todo.title}`, "data-role": "complete" });
  box.checked = todo.completed;
  box.addEventListener("change", () => {
    store.change(complete(todo.id, box.checked));
    announce(`${todo.title} is ${box.checked ? "completed" : "open again"}.`);
  });
  return element("label", { class: "check" }, box, icon("check"));
}

function button(role: string, picture: string, label: string, act: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: "icon-button", "aria-label": label, "data-role": role }, icon(picture));
  made.addEventListener("click", act);
  return made;
}

function moveToTrash(todo: Todo): void {
  store.change(trash(todo.id));
  showToast(`“${todo.title}” is in the trash.`, () => {
    store.change(restore(todo));
    announce(`${todo.title} is back.`);
  });
}

function restoreButton(todo: Todo): HTMLElement {
  return button("restore", "restore", `Restore ${todo.title}`, () => {
    store.change(restore(todo));
    announce(`${todo.title} is back.`);
  });
}

function eraseButton(todo: Todo): HTMLElement {
  return button("erase", "trash", `Delete ${todo.title} for good`, () => {
    if (window.confirm(`Delete “${todo.title}” for good? This can't be undone.`)) store.change(erase(todo.id));
  });
}
