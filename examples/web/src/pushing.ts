import { answerOf, api, type EditResult, Problem, type Push, type Todo } from "./api";
import type { Batch } from "./database";
import type { Waiting } from "./operations";
import type { Written } from "./rows";

const PAUSE_MS = 1_000;

/** Sends changes in one request. Each is taken or refused by itself; a request that is refused as a whole goes in parts. */
export async function push(batch: Batch, operations: Waiting[]): Promise<Push> {
  try {
    return await post(batch, operations);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === "request_running") return again(batch, operations);
    // The base of each change does what the key would have done, but for what is done twice in no time.
    if (error.code === "too_many_keys" || error.code === "idempotency_key_reused") return push({ ...batch, key: "" }, operations);
    if (error.code === "sync_too_old") return push({ ...batch, since: undefined }, operations);
    if (operations.length === 1) return { results: [rejected(operations[0]!, error)], version: 0, news: null };
    return inParts(batch, operations);
  }
}

function post({ key, since }: Batch, operations: Waiting[]): Promise<Push> {
  const header = key ? { "Idempotency-Key": key } : {};
  const body = { changes: operations.map(({ edit }) => edit), ...(since === undefined ? {} : { since }) };
  return answerOf(api.POST("/api/v1/changes", { params: { header, query: { page_size: 200 } }, body }));
}

async function again(batch: Batch, operations: Waiting[]): Promise<Push> {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return push(batch, operations);
}

/** The last part's news are those of all parts. */
async function inParts(batch: Batch, operations: Waiting[]): Promise<Push> {
  const half = Math.ceil(operations.length / 2);
  const first = await push({ ...batch, key: batch.key && `${batch.key}.0` }, operations.slice(0, half));
  const second = await push({ ...batch, key: batch.key && `${batch.key}.1` }, operations.slice(half));
  return { ...second, results: [...first.results, ...second.results] };
}

function rejected({ edit }: Waiting, problem: Problem): EditResult {
  return { status: "rejected", kind: edit.kind, id: edit.id, errors: problem.errors.length ? problem.errors : [{ pointer: "", code: problem.code, params: problem.params, detail: problem.detail }] };
}

/** What is new by the answer, with what is in the way of changes that were refused. */
export function writtenBy(operations: Waiting[], { news, results }: Push): Written {
  const inTheWay = results.flatMap(({ kind, current }) => (kind === "todo" && current ? [current as unknown as Todo] : []));
  const lost = operations.filter((_, index) => results[index]?.status === "conflict" && !results[index].current);
  return {
    todos: [...inTheWay, ...(news?.todos ?? [])],
    lists: news?.lists ?? [],
    saved: news?.views ?? [],
    gone: [...lost.map(({ edit }) => edit.id), ...(news?.deleted ?? []).map(({ id }) => id)],
  };
}

/** Deletes a todo in the trash for good. */
export async function erase(id: string): Promise<void> {
  await answerOf(api.DELETE("/api/v1/todos/{id}", { params: { path: { id }, query: { permanent: true } } }));
}
