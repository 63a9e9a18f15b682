import { addTag, moveToList, putOff } from "./actions";
import type { Todo } from "./api";
import { announce, element, icon } from "./dom";
import { type Drop, drag } from "./drag";
import { move } from "./operations";
import { byPosition } from "./sections";
import { selection } from "./selection";
import { store } from "./store";
import { isOrdered } from "./views";

/** A handle to drag a todo by, to another place or onto a list, a day or a tag; or to move it by with the arrow keys. */
export function reorderHandle(todo: Todo): HTMLButtonElement {
  const handle = element("button", { type: "button", class: "handle", "aria-label": label(todo), "data-role": "handle" }, icon("grip"));
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !isOrdered(store.view)) return;
    event.preventDefault();
    event.stopPropagation();
    moveBy(todo, step);
  });
  handle.addEventListener("pointerdown", (event) => {
    const item = handle.closest("li");
    if (item) drag(event, handle, item, isOrdered(store.view) ? rowsOf(siblings(todo)) : [], (drop) => dropped(todo, drop));
  });
  return handle;
}

function label(todo: Todo): string {
  if (!isOrdered(store.view)) return `Drag ${todo.title} onto a list, a day or a tag`;
  const all = siblings(todo);
  const place = all.findIndex((other) => other.id === todo.id) + 1;
  return `Reorder ${todo.title}, ${place} of ${all.length}. Move with the up and down arrow keys.`;
}

/** The open todos that it has an order with: of its list, or of its parent. */
export function siblings(todo: Todo): Todo[] {
  const open = store.todos().filter((other) => !other.completed && other.parent === todo.parent && other.list === todo.list);
  return open.sort(byPosition);
}

function rowsOf(todos: Todo[]): HTMLElement[] {
  return todos.flatMap((todo) => document.querySelector<HTMLElement>(`#open [data-id="${todo.id}"]`) ?? []);
}

function moveBy(todo: Todo, step: number): void {
  const all = siblings(todo).map((other) => other.id);
  const others = all.filter((id) => id !== todo.id);
  const place = all.indexOf(todo.id) + step;
  if (place < 0 || place >= all.length) return;
  put(todo, others[place - 1], others[place], place);
}

/** Names both neighbours: the one that is still there counts, should the other have gone meanwhile. */
function put(todo: Todo, after: string | undefined, before: string | undefined, place: number): void {
  store.change([move(todo.id, { after: after ?? null, before: before ?? null })]);
  announce(`${todo.title} is now ${place + 1} of ${siblings(todo).length}.`);
}

function dropped(todo: Todo, drop: Drop): void {
  if (!("onto" in drop)) {
    const [after, before] = [drop.after?.dataset.id, drop.before?.dataset.id];
    const others = siblings(todo).filter((other) => other.id !== todo.id);
    return put(todo, after, before, others.findIndex((other) => other.id === after) + 1);
  }
  const [kind, ...rest] = (drop.onto.dataset.drop ?? "").split(":");
  const [value, ids] = [rest.join(":"), selection.with(todo.id)];
  if (kind === "list") moveToList(ids, value);
  if (kind === "day") putOff(ids, value);
  if (kind === "tag") addTag(ids, value);
}
