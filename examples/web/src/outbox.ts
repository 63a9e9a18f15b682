import type { EditResult, Push } from "./api";
import type { Batch, Database } from "./database";
import type { Operation, Waiting } from "./operations";

const MOST_AT_ONCE = 200;

interface Duties {
  /** Sends some at once; nothing if the person has left meanwhile. */
  push: (batch: Batch, operations: Waiting[]) => Promise<Push | undefined>;
  landed: (operations: Waiting[], push: Push) => void;
  allSent: () => void;
  stored: () => void;
}

/** Changes that the server has not answered yet. They are kept in the database, and one tab sends them in their order. */
export class Outbox {
  private waiting: Waiting[] = [];
  private isSending = false;
  private isClosed = false;
  private stored: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly owner: string,
    private readonly database: Database | undefined,
    private readonly since: () => Promise<number | undefined>,
    private readonly duties: Duties,
  ) {}

  get operations(): readonly Waiting[] {
    return this.waiting;
  }

  /** Also between the last answer and the screen that is read upon it. */
  get isBusy(): boolean {
    return this.isSending || this.waiting.length > 0;
  }

  /** Whether closing the page would lose one. */
  get hasUnstored(): boolean {
    return this.waiting.some(({ number }) => number === undefined);
  }

  add(operations: Operation[]): Waiting[] {
    const at = new Date().toISOString();
    const added = operations.map((operation) => ({ ...operation, key: crypto.randomUUID(), at }));
    this.waiting.push(...added);
    // The database may be full; then they wait in this tab alone.
    this.stored = this.stored.then(() => this.database?.enqueue(added)).then(this.duties.stored, () => undefined);
    void this.send();
    return added;
  }

  /** What other tabs have added, and what they have sent. */
  async reload(): Promise<void> {
    await this.stored;
    const kept = await this.database?.queue();
    if (!kept || this.isClosed) return;
    const keys = new Set(kept.map(({ key }) => key));
    this.waiting = [...kept, ...this.waiting.filter(({ key, number }) => number === undefined && !keys.has(key))];
  }

  close(): void {
    this.isClosed = true;
    this.waiting = [];
  }

  async send(): Promise<void> {
    if (this.isSending || this.isClosed) return;
    this.isSending = true;
    const all = () => this.sendAll();
    const isDone = await this.alone(all).finally(() => (this.isSending = false));
    if (!isDone) return;
    this.duties.allSent();
    // Something may have come in between.
    if (this.waiting.length) void this.send();
  }

  private async alone(work: () => Promise<boolean>): Promise<boolean> {
    return navigator.locks ? await navigator.locks.request(`sending the changes of ${this.owner}`, work) : work();
  }

  private async sendAll(): Promise<boolean> {
    for (;;) {
      await this.reload();
      const [batch, operations] = await this.nextBatch();
      if (operations.length === 0 || this.isClosed) return !this.isClosed;
      const push = await this.duties.push(batch, operations);
      if (!push || this.isClosed) return false;
      await this.land(batch, operations, push);
    }
  }

  /** What was on its way already, when the answer was lost or the page closed, goes as it was. */
  private async nextBatch(): Promise<[Batch, Waiting[]]> {
    const begun = await this.database?.batch();
    const again = this.waiting.filter(({ number }) => number !== undefined && begun?.numbers.includes(number));
    if (begun && again.length) return [begun, again];
    const operations = this.waiting.slice(0, MOST_AT_ONCE);
    const batch = { key: crypto.randomUUID(), since: await this.since(), numbers: operations.flatMap(({ number }) => number ?? []) };
    if (operations.length) await this.database?.keepBatch(batch);
    return [batch, operations];
  }

  private async land(batch: Batch, operations: Waiting[], push: Push): Promise<void> {
    await this.reload();
    const sent = new Set(operations.map(({ key }) => key));
    const rest = () => this.waiting.filter(({ key }) => !sent.has(key));
    const followers = rest().flatMap((operation) => followed(operation, operations, push.results) ?? []);
    await this.database?.land(batch, push.news, followers.filter(({ number }) => number !== undefined));
    this.waiting = rest().map((operation) => followers.find(({ key }) => key === operation.key) ?? operation);
    this.duties.landed(operations, push);
  }
}

/** What was made on top of a change of the same row starts from the version that this change has made. */
function followed(operation: Waiting, sent: Waiting[], results: EditResult[]): Waiting | undefined {
  const { edit } = operation;
  const index = sent.findLastIndex((other) => other.edit.id === edit.id);
  const version = results[index]?.status === "applied" ? results[index].version : undefined;
  return version && edit.base_version !== undefined ? { ...operation, edit: { ...edit, base_version: version } } : undefined;
}
