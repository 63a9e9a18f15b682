import { answerOf, api, type BulkItem, ifMatch, type List, type NewTodo, type SavedView, type Todo, type TodoChange } from "./api";

export interface Rows {
  todos: Map<string, Todo>;
  lists: Map<string, List>;
  saved: Map<string, SavedView>;
}

/** What the server has written, and what is gone from it. */
export interface Written {
  todos?: (Todo | undefined)[];
  lists?: List[];
  saved?: SavedView[];
  gone?: string[];
}

/** A change: how it looks before the server has answered, and how it is sent. */
export interface Operation {
  kind: "create" | "update" | "complete" | "skip" | "delete" | "restore" | "move" | "bulk" | "list" | "view";
  id: string;
  apply(rows: Rows): void;
  send(confirmed: Rows): Promise<Written>;
  /** Whether a row already is as this change would have it, for instance because the first answer got lost. */
  isIn(row: Todo): boolean;
  /** The same change as a part of several that are sent together. */
  item?: BulkItem;
  /** Set when the server has refused it. */
  isRefused?: boolean;
}

export type Place = { list?: string; after?: string | null; before?: string | null };

export type Changed = Todo & { also?: Todo[] };

export function at(id: string, row?: Todo) {
  return { params: { path: { id }, ...(row ? { header: ifMatch(row) } : {}) } };
}

export async function written(sent: Promise<Changed>): Promise<Written> {
  const { also = [], ...row } = await sent;
  return { todos: [row, ...also] };
}

export function read(id: string): Promise<Todo> {
  return answerOf(api.GET("/api/v1/todos/{id}", { params: { path: { id } } }));
}

export function change({ todos }: Rows, id: string | null, members: (row: Todo) => Partial<Todo>): void {
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

export function create(todo: NewTodo & { id: string }): Operation {
  const now = new Date().toISOString();
  const draft = {
    notes: "", priority: 0, due_date: null, due_time: null, time_zone: null, reminders: [], tags: [], completed: false, version: 0, parent: null,
    // Sorts after every real position until the server has given one.
    position: `~${now}`, created_at: now, updated_at: now, deleted_at: null, ...todo,
  } as unknown as Todo;
  return {
    kind: "create",
    id: todo.id,
    apply: (rows) => {
      rows.todos.set(todo.id, draft);
      count(rows, draft.parent, 1, 1);
    },
    send: async () => ({ todos: [await answerOf(api.POST("/api/v1/todos", { body: todo }))] }),
    isIn: () => true,
    item: { op: "create", ...todo },
  };
}

export function update(id: string, members: TodoChange): Operation {
  const { tags_add = [], tags_remove = [], ...plain } = members;
  const tagged = (row: Todo) => [...row.tags.filter((tag) => !tags_remove.includes(tag)), ...tags_add];
  return {
    kind: "update",
    id,
    apply: (rows) => change(rows, id, (row) => ({ ...(plain as Partial<Todo>), tags: plain.tags ?? tagged(row) })),
    send: async ({ todos }) => {
      const path = at(id, todos.get(id));
      return { todos: [await answerOf(api.PATCH("/api/v1/todos/{id}", { ...path, body: members }))] };
    },
    isIn: (row) =>
      tags_add.every((tag) => row.tags.includes(tag)) &&
      Object.entries(plain).every(([name, value]) => JSON.stringify(row[name as keyof Todo]) === JSON.stringify(value)),
    item: { op: "update", id, ...members },
  };
}

/** Completes a todo with its open subtasks, or reopens it with those that were completed together with it. */
export function complete(id: string, completed: boolean): Operation {
  const path = completed ? "/api/v1/todos/{id}/complete" : "/api/v1/todos/{id}/reopen";
  const now = new Date().toISOString();
  return {
    kind: "complete",
    id,
    apply: (rows) => {
      const row = rows.todos.get(id);
      if (!row || row.completed === completed) return;
      const along = subtasksOf(rows, id).filter((todo) => (completed ? !todo.completed : todo.completed_at === row.completed_at));
      const members = { completed, completed_at: completed ? now : null };
      for (const todo of [row, ...along]) change(rows, todo.id, () => members);
      count(rows, id, completed ? -(row.subtasks?.open ?? 0) : along.length);
      count(rows, row.parent, completed ? -1 : 1);
      if (!completed) change(rows, row.parent, () => members);
    },
    send: ({ todos }) => written(answerOf(api.POST(path, at(id, todos.get(id))))),
    isIn: (row) => row.completed === completed,
    item: { op: completed ? "complete" : "reopen", id },
  };
}

export function trash(id: string): Operation {
  const deleted_at = new Date().toISOString();
  return {
    kind: "delete",
    id,
    apply: (rows) => {
      const row = rows.todos.get(id);
      for (const todo of subtasksOf(rows, id)) change(rows, todo.id, () => ({ deleted_at }));
      change(rows, id, () => ({ deleted_at }));
      count(rows, row?.parent ?? null, row?.completed ? 0 : -1, -1);
    },
    send: async ({ todos }) => {
      await answerOf(api.DELETE("/api/v1/todos/{id}", at(id, todos.get(id))));
      return { gone: [id] };
    },
    isIn: (row) => Boolean(row.deleted_at),
    item: { op: "delete", id },
  };
}

export function erase(id: string): Operation {
  const { item: _, ...rest } = trash(id);
  return {
    ...rest,
    apply: ({ todos }) => void todos.delete(id),
    send: async ({ todos }) => {
      const { params } = at(id, todos.get(id));
      await answerOf(api.DELETE("/api/v1/todos/{id}", { params: { ...params, query: { permanent: true } } }));
      return { gone: [id] };
    },
  };
}

/** Takes a todo out of the trash; `row` is what it looked like, for it may have left the page already. */
export function restore(row: Todo): Operation {
  return {
    kind: "restore",
    id: row.id,
    apply: (rows) => void rows.todos.set(row.id, { ...(rows.todos.get(row.id) ?? row), deleted_at: null }),
    send: () => written(answerOf(api.POST("/api/v1/todos/{id}/restore", at(row.id)))),
    isIn: (current) => !current.deleted_at,
    item: { op: "restore", id: row.id },
  };
}

/** Puts a todo into a list, or between two others. The last move wins, so it names no version. */
export function move(id: string, place: Place): Operation {
  return {
    kind: "move",
    id,
    apply: (rows) => {
      const { list } = place;
      if (list) for (const todo of subtasksOf(rows, id)) change(rows, todo.id, () => ({ list }));
      change(rows, id, (row) => ({
        ...(list && list !== row.list ? { list, parent: null } : {}),
        position: positionAt(place, rows.todos),
      }));
    },
    send: () => written(answerOf(api.POST("/api/v1/todos/{id}/move", { ...at(id), body: place }))),
    isIn: () => true,
    item: { op: "move", id, ...place },
  };
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

/** Of a request that arrives twice, because its first answer got lost, the server makes one change. */
export function onlyOnce() {
  return { "Idempotency-Key": crypto.randomUUID() };
}

/** Several changes of different todos, which are done all or not at all. */
export function together(parts: Operation[]): Operation {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const operations = parts.flatMap((part) => part.item ?? []);
  const header = onlyOnce();
  return {
    kind: "bulk",
    id: "",
    apply: (rows) => parts.forEach((part) => part.apply(rows)),
    send: async () => {
      const answer = await answerOf(api.POST("/api/v1/todos/bulk", { params: { header }, body: { operations } }));
      return { todos: answer.mode === "all" ? [...answer.results, ...answer.also] : [] };
    },
    isIn: () => true,
  };
}

/** The way back from a change, which is not gone where there was none. */
export function wayBack(from: Operation, back: Operation): Operation {
  return {
    ...back,
    apply: (rows) => from.isRefused || back.apply(rows),
    send: async (confirmed) => (from.isRefused ? {} : back.send(confirmed)),
  };
}
