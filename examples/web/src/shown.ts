import type { List, SavedView, Summary, Tag, Todo } from "./api";
import { Confirmed } from "./confirmed";
import type { Rows } from "./operations";
import { byPosition } from "./sections";
import { belongsTo, START, type View } from "./views";

/** What the page shows, to be read. */
export abstract class Shown {
  view: View = START;
  tags: Tag[] = [];
  summary: Summary | undefined;
  hasMore = false;
  isLoaded = false;
  /** Whether it comes from the copy in this browser, because nothing else can be had. */
  isCopied = false;
  /** The todo whose details are shown; "" if none is. */
  openId = "";

  protected readonly confirmed = new Confirmed();

  /** What is confirmed, with what is not yet on top. */
  protected abstract get rows(): Rows;

  todos(): Todo[] {
    const inbox = this.inbox?.id;
    // The server has filtered already; this is for what has changed since.
    return [...this.rows.todos.values()].filter(
      (todo) => !this.confirmed.isOnlyBeside(todo.id) && belongsTo(this.view, todo, inbox),
    );
  }

  todo(id: string): Todo | undefined {
    return this.rows.todos.get(id);
  }

  subtasksOf(id: string): Todo[] {
    return [...this.rows.todos.values()].filter((todo) => todo.parent === id && !todo.deleted_at).sort(byPosition);
  }

  get lists(): List[] {
    return this.listsThat((list) => !list.archived_at);
  }

  get archivedLists(): List[] {
    return this.listsThat((list) => Boolean(list.archived_at));
  }

  list(id: string | undefined): List | undefined {
    return id === undefined ? undefined : this.rows.lists.get(id);
  }

  get inbox(): List | undefined {
    return [...this.rows.lists.values()].find((list) => list.is_inbox);
  }

  get savedViews(): SavedView[] {
    return [...this.rows.saved.values()].sort(byPosition);
  }

  savedView(id = ""): SavedView | undefined {
    return this.rows.saved.get(id);
  }

  private listsThat(fits: (list: List) => boolean): List[] {
    return [...this.rows.lists.values()].filter((list) => !list.deleted_at && fits(list)).sort(byPosition);
  }
}
