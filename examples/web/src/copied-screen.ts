import type { List, Summary, Tag, Todo } from "./api";
import { dueMoment, dueOf, today } from "./dates";
import type { Copied } from "./database";
import type { Waiting } from "./operations";
import { play } from "./play";
import { byId } from "./rows";
import { byPosition } from "./sections";
import { belongsTo, type View } from "./views";

export interface CopiedScreen {
  todos: Todo[];
  lists: List[];
  tags: Tag[];
  summary: Summary;
  hasMore: boolean;
}

const ORDERS: Record<View["ordering"], (one: Todo, other: Todo) => number> = {
  position: byPosition,
  due: (one, other) => compare(one.due_date ?? "~", other.due_date ?? "~"),
  "-priority": (one, other) => other.priority - one.priority,
  title: (one, other) => one.title.localeCompare(other.title),
  "-created_at": (one, other) => compare(other.created_at, one.created_at),
};

/** A screen as the server would answer it, from the copy in this browser. What a saved view looks for is not known here. */
export function screenOf(copy: Copied, waiting: readonly Waiting[], view: View, size: number): CopiedScreen {
  const before = byId(withSubtasks(copy.todos));
  const copied = withWaiting(copy, waiting);
  const todos = withSubtasks(copied.todos);
  const usable = new Set(copied.lists.filter((list) => !list.deleted_at && !list.archived_at).map(({ id }) => id));
  const inbox = copied.lists.find((list) => list.is_inbox)?.id;
  const fits = (todo: Todo) =>
    belongsTo(view, todo, inbox) && hasWords(todo, view.search) &&
    (view.kind === "trash" || ((view.kind === "list" || usable.has(todo.list)) && (todo.starts_on ?? "") <= today()));
  const found = view.kind === "saved" ? [] : todos.filter(fits).sort(orderOf(view));
  const open = todos.filter((todo) => !todo.completed && !todo.deleted_at && usable.has(todo.list) && (todo.starts_on ?? "") <= today());
  const count = (is: (todo: Todo) => boolean) => open.filter(is).length;
  return {
    // As they are confirmed, for what waits is played on them anew.
    todos: found.slice(0, size).flatMap(({ id }) => before.get(id) ?? []),
    lists: copied.lists.map((list) => ({ ...list, open_count: todos.filter((todo) => todo.list === list.id && !todo.completed && !todo.deleted_at).length })),
    tags: copied.tags.sort((one, other) => one.name.localeCompare(other.name)).map((tag) => ({ ...tag, open_count: count(({ tags }) => tags.includes(tag.name)) })),
    summary: summaryOf(copied, inbox, count),
    hasMore: found.length > size,
  };
}

/** What belongs to the view, and is counted, goes by what is not sent yet. */
function withWaiting(copied: Copied, waiting: readonly Waiting[]): Copied {
  const rows = { todos: byId(copied.todos), lists: byId(copied.lists), saved: byId(copied.views) };
  for (const operation of waiting) play(rows, operation);
  return { ...copied, todos: [...rows.todos.values()], lists: [...rows.lists.values()] };
}

/** A todo and its subtasks, as its details show them. */
export function familyOf({ todos }: Copied, id: string): Todo[] {
  return withSubtasks(todos).filter((todo) => todo.id === id || todo.parent === id);
}

function withSubtasks(todos: Todo[]): Todo[] {
  const children = Map.groupBy(todos.filter((todo) => todo.parent && !todo.deleted_at), ({ parent }) => parent);
  return todos.map((todo) => {
    const below = children.get(todo.id) ?? [];
    return { ...todo, subtasks: { open: below.filter(({ completed }) => !completed).length, total: below.length } };
  });
}

/** Each word begins one of the todo's, whatever their case. */
function hasWords({ title, notes, tags }: Todo, search: string): boolean {
  const words = wordsIn([title, notes ?? "", ...tags].join(" "));
  return wordsIn(search).every((wanted) => words.some((word) => word.startsWith(wanted)));
}

function wordsIn(text: string): string[] {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function orderOf(view: View): (one: Todo, other: Todo) => number {
  if (view.kind === "completed") return (one, other) => compare(other.completed_at ?? "", one.completed_at ?? "");
  if (view.kind === "trash") return (one, other) => compare(other.updated_at, one.updated_at);
  if (view.kind === "today" || view.kind === "upcoming") return ORDERS.due;
  return ORDERS[view.ordering];
}

function summaryOf({ todos, version }: Copied, inbox: string | undefined, count: (is: (todo: Todo) => boolean) => number): Summary {
  const day = (todo: Todo) => dueOf(todo)?.day ?? "";
  const isOver = (todo: Todo) => day(todo) !== "" && (day(todo) < today() || Boolean(dueOf(todo)?.time && dueMoment(todo) <= Date.now()));
  return {
    inbox: count(({ list }) => list === inbox),
    today: count((todo) => day(todo) === today()),
    overdue: count(isOver),
    upcoming: count((todo) => day(todo) > today()),
    completed_today: todos.filter(({ completed_at }) => completed_at && new Date(completed_at).toDateString() === new Date().toDateString()).length,
    trashed: todos.filter(({ deleted_at }) => deleted_at).length,
    lists: {}, tags: {}, version,
  };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
