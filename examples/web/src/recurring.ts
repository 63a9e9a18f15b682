import { answerOf, api, ifMatch, type Todo } from "./api";
import { at, change, onlyOnce, type Operation, written } from "./operations";

/**
 * Completes or skips this occurrence. Which day comes next is the server's to say, so until it has said so the row
 * stays where it is and is marked.
 */
export function goOn(id: string, verb: "complete" | "skip"): Operation {
  const path = verb === "skip" ? "/api/v1/todos/{id}/skip" : "/api/v1/todos/{id}/complete";
  const once = onlyOnce();
  return {
    kind: verb,
    id,
    apply: (rows) => change(rows, id, () => ({ isGoingOn: true })),
    send: ({ todos }) => written(answerOf(api.POST(path, { params: paramsOf(id, todos.get(id), once) }))),
    isIn: () => false,
    item: { op: verb, id },
  };
}

/** Takes the latest completion or skip back; `row` is what the todo looked like before, for it may have left the page since. */
export function takeBack(row: Todo, verb: "complete" | "skip"): Operation {
  const [op, path] = verb === "skip" ? (["unskip", "/api/v1/todos/{id}/unskip"] as const) : (["reopen", "/api/v1/todos/{id}/reopen"] as const);
  const once = onlyOnce();
  return {
    kind: verb,
    id: row.id,
    apply: (rows) => void rows.todos.set(row.id, { ...row, isGoingOn: true }),
    send: ({ todos }) => written(answerOf(api.POST(path, { params: paramsOf(row.id, todos.get(row.id), once) }))),
    isIn: () => false,
    item: { op, id: row.id },
  };
}

/**
 * Takes the latest completion back that was known when the row was read. Had the row changed since, it might be another
 * one, so that is refused.
 */
export function takeBackKnown(row: Todo): Operation {
  const params = { path: { id: row.id }, header: { ...ifMatch(row), ...onlyOnce() } };
  return {
    ...takeBack(row, "complete"),
    send: () => written(answerOf(api.POST("/api/v1/todos/{id}/reopen", { params }))),
  };
}

function paramsOf(id: string, row: Todo | undefined, once: ReturnType<typeof onlyOnce>) {
  const { path, header = {} } = at(id, row).params;
  return { path, header: { ...header, ...once } };
}
