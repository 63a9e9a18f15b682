import type { Todo } from "./api";
import { dayOf, dayWords, dueOf, today } from "./dates";
import { hasChoiceOfOrder, type View } from "./views";

/** A part of the screen with a heading of its own; what is dropped on one with a day is due then. */
export interface Section<Row = Todo> {
  key: string;
  title: string;
  day?: string | undefined;
  todos: Row[];
}

/** The rows of a view as they stand below each other. */
export function sectionsOf(view: View, todos: Todo[]): Section[] {
  if (view.kind === "today") return todayWithOverdueOnTop(todos);
  if (view.kind === "upcoming") return byDay(todos.sort(byDue), (todo) => dueOf(todo)?.day ?? "");
  return [{ key: "all", title: "", todos: withSubtasksBelow(view, todos) }];
}

function todayWithOverdueOnTop(todos: Todo[]): Section[] {
  const isOver = (todo: Todo) => (dueOf(todo)?.day ?? "") < today();
  const sorted = todos.sort(byDue);
  const sections = [
    { key: "overdue", title: "Overdue", todos: sorted.filter(isOver) },
    { key: "today", title: dayWords(today(), "long"), day: today(), todos: sorted.filter((todo) => !isOver(todo)) },
  ];
  return sections.filter((section) => section.todos.length);
}

/** By the days on which it was done, the latest first. */
export function logbookOf<Row extends { completed_at: string | null }>(done: Row[]): Section<Row>[] {
  return byDay(done.sort(byCompletion), ({ completed_at }) => dayOf(new Date(completed_at ?? "")), false);
}

function byDay<Row>(todos: Row[], dayOfTodo: (todo: Row) => string, canBeDropped = true): Section<Row>[] {
  const days = Map.groupBy(todos, dayOfTodo);
  return [...days].map(([day, rows]) => ({
    key: day, title: dayWords(day, "long"), day: canBeDropped ? day : undefined, todos: rows,
  }));
}

/** A subtask stands below its parent where that is shown, and by itself where it is not. */
function withSubtasksBelow(view: View, todos: Todo[]): Todo[] {
  const isByHand = view.ordering === "position" && !view.search && view.kind !== "trash" && view.kind !== "saved";
  const sorted = isByHand ? todos.sort(byPosition) : todos;
  const ids = new Set(sorted.map((todo) => todo.id));
  const below = Map.groupBy(sorted, (todo) => (todo.parent && ids.has(todo.parent) ? todo.parent : ""));
  return (below.get("") ?? []).flatMap((todo) => [todo, ...(below.get(todo.id) ?? [])]);
}

/** Finished subtasks are seen in the details of their parent, so only whole todos are listed as completed. */
export function completedOf(view: View, todos: Todo[]): Todo[] {
  if (!hasChoiceOfOrder(view)) return [];
  const ids = new Set(todos.map((todo) => todo.id));
  return todos.filter((todo) => todo.completed && !ids.has(todo.parent ?? ""));
}

/** Positions are made to be compared byte by byte, not by the rules of a language. */
export function byPosition(one: { position: string }, other: { position: string }): number {
  if (one.position === other.position) return 0;
  return one.position < other.position ? -1 : 1;
}

/** As the server orders by `due`: a whole day after the times of that day. */
function byDue(one: Todo, other: Todo): number {
  return sortKey(one) < sortKey(other) ? -1 : 1;
}

function sortKey(todo: Todo): string {
  const due = dueOf(todo);
  return `${due?.day} ${due?.time ?? "~"} ${3 - todo.priority} ${todo.created_at}`;
}

function byCompletion(one: { completed_at: string | null }, other: { completed_at: string | null }): number {
  return (one.completed_at ?? "") > (other.completed_at ?? "") ? -1 : 1;
}
