import type { List, SavedView, Todo } from "./api";

export interface Rows {
  todos: Map<string, Todo>;
  lists: Map<string, List>;
  saved: Map<string, SavedView>;
}

/** What the server has written, and what is gone from it. */
export interface Written {
  todos?: Todo[];
  lists?: List[];
  saved?: SavedView[];
  gone?: string[];
}

export function byId<T extends { id: string }>(rows: T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}
