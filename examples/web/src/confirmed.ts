import type { List, SavedView, Todo } from "./api";
import { byId, type Rows, type Written } from "./rows";

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

  /** A screen, and what stands around it. */
  take(page: Todo[], beside: Todo[], lists: List[], saved: SavedView[]): void {
    [this.page, this.beside, this.lists, this.saved] = [byId(page), byId(beside), byId(lists), byId(saved)];
  }

  /** Of todos those that are shown, or were changed here; the others come with the screen that they belong to. */
  keepKnown({ todos = [], ...others }: Written, changed: string[] = []): void {
    const isKnown = ({ id }: Todo) => this.page.has(id) || this.beside.has(id) || changed.includes(id);
    this.keep({ ...others, todos: todos.filter(isKnown) });
  }

  keep({ todos = [], lists = [], saved = [], gone = [] }: Written): void {
    for (const row of todos) this.keepTodo(row);
    for (const list of lists) this.lists.set(list.id, list);
    for (const view of saved) this.saved.set(view.id, view);
    for (const id of gone) for (const map of [this.page, this.beside, this.lists, this.saved]) map.delete(id);
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
