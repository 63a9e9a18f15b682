import type { EditResult, Reminder, Todo } from "./api";
import { dueChange, dueOf, dueWords, today } from "./dates";
import { announce } from "./dom";
import { complete, move, type Operation, restore, trash, update } from "./operations";
import { goOn, takeBack } from "./recurring";
import { ruleWords } from "./rules";
import { byPosition } from "./sections";
import { store } from "./store";
import { amendToast, showToast } from "./toast";

/** What people do with one todo or several. Everything but erasing can be undone from the message at the foot of the page. */
function act(todos: Todo[], doIt: (todo: Todo) => Operation, message: string, undoIt: (todo: Todo) => Operation, answered?: (result: EditResult) => void): void {
  if (todos.length === 0) return;
  const done = store.change(todos.map(doIt), answered);
  showToast(message, () => {
    // Where there was no change there is no way back.
    store.change(todos.filter((_, index) => !store.isRefused(done[index]!)).map(undoIt));
    announce("Undone.");
  });
}

function known(ids: string[]): Todo[] {
  return ids.flatMap((id) => store.todo(id) ?? []);
}

function names(todos: Todo[]): string {
  return todos.length === 1 ? `“${todos[0]?.title}”` : `${todos.length} todos`;
}

const isAre = (todos: Todo[]) => (todos.length === 1 ? "is" : "are");

export function completeTodos(ids: string[], completed = true): void {
  const todos = known(ids).filter((todo) => todo.completed !== completed && !todo.isGoingOn);
  const goesOn = (todo: Todo) => completed && Boolean(todo.rrule);
  const words = `${names(todos)} ${isAre(todos)} ${completed ? (todos.every(goesOn) ? "done this time" : "completed") : "open again"}.`;
  const doIt = (todo: Todo) => (goesOn(todo) ? goOn(todo.id, "complete") : complete(todo.id, completed));
  const undoIt = (todo: Todo) => (goesOn(todo) ? takeBack(todo, "complete") : complete(todo.id, !completed));
  act(todos, doIt, words, undoIt, todos.length === 1 && todos.every(goesOn) ? tellingNextDay(words, "done") : undefined);
}

/** On to the next day without having been done. */
export function skipTodos(ids: string[]): void {
  const todos = repeating(ids);
  const words = `${names(todos)} ${isAre(todos)} skipped this time.`;
  act(todos, (todo) => goOn(todo.id, "skip"), words, (todo) => takeBack(todo, "skip"), tellingNextDay(words, "skipped"));
}

/** Those that can be skipped. */
export function repeating(ids: string[]): Todo[] {
  return known(ids).filter((todo) => todo.rrule && !todo.completed && !todo.isGoingOn);
}

/** The server alone knows the next day, so it is said when its answer comes. */
function tellingNextDay(said: string, done: string) {
  return ({ status, id }: EditResult) => {
    const row = status === "applied" ? store.todo(id ?? "") : undefined;
    const due = row && !row.completed && dueOf(row);
    if (due) amendToast(said, `“${row.title}” is ${done}, and due again ${dueWords(due)}.`);
    else if (row) amendToast(said, `“${row.title}” is ${done} for the last time.`);
  };
}

export function trashTodos(ids: string[]): void {
  const todos = known(ids);
  if (todos.some((todo) => todo.id === store.openId)) void store.open("");
  act(todos, (todo) => trash(todo.id), `${names(todos)} ${isAre(todos)} in the trash.`, restore);
}

export function restoreTodo(todo: Todo): void {
  store.change([restore(todo)]);
  announce(`${todo.title} is back.`);
}

export function eraseTodo(todo: Todo): void {
  if (window.confirm(`Delete “${todo.title}” for good? This can't be undone.`)) void store.erase(todo.id);
}

/** A todo without a day is due today from now on. */
export function repeat(todo: Todo, rrule: string | null): void {
  const before = { rrule: todo.rrule ?? null, due_date: todo.due_date };
  if (rrule === before.rrule) return;
  const change = rrule ? { rrule, due_date: todo.due_date ?? today() } : { rrule };
  const words = rrule ? `repeats ${ruleWords(rrule)}` : "repeats no more";
  act([todo], ({ id }) => update(id, change), `“${todo.title}” ${words}.`, ({ id }) => update(id, before));
}

/** `words` say what is new of them. */
export function remind(todo: Todo, reminders: Reminder[], words: string): void {
  const before = todo.reminders;
  act([todo], ({ id }) => update(id, { reminders }), `“${todo.title}” ${words}.`, ({ id }) => update(id, { reminders: before }));
}

/** Puts todos off to another day, at the time that they had, or takes their day away. */
export function putOff(ids: string[], day: string | undefined): void {
  const todos = known(ids);
  const words = day ? `due ${dueWords({ day })}` : "without a date";
  const change = (todo: Todo) => update(todo.id, dueChange(todo, day ? { day, time: dueOf(todo)?.time } : undefined));
  act(todos, change, `${names(todos)} ${isAre(todos)} now ${words}.`, (todo) => asBefore(todo, !day));
}

/** A rule is sent only if it was taken away, because sending it begins its series anew. */
function asBefore({ id, due_date, due_time, time_zone, rrule, reminders }: Todo, lostItsDay: boolean): Operation {
  const lost = lostItsDay ? { reminders, ...(rrule ? { rrule } : {}) } : {};
  return update(id, { due_date, due_time, time_zone, ...lost });
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
