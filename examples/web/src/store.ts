import { SignedOut } from "todo-api-client";
import { type EditResult, endSession, Problem, type Push } from "./api";
import { based } from "./base";
import { isAway, whenAway } from "./connection";
import { familyOf, screenOf } from "./copied-screen";
import { follow } from "./copy";
import { Database } from "./database";
import { announce } from "./dom";
import type { Operation, Waiting } from "./operations";
import { Outbox } from "./outbox";
import { erase, push, writtenBy } from "./pushing";
import { readArchivedLists, readDetails, readMore, readScreen, type Seen } from "./reading";
import { tellRefused } from "./refused";
import { byId, type Written } from "./rows";
import { Shown } from "./shown";
import { START, type View } from "./views";
import { allInWords } from "./sentences";

const POLL_MS = 20_000;
const PATIENCE_MS = 1_500;
const PAGE_SIZE = 50;
const UNSEEN: Seen = { query: "", etag: "" };

/**
 * What the server has confirmed, and the changes it has not answered yet. What the page shows is always the former
 * with the latter played on top, so a refused change disappears by itself and an accepted one is simply confirmed.
 */
class Store extends Shown {
  signedOut: () => void = () => {};
  /** Called when other tabs have to hear of a change. */
  heard: (written?: Written) => void = () => {};
  allSent: () => void = () => {};
  tell: (message: string) => void = announce;

  /** The id of whoever is signed in. */
  owner = "";
  private database: Database | undefined;
  private showsArchived = false;
  private underWay = 0;
  private isSignedIn = false;
  private next: string | null = null;
  private loading = new AbortController();
  private seen = UNSEEN;
  protected outbox = this.outboxOf("");
  private answered = new Map<string, (result: EditResult) => void>();

  constructor() {
    super();
    whenAway(() => void this.showCopy());
    setInterval(() => document.hidden || this.isBusy || void this.poll(), POLL_MS);
    document.addEventListener("visibilitychange", () => document.hidden || void this.poll());
    window.addEventListener("online", () => void this.poll());
  }

  /** Begins with what is kept of this person in this browser. */
  async enter(owner: string): Promise<void> {
    this.owner = owner;
    this.database = await Database.open(owner);
    this.outbox = this.outboxOf(owner);
    await this.outbox.reload();
    void this.outbox.send();
    await this.show(this.view);
  }

  private outboxOf(owner: string): Outbox {
    const since = async () => (await this.database?.version()) || this.summary?.version;
    return new Outbox(owner, this.database, since, {
      push: (batch, operations) => this.guarded(() => push(batch, operations)),
      landed: (operations, answer) => this.land(operations, answer),
      stored: () => this.heard(),
      allSent: () => (this.allSent(), void this.refresh()),
    });
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
    if (isAway()) await this.showCopy();
    await this.guarded(async () => {
      const found = await readDetails(id, this.loading.signal);
      if (this.openId === id) this.confirmed.beside = byId(found);
    });
  }

  /** Shows changes at once and sends them in their turn; `answered` is told what has become of them. */
  change(operations: Operation[], answered?: (result: EditResult) => void): Waiting[] {
    this.loading.abort();
    const confirmed = this.confirmed.rows();
    const added = this.outbox.add(operations.map((operation) => based(operation, this.rows, confirmed)));
    if (answered) for (const { key } of added) this.answered.set(key, answered);
    this.touch();
    return added;
  }

  /** Deletes a todo for good, which is not kept for later. */
  async erase(id: string): Promise<void> {
    if (isAway() || this.hasUnsent) return this.tell("Deleting for good needs the network.");
    await this.guarded(async () => {
      await erase(id);
      this.confirmed.keep({ gone: [id] });
    });
    this.allSent();
    await this.refresh();
  }

  /** What another tab has changed, or sent. */
  async hear(written: Written = {}): Promise<void> {
    this.confirmed.keepKnown(written);
    await this.outbox.reload();
    this.touch();
    if (!document.hidden) await this.poll();
  }

  /** One request for the whole screen; while nothing has changed its answer is a 304 without a body. */
  async refresh(): Promise<void> {
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    const timer = setTimeout(() => (isAway() || !this.isLoaded) && void this.showCopy(), isAway() ? 0 : PATIENCE_MS);
    await this.guarded(async () => {
      const size = Math.min(Math.max(this.confirmed.page.size, PAGE_SIZE), 200);
      const screen = await readScreen(this.view, size, this.isLoaded ? this.seen : UNSEEN, signal);
      if (!screen) return;
      const beside = await readDetails(this.openId, signal);
      const archived = this.showsArchived ? await readArchivedLists(signal) : [];
      this.seen = screen.seen;
      this.confirmed.take(screen.results, beside, [...(screen.lists ?? []), ...archived], screen.views ?? []);
      this.tags = screen.tags ?? [];
      this.summary = screen.summary;
      [this.isLoaded, this.isCopied] = [true, false];
      this.setNext(screen.next);
    });
    clearTimeout(timer);
    if (!this.isCopied) await this.guarded(async () => this.database && this.summary && follow(this.database, this.summary.version));
  }

  /** What was last seen of the account, in the place of an answer that does not come. */
  private async showCopy(size = Math.max(this.confirmed.page.size, PAGE_SIZE)): Promise<void> {
    const { view, seen, openId } = this;
    const copied = this.isSignedIn ? await this.database?.copied() : undefined;
    if (!copied?.version || view !== this.view || seen !== this.seen || openId !== this.openId) return;
    const screen = screenOf(copied, this.outbox.operations, view, size);
    this.confirmed.take(screen.todos, openId ? familyOf(copied, openId) : [], screen.lists, copied.views);
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
    return this.underWay > 0 || this.outbox.isBusy;
  }

  forget(): void {
    endSession();
    this.database?.close();
    this.outbox.close();
    this.confirmed.clear();
    [this.owner, this.database] = ["", undefined];
    this.outbox = this.outboxOf("");
    [this.tags, this.summary, this.seen, this.openId, this.view] = [[], undefined, UNSEEN, "", START];
    this.isSignedIn = this.isLoaded = this.isCopied = this.showsArchived = this.hasMore = false;
    this.pushed = 0;
    this.touch();
  }

  private setNext(next: string | null): void {
    this.next = next;
    this.hasMore = next !== null;
  }

  /** What the server has made of changes takes their place. */
  private land(operations: Waiting[], answer: Push): void {
    const written = writtenBy(operations, answer);
    this.confirmed.keepKnown(written, operations.map(({ edit }) => edit.id));
    this.pushed = Math.max(this.pushed, answer.version);
    this.touch();
    this.heard(written);
    operations.forEach(({ key }, index) => {
      const result = answer.results[index]!;
      if (result.status !== "applied") this.refused.add(key);
      this.answered.get(key)?.(result);
      this.answered.delete(key);
    });
    tellRefused(operations, answer.results);
  }

  /** What goes wrong is told, and nothing comes of it; a saved view that was deleted elsewhere is left. */
  async guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.underWay += 1;
    this.touch();
    try {
      return await work();
    } catch (error) {
      if (error instanceof SignedOut) this.signedOut();
      else if (this.view.kind === "saved" && error instanceof Problem && error.errors.some(({ code }) => code === "does_not_exist")) void this.show(START);
      else if (error instanceof Problem) this.tell(allInWords(error));
      else if ((error as Error).name !== "AbortError") throw error;
      return undefined;
    } finally {
      this.underWay -= 1;
      this.touch();
    }
  }
}

export const store = new Store();
