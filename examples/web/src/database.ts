import type { Changes, List, SavedView, Tag, Todo } from "./api";
import type { Waiting } from "./operations";

const STORES = { todo: "todos", list: "lists", tag: "tags", view: "views" } as const;
const KINDS = Object.values(STORES);
const [ABOUT, QUEUE] = ["about", "queue"];

/** Changes on their way, which are sent again as they were if no answer comes. */
export interface Batch {
  key: string;
  /** The version after which the answer tells what is new. */
  since?: number | undefined;
  numbers: number[];
}

export interface Copied {
  todos: Todo[];
  lists: List[];
  tags: Tag[];
  views: SavedView[];
  version: number;
}

/** What is kept in this browser of one person's account, each person in a database of their own, so that nobody reads another's. */
export class Database {
  private constructor(private readonly opened: IDBDatabase) {
    // Another tab deletes it, because somebody signs out.
    opened.onversionchange = () => opened.close();
  }

  /** Nothing where the browser keeps nothing, as in some private windows. */
  static async open(owner: string): Promise<Database | undefined> {
    const request = indexedDB.open(nameOf(owner), 1);
    request.onupgradeneeded = () => {
      for (const kind of KINDS) request.result.createObjectStore(kind, { keyPath: "id" });
      request.result.createObjectStore(ABOUT);
      request.result.createObjectStore(QUEUE, { keyPath: "number", autoIncrement: true });
    };
    return answer(request).then((opened) => new Database(opened), () => undefined);
  }

  /** When a session has ended by itself: nothing stays but what waits, until the same person signs in again. Tells how much that is. */
  static async retire(owner: string): Promise<number> {
    const database = await Database.open(owner);
    const waiting = (await database?.queue())?.length ?? 0;
    await database?.clear();
    database?.close();
    if (!waiting) await Database.erase(owner);
    return waiting;
  }

  static async erase(owner: string): Promise<void> {
    await answer(indexedDB.deleteDatabase(nameOf(owner))).catch(() => undefined);
  }

  async version(): Promise<number> {
    return (await answer<number | undefined>(this.opened.transaction(ABOUT).objectStore(ABOUT).get("version"))) ?? 0;
  }

  async copied(): Promise<Copied> {
    const transaction = this.opened.transaction([...KINDS, ABOUT]);
    const all = <T>(kind: string) => answer<T[]>(transaction.objectStore(kind).getAll());
    const version = answer<number | undefined>(transaction.objectStore(ABOUT).get("version"));
    const [todos, lists, tags, views] = await Promise.all([all<Todo>("todos"), all<List>("lists"), all<Tag>("tags"), all<SavedView>("views")]);
    return { todos, lists, tags, views, version: (await version) ?? 0 };
  }

  /** What has changed; `version` once nothing is missing up to there. */
  async put(news: Changes, version?: number): Promise<void> {
    const transaction = this.opened.transaction([...KINDS, ABOUT], "readwrite");
    write(transaction, news, version);
    await done(transaction);
  }

  /** Without what waits to be sent. */
  async clear(): Promise<void> {
    const transaction = this.opened.transaction([...KINDS, ABOUT], "readwrite");
    for (const kind of KINDS) transaction.objectStore(kind).clear();
    transaction.objectStore(ABOUT).delete("version");
    await done(transaction);
  }

  queue(): Promise<Waiting[]> {
    return answer(this.opened.transaction(QUEUE).objectStore(QUEUE).getAll());
  }

  async enqueue(operations: Waiting[]): Promise<void> {
    const transaction = this.opened.transaction(QUEUE, "readwrite");
    const numbers = operations.map((operation) => answer(transaction.objectStore(QUEUE).add(operation)));
    await done(transaction);
    for (const [index, number] of numbers.entries()) operations[index]!.number = Number(await number);
  }

  batch(): Promise<Batch | undefined> {
    return answer(this.opened.transaction(ABOUT).objectStore(ABOUT).get("batch"));
  }

  async keepBatch(batch: Batch): Promise<void> {
    const transaction = this.opened.transaction(ABOUT, "readwrite");
    transaction.objectStore(ABOUT).put(batch, "batch");
    await done(transaction);
  }

  /** What was sent waits no more, what is new is in the copy: both, or neither. `after` are the rest, which follow on what is new. */
  async land(batch: Batch, news: Changes | null, after: Waiting[]): Promise<void> {
    const transaction = this.opened.transaction([...KINDS, ABOUT, QUEUE], "readwrite");
    for (const number of batch.numbers) transaction.objectStore(QUEUE).delete(number);
    for (const operation of after) transaction.objectStore(QUEUE).put(operation);
    transaction.objectStore(ABOUT).delete("batch");
    const version = (await answer<number | undefined>(transaction.objectStore(ABOUT).get("version"))) ?? 0;
    // Where the copy is not as far as the answer begins, its next sync brings all that.
    if (news && version && batch.since !== undefined && version >= batch.since) write(transaction, news, news.next ? batch.since : news.version);
    await done(transaction);
  }

  close(): void {
    this.opened.close();
  }
}

function write(transaction: IDBTransaction, news: Changes, version?: number): void {
  for (const { kind, id } of news.deleted) transaction.objectStore(STORES[kind]).delete(id);
  for (const kind of KINDS) for (const row of news[kind]) transaction.objectStore(kind).put(row);
  if (version !== undefined) transaction.objectStore(ABOUT).put(version, "version");
}

function nameOf(owner: string): string {
  return `todos of ${owner}`;
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
