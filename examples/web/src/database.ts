import type { List, SavedView, Tag, Todo } from "./api";
import type { components } from "./openapi";

export type Changes = components["schemas"]["Changes"];
const STORES = { todo: "todos", list: "lists", tag: "tags", view: "views" } as const;
const KINDS = Object.values(STORES);
const [ABOUT, QUEUE] = ["about", "queue"];

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
    for (const { kind, id } of news.deleted) transaction.objectStore(STORES[kind]).delete(id);
    for (const kind of KINDS) for (const row of news[kind]) transaction.objectStore(kind).put(row);
    if (version !== undefined) transaction.objectStore(ABOUT).put(version, "version");
    await done(transaction);
  }

  /** Without what waits to be sent. */
  async clear(): Promise<void> {
    const transaction = this.opened.transaction([...KINDS, ABOUT], "readwrite");
    for (const kind of KINDS) transaction.objectStore(kind).clear();
    transaction.objectStore(ABOUT).delete("version");
    await done(transaction);
  }

  close(): void {
    this.opened.close();
  }
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
