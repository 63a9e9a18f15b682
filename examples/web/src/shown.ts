import type { List, SavedView, Summary, Tag, Todo } from "./api";
import { Confirmed } from "./confirmed";
import { isAway } from "./connection";
import type { Waiting } from "./operations";
import type { Outbox } from "./outbox";
import { play } from "./play";
import type { Rows } from "./rows";
import { byPosition } from "./sections";
import { belongsTo, START, type View } from "./views";

/** What the page shows, to be read: what the server has confirmed, with what it has not answered yet played on top. */
export abstract class Shown {
  view: View = START;
  tags: Tag[] = [];
  summary: Summary | undefined;
  hasMore = false;
  isLoaded = false;
  /** Whether it comes from the copy in this browser, because nothing else can be had. */
  isCopied = false;
  changed: () => void = () => {};
  /** The todo whose details are shown; "" if none is. */
  openId = "";

  protected readonly confirmed = new Confirmed();

  protected abstract outbox: Outbox;
  /** The account's version by the answer to the last changes of this page. */
  protected pushed = 0;
  protected readonly refused = new Set<string>();
  private shown: Rows | undefined;

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

  isRefused({ key }: Waiting): boolean {
    return this.refused.has(key);
  }

  /** Whether it waits for the network. */
  waits(id: string): boolean {
    return isAway() && this.outbox.operations.some(({ edit }) => edit.id === id);
  }

  /** The account's version, as far as this page knows of it. */
  get version(): number {
    return Math.max(this.summary?.version ?? 0, this.pushed);
  }

  get waiting(): number {
    return this.outbox.operations.length;
  }

  get hasUnsent(): boolean {
    return this.waiting > 0;
  }

  get hasUnstored(): boolean {
    return this.outbox.hasUnstored;
  }

  private listsThat(fits: (list: List) => boolean): List[] {
    return [...this.rows.lists.values()].filter((list) => !list.deleted_at && fits(list)).sort(byPosition);
  }

  /** What is confirmed, with what is not yet on top. */
  protected get rows(): Rows {
    if (this.shown) return this.shown;
    const rows = this.confirmed.rows();
    for (const operation of this.outbox.operations) play(rows, operation);
    this.shown = rows;
    return rows;
  }

  protected touch(): void {
    this.shown = undefined;
    this.changed();
  }
}
