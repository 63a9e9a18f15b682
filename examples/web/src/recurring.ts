import type { Todo } from "./api";
import type { Operation } from "./operations";

/**
 * Completes or skips this occurrence. Which day comes next is the server's to say, so until it has said so the row
 * stays where it is and is marked.
 */
export function goOn(id: string, verb: "complete" | "skip"): Operation {
  return { edit: { kind: "todo", op: verb, id } };
}

/** Takes the latest completion or skip back; `row` is what the todo looked like before. */
export function takeBack(row: Todo, verb: "complete" | "skip"): Operation {
  return { edit: { kind: "todo", op: verb === "skip" ? "unskip" : "reopen", id: row.id }, was: row };
}

/**
 * Takes the latest completion back that was known when the row was read. Had the row changed since, it might be another
 * one, so that is refused.
 */
export function takeBackKnown(row: Todo): Operation {
  return { edit: { kind: "todo", op: "reopen", id: row.id, base_version: row.version }, was: row };
}
