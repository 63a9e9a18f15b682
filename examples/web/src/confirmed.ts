import type { List, SavedView, Todo } from "./api";
import type { Rows, Written } from "./operations";

/** The rows as the server has confirmed them. */
export class Confirmed {
  /** Those of the view, as far as it has been read. */
  page = new Map<string, Todo>();
  /** What the details show and the page may not: the todo and its subtasks. */
  beside = new Map<string, Todo>();
  lists = new Map<string, List>();
  saved = new Map<string, SavedView>();

  rows(): Rows {
    return { todos: new Map([...this.beside, ...this.page]), lists: new Map(this.lists), saved: new Map(this.saved) };
  }

  isOnlyBeside(id: string): boolean {
    return this.beside.has(id) && !this.page.has(id);
  }

  keep({ todos = [], lists = [], saved = [], gone = [] }: Written): void {
    for (const row of todos) if (row) this.keepTodo(row);
    for (const list of lists) this.lists.set(list.id, list);
    for (const view of saved) this.saved.set(view.id, view);
    for (const id of gone) for (const map of [this.page, this.beside, this.saved]) map.delete(id);
  }

  /** Answers of changes know nothing of subtasks, so what was known of them stays until the next page comes. */
  private keepTodo(row: Todo): void {
    const isOnlyBeside = this.isOnlyBeside(row.id);
    if (!isOnlyBeside) this.page.set(row.id, { ...this.page.get(row.id), ...row });
    if (this.beside.has(row.id)) this.beside.set(row.id, { ...this.beside.get(row.id), ...row });
  }

  clear(): void {
    for (const map of [this.page, this.beside, this.lists, this.saved]) map.clear();
  }
}

export function byId<T extends { id: string }>(rows: T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}
