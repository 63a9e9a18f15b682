import { answerOf, api, type Changes, Problem } from "./api";
import type { Database } from "./database";

const PAGE_SIZE = 200;

/** Brings the copy up to what the account is now; `latest` is its version as far as it is known. One tab does that for all. */
export async function follow(database: Database, latest: number): Promise<void> {
  const catchUp = async () => {
    const version = await database.version();
    if (version < latest) await pull(database, version);
  };
  await (navigator.locks ? navigator.locks.request("copying the todos", catchUp) : catchUp());
}

async function pull(database: Database, since: number): Promise<void> {
  // What was deleted for good is not told to those who begin, so nothing older may stay.
  if (!since) await database.clear();
  try {
    for (let cursor: string | undefined, isLast = false; !isLast; ) {
      const query = { since, page_size: PAGE_SIZE, cursor };
      const page: Changes = await answerOf(api.GET("/api/v1/changes", { params: { query } }));
      cursor = page.next_cursor ?? undefined;
      isLast = !cursor;
      await database.put(page, isLast ? page.version : undefined);
    }
  } catch (error) {
    const isTooOld = error instanceof Problem && error.code === "sync_too_old";
    if (!isTooOld || !since) throw error;
    await pull(database, 0);
  }
}
