import type { LoggedCompletion, Todo } from "./api";
import { byId, element, part } from "./dom";
import { drawEmpty } from "./empty";
import { canBeTakenBack, hasMoreOfLog, withCompletions } from "./logbook";
import { nextMoment } from "./reminders";
import { contents, contentsOfCompletion } from "./row";
import { completedOf, logbookOf, sectionsOf, type Section } from "./sections";
import { selection } from "./selection";
import { store } from "./store";
import { isOrdered } from "./views";

interface Row {
  item: HTMLLIElement;
  drawnFrom: string;
}

const rows = new Map<string, Row>();

export function drawTodos(): void {
  const todos = store.todos();
  const completed = completedOf(store.view, todos);
  const sections = store.view.kind === "completed" ? logbookOf(withCompletions(todos)) : sectionsOf(store.view, openOf(todos));
  const shown = [...sections.flatMap((section) => section.todos), ...completed];
  selection.keepOnly(new Set(shown.map((todo) => todo.id)));
  const focus = focusedPart();
  byId("todos").toggleAttribute("data-ordered", isOrdered(store.view));
  drawSections(sections);
  place(byId("completed"), completed);
  for (const [id, row] of rows) {
    if (!shown.some((todo) => todo.id === id)) drop(id, row);
  }
  // Redrawing a row, or moving it, takes the focus away from what is inside it.
  if (focus && !document.activeElement?.matches(focus)) document.querySelector<HTMLElement>(focus)?.focus();
  byId("done").hidden = completed.length === 0;
  part(byId("done"), "summary").textContent = `Completed · ${completed.length}`;
  byId("more").hidden = !store.hasMore && !hasMoreOfLog();
  drawEmpty(sections.every((section) => section.todos.length === 0));
}

/** Where the completed ones don't stand by themselves, below. */
function openOf(todos: Todo[]): Todo[] {
  return ["trash", "saved"].includes(store.view.kind) ? todos : todos.filter((todo) => !todo.completed);
}

function drawSections(sections: Section<Todo | LoggedCompletion>[]): void {
  const open = byId("open");
  const wanted = sections.map((section) => section.key).join();
  if (open.dataset.sections !== wanted || open.childElementCount === 0) {
    open.dataset.sections = wanted;
    open.replaceChildren(...sections.map(sectionOf));
  }
  sections.forEach((section, index) => place(part(open.children[index] as HTMLElement, "ol"), section.todos));
}

function sectionOf({ key, title, day }: Section<unknown>): HTMLElement {
  const heading = title ? [element("h2", { id: `section-${key}` }, title)] : [];
  const list = element("ol", { class: "todo-list", "aria-labelledby": title ? `section-${key}` : "view-title" });
  return element("section", { "data-drop": day && `day:${day}`, "data-section": key }, ...heading, list);
}

function place(list: HTMLElement, shown: (Todo | LoggedCompletion)[]): void {
  const todos = shown.filter((row): row is Todo => !("todo" in row));
  shown.forEach((row, index) => {
    const item = "todo" in row ? completionOf(row) : rowOf(row, todos);
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
}

function drop(id: string, row: Row): void {
  if (row.item.contains(document.activeElement)) byId("todos").focus({ preventScroll: true });
  row.item.remove();
  rows.delete(id);
}

function rowOf(todo: Todo, around: Todo[]): HTMLLIElement {
  const isBelow = Boolean(todo.parent && around.some((other) => other.id === todo.parent));
  const place = around.filter((other) => other.parent === todo.parent).map((other) => other.id === todo.id);
  const isPicked = selection.has(todo.id);
  const source = JSON.stringify([todo, place, isBelow, isPicked, selection.isOn, store.view, store.list(todo.list), nextMoment(todo), store.waits(todo.id)]);
  const known = rows.get(todo.id);
  const item = known?.item ?? element("li", { class: "todo", "data-id": todo.id });
  item.classList.toggle("shown", store.openId === todo.id);
  if (known?.drawnFrom === source) return item;
  item.classList.toggle("completed", todo.completed);
  item.classList.toggle("subtask", isBelow);
  item.classList.toggle("picked", isPicked);
  item.dataset.priority = String(todo.priority);
  item.replaceChildren(...contents(todo, orderOnScreen));
  rows.set(todo.id, { item, drawnFrom: source });
  return item;
}

function completionOf(done: LoggedCompletion): HTMLLIElement {
  const source = JSON.stringify([done, canBeTakenBack(done)?.version]);
  const known = rows.get(done.id);
  const item = known?.item ?? element("li", { class: "todo completed occurrence", "data-id": done.id });
  item.classList.toggle("shown", store.openId === done.todo);
  if (known?.drawnFrom === source) return item;
  item.replaceChildren(...contentsOfCompletion(done));
  rows.set(done.id, { item, drawnFrom: source });
  return item;
}

function orderOnScreen(): string[] {
  return [...document.querySelectorAll<HTMLElement>("#todos .todo:not(.occurrence)")].map((item) => item.dataset.id ?? "");
}

/** A selector of what has the focus inside a row, so that it can be given back. */
function focusedPart(): string | undefined {
  const focused = document.activeElement;
  const item = focused?.closest<HTMLElement>("#todos li.todo");
  if (!(focused instanceof HTMLElement) || !item || !focused.dataset.role) return undefined;
  return `#todos [data-id="${item.dataset.id}"] [data-role="${focused.dataset.role}"]`;
}
