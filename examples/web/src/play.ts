import type { ListEdit, List, SavedView, Todo, TodoEdit, ViewEdit } from "./api";
import type { Place, Waiting } from "./operations";
import type { Rows } from "./rows";

/** How rows look once this is done, before the server has answered. */
export function play(rows: Rows, { edit, was, at }: Waiting): void {
  if (edit.kind === "todo") playTodo(rows, edit, at, was as Todo | undefined);
  if (edit.kind === "list") playList(rows.lists, edit, at, was as List | undefined);
  if (edit.kind === "view") playView(rows.saved, edit, at);
}

function playTodo(rows: Rows, edit: TodoEdit, at: string, was?: Todo): void {
  const { kind: _, op, id, base: __, base_version: ___, ...values } = edit;
  const row = rows.todos.get(id) ?? was;
  if (op === "create") return add(rows, { id, ...values } as Partial<Todo>, at);
  if (op === "delete") return trash(rows, id, at);
  if (op === "restore" && row) return void rows.todos.set(id, { ...row, deleted_at: null });
  if (op === "move") return move(rows, id, values);
  if (op === "update") return change(rows, id, (before) => updated(before, values));
  // The day that comes next, or comes back, is the server's to say.
  if (was?.rrule) return void rows.todos.set(id, { ...was, isGoingOn: true });
  if (row?.rrule && !row.completed) return change(rows, id, () => ({ isGoingOn: true }));
  complete(rows, id, op === "complete" ? at : null);
}

function updated(row: Todo, { tags_add = [], tags_remove = [], ...plain }: Partial<TodoEdit>): Partial<Todo> {
  const tagged = [...row.tags.filter((tag) => !tags_remove.includes(tag)), ...tags_add];
  return { ...(plain as Partial<Todo>), tags: plain.tags ?? tagged };
}

function change({ todos }: Rows, id: string | null, members: (row: Todo) => Partial<Todo>): void {
  const row = id && todos.get(id);
  if (row) todos.set(row.id, { ...row, ...members(row) });
}

/** Counts subtasks of a parent that come, go, open or close. */
function count(rows: Rows, parent: string | null, open: number, total = 0): void {
  change(rows, parent, ({ subtasks = { open: 0, total: 0 } }) => ({
    subtasks: { open: Math.max(subtasks.open + open, 0), total: Math.max(subtasks.total + total, 0) },
  }));
}

function subtasksOf({ todos }: Rows, id: string): Todo[] {
  return [...todos.values()].filter((todo) => todo.parent === id && !todo.deleted_at);
}

/** Sorts after every real position until the server has given one. */
function add(rows: Rows, values: Partial<Todo>, at: string): void {
  const draft = {
    notes: "", priority: 0, due_date: null, due_time: null, time_zone: null, reminders: [], tags: [], completed: false, version: 0, parent: null,
    list: [...rows.lists.values()].find((list) => list.is_inbox)?.id, position: `~${at}`, created_at: at, updated_at: at, deleted_at: null, ...values,
  } as unknown as Todo;
  rows.todos.set(draft.id, draft);
  count(rows, draft.parent, 1, 1);
}

function complete(rows: Rows, id: string, completed_at: string | null): void {
  const row = rows.todos.get(id);
  const completed = completed_at !== null;
  if (!row || row.completed === completed) return;
  const along = subtasksOf(rows, id).filter((todo) => (completed ? !todo.completed : todo.completed_at === row.completed_at));
  for (const todo of [row, ...along]) change(rows, todo.id, () => ({ completed, completed_at }));
  count(rows, id, completed ? -(row.subtasks?.open ?? 0) : along.length);
  count(rows, row.parent, completed ? -1 : 1);
  if (!completed) change(rows, row.parent, () => ({ completed, completed_at }));
}

function trash(rows: Rows, id: string, deleted_at: string): void {
  const row = rows.todos.get(id);
  for (const todo of subtasksOf(rows, id)) change(rows, todo.id, () => ({ deleted_at }));
  change(rows, id, () => ({ deleted_at }));
  count(rows, row?.parent ?? null, row?.completed ? 0 : -1, -1);
}

function move(rows: Rows, id: string, place: Place): void {
  const { list } = place;
  if (list) for (const todo of subtasksOf(rows, id)) change(rows, todo.id, () => ({ list }));
  change(rows, id, (row) => ({ ...(list && list !== row.list ? { list, parent: null } : {}), position: positionAt(place, rows.todos) }));
}

function playList(lists: Map<string, List>, edit: ListEdit, at: string, was?: List): void {
  const { kind: _, op, id, base: __, base_version: ___, after, before, ...values } = edit;
  const list = lists.get(id) ?? was;
  const archiving = "archived" in values ? { archived_at: values.archived ? at : null } : {};
  const draft = { color: null, archived: false, archived_at: null, is_inbox: false, open_count: 0, ...drafted(at) };
  if (op === "create") lists.set(id, lists.get(id) ?? ({ id, ...draft, ...values } as List));
  else if (!list) return;
  else if (op === "delete") lists.set(id, { ...list, deleted_at: at });
  else if (op === "restore") lists.set(id, { ...list, deleted_at: null });
  else if (op === "move") lists.set(id, { ...list, position: positionAt({ after, before } as Place, lists) });
  else lists.set(id, { ...list, ...values, ...archiving } as List);
}

function playView(views: Map<string, SavedView>, edit: ViewEdit, at: string): void {
  const { kind: _, op, id, base: __, base_version: ___, after, before, ...values } = edit;
  const view = views.get(id);
  if (op === "create") views.set(id, { id, broken: false, ...drafted(at), ...values } as SavedView);
  else if (op === "delete") views.delete(id);
  else if (view && op === "move") views.set(id, { ...view, position: positionAt({ after, before } as Place, views) });
  else if (view) views.set(id, { ...view, ...values } as SavedView);
}

function drafted(at: string) {
  return { position: `~${at}`, version: 0, created_at: at, updated_at: at, deleted_at: null };
}

/** A position for the meantime. "!" sorts before every digit and letter, so nothing real fits in between. */
export function positionAt({ after, before }: Place, rows: Map<string, { position: string }>): string {
  const previous = after ? rows.get(after)?.position : undefined;
  if (previous) return `${previous}!`;
  const target = before ? rows.get(before)?.position : undefined;
  if (!target) return after === null ? "!" : "~";
  const earlier = [...rows.values()].map((row) => row.position).filter((position) => position < target);
  return `${earlier.sort().at(-1) ?? ""}!`;
}
