import { endSession, type List, Problem, type SavedView, type Summary, type Tag, type Todo } from "./api";
import { SignedOut } from "./auth-client";
import { byId, Confirmed } from "./confirmed";
import { announce } from "./dom";
import { type Operation, read, type Rows, type Written } from "./operations";
import { Outbox } from "./outbox";
import { readArchivedLists, readDetails, readMore, readScreen, type Seen } from "./reading";
import { byPosition } from "./sections";
import { belongsTo, START, type View } from "./views";

const POLL_MS = 20_000;
const PAGE_SIZE = 50;
const UNSEEN: Seen = { query: "", etag: "" };

/**
 * What the server has confirmed, and the changes it has not answered yet. What the page shows is always the former
 * with the latter played on top, so a refused change disappears by itself and an accepted one is simply confirmed.
 */
class Store {
  view: View = START;
  tags: Tag[] = [];
  summary: Summary | undefined;
  hasMore = false;
  isLoaded = false;
  /** The todo whose details are shown; "" if none is. */
  openId = "";
  changed: () => void = () => {};
  signedOut: () => void = () => {};
  allSent: () => void = () => {};
  tell: (message: string) => void = announce;

  private confirmed = new Confirmed();
  private showsArchived = false;
  private shown: Rows | undefined;
  private underWay = 0;
  private isSignedIn = false;
  private next: string | null = null;
  private loading = new AbortController();
  private seen = UNSEEN;
  private outbox = new Outbox(
    (operation) => this.guarded(() => this.send(operation)),
    (written) => {
      this.confirmed.keep(written);
      this.touch();
    },
    () => {
      if (!this.isSignedIn) return;
      this.allSent();
      void this.refresh();
    },
  );

  constructor() {
    setInterval(() => document.hidden || this.isBusy || void this.poll(), POLL_MS);
    document.addEventListener("visibilitychange", () => document.hidden || void this.poll());
  }

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

  async show(view: View): Promise<void> {
    this.isSignedIn = true;
    const isSamePlace = view.kind === this.view.kind && view.id === this.view.id;
    this.view = view;
    if (!isSamePlace) {
      this.confirmed.page.clear();
      this.openId = "";
    }
    this.isLoaded = isSamePlace;
    this.next = null;
    this.touch();
    // What is asked for may be what is still being sent; the screen is read when that is done.
    if (!this.hasUnsent) await this.refresh();
  }

  async open(id: string): Promise<void> {
    this.openId = id;
    const row = this.todo(id);
    this.confirmed.beside = new Map(row ? [[id, row]] : []);
    this.touch();
    if (!id) return;
    await this.guarded(async () => {
      const found = await readDetails(id, this.loading.signal);
      if (this.openId === id) this.confirmed.beside = byId(found);
    });
  }

  /** Shows a change at once and sends it in its turn. */
  change(operation: Operation): void {
    this.loading.abort();
    this.outbox.add(operation);
    this.touch();
  }

  /** One request for the whole screen; while nothing has changed its answer is a 304 without a body. */
  async refresh(): Promise<void> {
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    await this.guarded(async () => {
      const size = Math.min(Math.max(this.confirmed.page.size, PAGE_SIZE), 200);
      const screen = await readScreen(this.view, size, this.isLoaded ? this.seen : UNSEEN, signal);
      if (!screen) return;
      const beside = await readDetails(this.openId, signal);
      const archived = this.showsArchived ? await readArchivedLists(signal) : [];
      this.seen = screen.seen;
      this.confirmed.page = byId(screen.results);
      this.confirmed.beside = byId(beside);
      this.confirmed.lists = byId([...(screen.lists ?? []), ...archived]);
      this.confirmed.saved = byId(screen.views ?? []);
      this.tags = screen.tags ?? [];
      this.summary = screen.summary;
      this.isLoaded = true;
      this.setNext(screen.next);
    });
  }

  async loadMore(): Promise<void> {
    const { next } = this;
    if (!next) return;
    await this.guarded(async () => {
      const page = await readMore(this.view, PAGE_SIZE, next, this.loading.signal);
      for (const todo of page.results) this.confirmed.page.set(todo.id, todo);
      this.setNext(page.next);
    });
  }

  async loadArchived(): Promise<void> {
    this.showsArchived = true;
    await this.guarded(async () => {
      for (const list of await readArchivedLists(this.loading.signal)) this.confirmed.lists.set(list.id, list);
    });
  }

  /** Asks for what has changed elsewhere, unless there are changes of our own on their way. */
  async poll(): Promise<void> {
    if (this.isSignedIn && !this.hasUnsent && navigator.onLine) await this.refresh();
  }

  /** Whether what is shown may still change by itself. */
  get isBusy(): boolean {
    return this.underWay > 0 || this.hasUnsent;
  }

  get hasUnsent(): boolean {
    return !this.outbox.isEmpty;
  }

  forget(): void {
    endSession();
    this.confirmed.clear();
    this.outbox.clear();
    [this.tags, this.summary, this.seen, this.openId, this.view] = [[], undefined, UNSEEN, "", START];
    this.isSignedIn = this.isLoaded = this.showsArchived = this.hasMore = false;
    this.shown = undefined;
  }

  private get rows(): Rows {
    if (this.shown) return this.shown;
    const rows = this.confirmed.rows();
    for (const operation of this.outbox.operations) operation.apply(rows);
    this.shown = rows;
    return rows;
  }

  private touch(): void {
    this.shown = undefined;
    this.changed();
  }

  private listsThat(fits: (list: List) => boolean): List[] {
    return [...this.rows.lists.values()].filter((list) => !list.deleted_at && fits(list)).sort(byPosition);
  }

  private setNext(next: string | null): void {
    this.next = next;
    this.hasMore = next !== null;
  }

  private async send(operation: Operation): Promise<Written> {
    try {
      return await operation.send(this.confirmed.rows());
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      operation.isRefused = true;
      const current = error.isCurrentTooLong ? await read(operation.id) : error.current;
      if (!current) this.tell(`That was not saved. ${error.message}`);
      else if (!operation.isIn(current)) this.tell(`“${current.title}” was changed elsewhere. You see the latest.`);
      return { todos: [current] };
    }
  }

  /** What goes wrong is told, and nothing comes of it; a saved view that was deleted elsewhere is left. */
  async guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.underWay += 1;
    this.touch();
    try {
      return await work();
    } catch (error) {
      if (error instanceof SignedOut) this.signedOut();
      else if (this.view.kind === "saved" && error instanceof Problem && error.faults.includes("does_not_exist")) void this.show(START);
      else if (error instanceof Problem) this.tell(error.message);
      else if ((error as Error).name !== "AbortError") throw error;
      return undefined;
    } finally {
      this.underWay -= 1;
      this.touch();
    }
  }
}

export const store = new Store();
