import { answerOf, api, endSession, type List, Problem, type Summary, type Tag, type Todo } from "./api";
import { SignedOut } from "./auth-client";
import { zone } from "./dates";
import { announce } from "./dom";
import { type Operation, read } from "./operations";
import { belongsTo, queryOf, type View } from "./views";

const POLL_MS = 20_000;
const PAGE_SIZE = 50;

/**
 * What the server has confirmed, and the changes it has not answered yet. What the page shows is always the former
 * with the latter played on top, so a refused change disappears by itself and an accepted one is simply confirmed.
 */
class Store {
  view: View = { kind: "all", ordering: "position", search: "", priority: 0 };
  lists: List[] = [];
  tags: Tag[] = [];
  summary: Summary | undefined;
  hasMore = false;
  isLoaded = false;
  changed: () => void = () => {};
  signedOut: () => void = () => {};

  private confirmed = new Map<string, Todo>();
  private outbox: Operation[] = [];
  private isSending = false;
  private underWay = 0;
  private isSignedIn = false;
  private next: string | null = null;
  private loading = new AbortController();
  private summaryTag = "";

  constructor() {
    setInterval(() => document.hidden || void this.poll(), POLL_MS);
    document.addEventListener("visibilitychange", () => document.hidden || void this.poll());
  }

  todos(): Todo[] {
    const rows = new Map(this.confirmed);
    for (const operation of this.outbox) operation.apply(rows);
    // The server has filtered already; this is for what has changed since.
    const all = [...rows.values()].filter((todo) => belongsTo(this.view, todo));
    return this.view.ordering === "position" ? all.sort(byPosition) : all;
  }

  todo(id: string): Todo | undefined {
    return this.todos().find((todo) => todo.id === id);
  }

  get inbox(): List | undefined {
    return this.lists.find((list) => list.is_inbox);
  }

  async show(view: View): Promise<void> {
    this.isSignedIn = true;
    const isSamePlace = view.kind === this.view.kind && view.id === this.view.id;
    this.view = view;
    if (!isSamePlace) this.confirmed.clear();
    this.isLoaded = isSamePlace;
    this.next = null;
    this.changed();
    await this.refresh();
  }

  /** Shows a change at once and sends it in its turn. */
  change(operation: Operation): void {
    const last = this.outbox.at(-1);
    // Ten presses of an arrow key are one move.
    if (operation.kind === "move" && last?.kind === "move" && last.id === operation.id && this.outbox.length > 1) {
      this.outbox.pop();
    }
    this.outbox.push(operation);
    this.changed();
    void this.send();
  }

  async refresh(): Promise<void> {
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    await this.guarded(async () => {
      const size = Math.min(Math.max(this.confirmed.size, PAGE_SIZE), 200);
      const [page, lists, tags] = await Promise.all([
        answerOf(api.GET("/api/v1/todos", { params: { query: { ...queryOf(this.view), page_size: size } }, signal })),
        answerOf(api.GET("/api/v1/lists", { signal })),
        answerOf(api.GET("/api/v1/tags", { signal })),
        this.readSummary(signal),
      ]);
      this.confirmed = new Map(page.results.map((todo) => [todo.id, todo]));
      this.next = page.next ?? null;
      this.lists = lists.results;
      this.tags = tags.results;
      this.isLoaded = true;
      this.hasMore = Boolean(this.next);
      this.changed();
    });
  }

  async loadMore(): Promise<void> {
    const cursor = this.next && new URL(this.next).searchParams.get("cursor");
    if (!cursor) return;
    await this.guarded(async () => {
      const query = { ...queryOf(this.view), page_size: PAGE_SIZE, cursor };
      const page = await answerOf(api.GET("/api/v1/todos", { params: { query }, signal: this.loading.signal }));
      for (const todo of page.results) this.confirmed.set(todo.id, todo);
      this.next = page.next ?? null;
      this.hasMore = Boolean(this.next);
      this.changed();
    });
  }

  /** Whether what is shown may still change by itself. */
  get isBusy(): boolean {
    return this.underWay > 0 || this.hasUnsent;
  }

  get hasUnsent(): boolean {
    return this.outbox.length > 0;
  }

  forget(): void {
    endSession();
    this.isSignedIn = false;
    this.confirmed.clear();
    this.outbox = [];
    [this.lists, this.tags, this.summary, this.summaryTag, this.isLoaded] = [[], [], undefined, "", false];
    this.view = { kind: "all", ordering: "position", search: "", priority: 0 };
  }

  /** The summary's ETag is the account's change counter: while it stands, nothing at all has changed. */
  private async readSummary(signal: AbortSignal): Promise<boolean> {
    const headers = this.summaryTag ? { "If-None-Match": this.summaryTag } : undefined;
    const { data, response } = await api.GET("/api/v1/summary", { params: { query: { tz: zone() } }, headers, signal });
    if (!data) return false;
    this.summary = data;
    this.summaryTag = response.headers.get("ETag") ?? "";
    return true;
  }

  private async poll(): Promise<void> {
    // While somebody edits a todo, the version that they look at must stay the one that their change is checked against.
    const isEditing = document.querySelector("dialog[open]") !== null;
    if (!this.isLoaded || this.outbox.length || !navigator.onLine || isEditing) return;
    await this.guarded(async () => {
      if (await this.readSummary(this.loading.signal)) await this.refresh();
    });
  }

  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    this.loading.abort();
    for (let operation = this.outbox[0]; operation; operation = this.outbox[0]) {
      await this.guarded(() => this.sendOne(operation));
      if (this.outbox[0] === operation) this.outbox.shift();
      this.changed();
    }
    this.isSending = false;
    if (this.isSignedIn) await this.refresh();
  }

  private async sendOne(operation: Operation): Promise<void> {
    try {
      this.confirm(operation, await operation.send(this.confirmed.get(operation.id)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const current = error.isCurrentTooLong ? await read(operation.id) : error.current;
      if (!current) return tell(`That was not saved. ${error.message}`);
      this.confirm(operation, current);
      if (!operation.isIn(current)) tell(`“${current.title}” was changed elsewhere. You see the latest.`);
    }
  }

  private confirm(operation: Operation, row: Todo | undefined): void {
    if (this.outbox[0] !== operation) return;
    if (row) this.confirmed.set(operation.id, row);
    else this.confirmed.delete(operation.id);
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    this.underWay += 1;
    try {
      await work();
    } catch (error) {
      if (error instanceof SignedOut) return this.signedOut();
      if (error instanceof Problem) return tell(error.message);
      if ((error as Error).name !== "AbortError") throw error;
    } finally {
      this.underWay -= 1;
      this.changed();
    }
  }
}

/** Positions are made to be compared byte by byte, not by the rules of a language. */
function byPosition(one: Todo, other: Todo): number {
  if (one.position === other.position) return 0;
  return one.position < other.position ? -1 : 1;
}

let tellSomebody: (message: string) => void = announce;

export function onNotice(listener: (message: string) => void): void {
  tellSomebody = listener;
}

function tell(message: string): void {
  tellSomebody(message);
}

export const store = new Store();
