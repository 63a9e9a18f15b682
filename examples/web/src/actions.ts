import type { Todo } from "./api";
import { dueChange, dueOf, dueWords } from "./dates";
import { announce } from "./dom";
import { complete, erase, move, type Operation, restore, together, trash, update } from "./operations";
import { byPosition } from "./sections";
import { store } from "./store";
import { showToast } from "./toast";

const MOST_AT_ONCE = 100;

/** What people do with one todo or several. Everything but erasing can be undone from the message at the foot of the page. */
function act(todos: Todo[], doIt: (todo: Todo) => Operation, message: string, undoIt: (todo: Todo) => Operation): void {
  if (todos.length === 0) return;
  changeAll(todos.map(doIt));
  showToast(message, () => {
    changeAll(todos.map(undoIt));
    announce("Undone.");
  });
}

function changeAll(operations: Operation[]): void {
  for (let from = 0; from < operations.length; from += MOST_AT_ONCE) {
    store.change(together(operations.slice(from, from + MOST_AT_ONCE)));
  }
}

function known(ids: string[]): Todo[] {
  return ids.flatMap((id) => store.todo(id) ?? []);
}

function names(todos: Todo[]): string {
  return todos.length === 1 ? `“${todos[0]?.title}”` : `${todos.length} todos`;
}

const isAre = (todos: Todo[]) => (todos.length === 1 ? "is" : "are");

export function completeTodos(ids: string[], completed = true): void {
  const todos = known(ids).filter((todo) => todo.completed !== completed);
  const words = `${names(todos)} ${isAre(todos)} ${completed ? "completed" : "open again"}.`;
  act(todos, (todo) => complete(todo.id, completed), words, (todo) => complete(todo.id, !completed));
}

export function trashTodos(ids: string[]): void {
  const todos = known(ids);
  if (todos.some((todo) => todo.id === store.openId)) void store.open("");
  act(todos, (todo) => trash(todo.id), `${names(todos)} ${isAre(todos)} in the trash.`, restore);
}

export function restoreTodo(todo: Todo): void {
  store.change(restore(todo));
  announce(`${todo.title} is back.`);
}

export function eraseTodo(todo: Todo): void {
  if (window.confirm(`Delete “${todo.title}” for good? This can't be undone.`)) store.change(erase(todo.id));
}

/** Puts todos off to another day, at the time that they had, or takes their day away. */
export function putOff(ids: string[], day: string | undefined): void {
  const todos = known(ids);
  const words = day ? `due ${dueWords({ day })}` : "without a date";
  const change = (todo: Todo) => update(todo.id, dueChange(todo, day ? { day, time: dueOf(todo)?.time } : undefined));
  act(todos, change, `${names(todos)} ${isAre(todos)} now ${words}.`, asBefore);
}

function asBefore({ id, due_date, due_time, time_zone }: Todo): Operation {
  return update(id, { due_date, due_time, time_zone });
}

export function moveToList(ids: string[], list: string): void {
  // In the order in which they stand, so that each finds the one before it when they come back.
  const todos = known(ids).filter((todo) => todo.list !== list).sort(byPosition);
  const name = store.list(list)?.name ?? "another list";
  const places = new Map(todos.map((todo) => [todo.id, { list: todo.list, after: previous(todo) }]));
  const message = `${names(todos)} ${isAre(todos)} now in “${name}”.`;
  // A subtask leaves its parent when it goes to another list, and comes back as a todo of its own.
  act(todos, (todo) => move(todo.id, { list }), message, (todo) => move(todo.id, places.get(todo.id) ?? {}));
}

function previous(todo: Todo): string | null {
  const siblings = store.todos().filter((other) => other.list === todo.list && other.parent === null);
  return siblings.sort(byPosition).filter((other) => other.position < todo.position).at(-1)?.id ?? null;
}

export function addTag(ids: string[], tag: string): void {
  const todos = known(ids).filter((todo) => !todo.tags.includes(tag));
  const message = `${names(todos)} ${isAre(todos)} now tagged “${tag}”.`;
  act(todos, (todo) => update(todo.id, { tags_add: [tag] }), message, (todo) => update(todo.id, { tags_remove: [tag] }));
}
