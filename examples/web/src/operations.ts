import { answerOf, api, ifMatch, type NewTodo, type Todo, type TodoChange } from "./api";

/** A change of one todo: how it looks before the server has answered, and how it is sent. */
export interface Operation {
  kind: "create" | "update" | "complete" | "delete" | "restore" | "move";
  id: string;
  apply(rows: Map<string, Todo>): void;
  /** The row after the change, or nothing when it has left the view. */
  send(row: Todo | undefined): Promise<Todo | undefined>;
  /** Whether a row already is as this change would have it, for instance because the first answer got lost. */
  isIn(row: Todo): boolean;
}

type Path = { params: { path: { id: string }; header?: { "If-Match": string } } };

function at(id: string, row?: Todo): Path {
  return { params: { path: { id }, ...(row ? { header: ifMatch(row) } : {}) } };
}

export function read(id: string): Promise<Todo> {
  return answerOf(api.GET("/api/v1/todos/{id}", { params: { path: { id } } }));
}

function changed(rows: Map<string, Todo>, id: string, members: Partial<Todo>): void {
  const row = rows.get(id);
  if (row) rows.set(id, { ...row, ...members });
}

export function create(todo: NewTodo & { id: string }): Operation {
  const now = new Date().toISOString();
  const draft = {
    notes: "", priority: 0, due_date: null, due_time: null, tags: [], completed: false, version: 0,
    // Sorts after every real position until the server has given one.
    position: "~", created_at: now, updated_at: now, deleted_at: null, ...todo,
  } as unknown as Todo;
  return {
    kind: "create",
    id: todo.id,
    apply: (rows) => void rows.set(todo.id, draft),
    send: () => answerOf(api.POST("/api/v1/todos", { body: todo })),
    isIn: () => true,
  };
}

export function update(id: string, change: TodoChange): Operation {
  return {
    kind: "update",
    id,
    apply: (rows) => changed(rows, id, change as Partial<Todo>),
    send: (row) => answerOf(api.PATCH("/api/v1/todos/{id}", { ...at(id, row), body: change })),
    isIn: (row) => Object.entries(change).every(([name, value]) => String(row[name as keyof Todo]) === String(value)),
  };
}

export function complete(id: string, completed: boolean): Operation {
  const path = completed ? "/api/v1/todos/{id}/complete" : "/api/v1/todos/{id}/reopen";
  return {
    kind: "complete",
    id,
    apply: (rows) => changed(rows, id, { completed }),
    send: (row) => answerOf(api.POST(path, at(id, row))),
    isIn: (row) => row.completed === completed,
  };
}

export function trash(id: string): Operation {
  return {
    kind: "delete",
    id,
    apply: (rows) => changed(rows, id, { deleted_at: new Date().toISOString() }),
    send: async (row) => {
      await answerOf(api.DELETE("/api/v1/todos/{id}", at(id, row)));
      return undefined;
    },
    isIn: (row) => Boolean(row.deleted_at),
  };
}

export function erase(id: string): Operation {
  return {
    ...trash(id),
    apply: (rows) => void rows.delete(id),
    send: async (row) => {
      const { params } = at(id, row);
      await answerOf(api.DELETE("/api/v1/todos/{id}", { params: { ...params, query: { permanent: true } } }));
      return undefined;
    },
  };
}

/** Takes a todo out of the trash; `row` is what it looked like, for it may have left the page already. */
export function restore(row: Todo): Operation {
  return {
    kind: "restore",
    id: row.id,
    apply: (rows) => void rows.set(row.id, { ...(rows.get(row.id) ?? row), deleted_at: null }),
    send: () => answerOf(api.POST("/api/v1/todos/{id}/restore", at(row.id))),
    isIn: (current) => !current.deleted_at,
  };
}

/** Puts a todo right behind another one, or in front of one. The last move wins, so it names no version. */
export function move(id: string, place: { after: string } | { before: string }): Operation {
  return {
    kind: "move",
    id,
    apply: (rows) => changed(rows, id, { position: positionAt(place, rows) }),
    send: () => answerOf(api.POST("/api/v1/todos/{id}/move", { ...at(id), body: place })),
    isIn: () => true,
  };
}

/** A position for the meantime. "!" sorts before every digit and letter, so nothing real fits in between. */
function positionAt(place: { after: string } | { before: string }, rows: Map<string, Todo>): string {
  if ("after" in place) return `${rows.get(place.after)?.position ?? ""}!`;
  const target = rows.get(place.before)?.position ?? "";
  const before = [...rows.values()].map((row) => row.position).filter((position) => position < target);
  return `${before.sort().at(-1) ?? ""}!`;
}
