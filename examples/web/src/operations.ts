import type { Edit, NewTodo, Todo, TodoChange, List } from "./api";

/** A change as `POST /changes` takes it; `was` is the row that it brings back, which may have left the page. */
export interface Operation {
  edit: Edit;
  was?: Todo | List;
}

/** One that the server has not answered. */
export interface Waiting extends Operation {
  key: string;
  /** When it was made. */
  at: string;
  /** Its place in the database, once it is there. */
  number?: number;
}

export type Place = { list?: string; after?: string | null; before?: string | null };

export function create(todo: NewTodo & { id: string }): Operation {
  return { edit: { kind: "todo", op: "create", ...todo } };
}

export function update(id: string, members: TodoChange): Operation {
  return { edit: { kind: "todo", op: "update", id, ...members } };
}

/** Completes a todo with its open subtasks, or reopens it with those that were completed together with it. */
export function complete(id: string, completed: boolean): Operation {
  return { edit: { kind: "todo", op: completed ? "complete" : "reopen", id } };
}

export function trash(id: string): Operation {
  return { edit: { kind: "todo", op: "delete", id } };
}

/** Takes a todo out of the trash. */
export function restore(row: Todo): Operation {
  return { edit: { kind: "todo", op: "restore", id: row.id }, was: row };
}

/** Puts a todo into a list, or between two others. The last move wins. */
export function move(id: string, place: Place): Operation {
  return { edit: { kind: "todo", op: "move", id, ...place } };
}
