import { endSession, Problem } from "./api";
import { SignedOut } from "./auth-client";
import { byId } from "./confirmed";
import { isAway, whenAway } from "./connection";
import { familyOf, screenOf } from "./copied-screen";
import { follow } from "./copy";
import { Database } from "./database";
import { announce } from "./dom";
import { type Operation, read, type Rows, type Written } from "./operations";
import { Outbox } from "./outbox";
import { readArchivedLists, readDetails, readMore, readScreen, type Seen } from "./reading";
import { Shown } from "./shown";
import { START, type View } from "./views";

const POLL_MS = 20_000;
const PATIENCE_MS = 1_500;
const PAGE_SIZE = 50;
const UNSEEN: Seen = { query: "", etag: "" };

/**
 * What the server has confirmed, and the changes it has not answered yet. What the page shows is always the former
 * with the latter played on top, so a refused change disappears by itself and an accepted one is simply confirmed.
 */
class Store extends Shown {
  changed: () => void = () => {};
  signedOut: () => void = () => {};
  allSent: () => void = () => {};
  tell: (message: string) => void = announce;

  private owner = "";
  private database: Database | undefined;
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
    super();
    whenAway(() => void this.showCopy());
    setInterval(() => document.hidden || this.isBusy || void this.poll(), POLL_MS);
    document.addEventListener("visibilitychange", () => document.hidden || void this.poll());
  }

  /** Begins with what is kept of this person in this browser. */
  async enter(owner: string): Promise<void> {
    this.owner = owner;
    this.database = await Database.open(owner);
    await this.show(this.view);
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
    else if (isAway()) await this.showCopy();
  }

  async open(id: string): Promise<void> {
    this.openId = id;
    const row = this.todo(id);
    this.confirmed.beside = new Map(row ? [[id, row]] : []);
    this.touch();
    if (!id) return;
    if (isAway()) await this.showCopy(Math.max(this.confirmed.page.size, PAGE_SIZE));
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
    const timer = setTimeout(() => this.isLoaded || void this.showCopy(), isAway() ? 0 : PATIENCE_MS);
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
      [this.isLoaded, this.isCopied] = [true, false];
      this.setNext(screen.next);
    });
    clearTimeout(timer);
    if (!this.isCopied) await this.guarded(async () => this.database && this.summary && follow(this.database, this.summary.version));
  }

  /** What was last seen of the account, in the place of an answer that does not come. */
  private async showCopy(size = PAGE_SIZE): Promise<void> {
    const { view, seen, openId } = this;
    const copied = this.isSignedIn ? await this.database?.copied() : undefined;
    if (!copied?.version || view !== this.view || seen !== this.seen || openId !== this.openId) return;
    const screen = screenOf(copied, view, size);
    this.confirmed.page = byId(screen.todos);
    this.confirmed.beside = byId(openId ? familyOf(copied, openId) : []);
    this.confirmed.lists = byId(screen.lists);
    this.confirmed.saved = byId(copied.views);
    [this.tags, this.summary, this.hasMore] = [screen.tags, screen.summary, screen.hasMore];
    [this.isLoaded, this.isCopied, this.seen] = [true, true, UNSEEN];
    this.touch();
  }

  async loadMore(): Promise<void> {
    const { next } = this;
    if (this.isCopied) return this.showCopy(this.confirmed.page.size + PAGE_SIZE);
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
    this.database?.close();
    if (this.owner) void Database.erase(this.owner);
    [this.owner, this.database] = ["", undefined];
    this.confirmed.clear();
    this.outbox.clear();
    [this.tags, this.summary, this.seen, this.openId, this.view] = [[], undefined, UNSEEN, "", START];
    this.isSignedIn = this.isLoaded = this.isCopied = this.showsArchived = this.hasMore = false;
    this.shown = undefined;
  }

  protected get rows(): Rows {
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
