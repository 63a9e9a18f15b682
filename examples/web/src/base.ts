import type { Operation } from "./operations";
import type { Rows } from "./rows";

const STORES = { todo: "todos", list: "lists", view: "saved" } as const;
const NO_VALUES = new Set(["kind", "op", "id", "tags_add", "tags_remove"]);
const ONCE_EACH = new Set(["complete", "reopen", "skip", "unskip"]);

/** A change with what it started from, as the page shows it: another device's change of something else goes with it. */
export function based(operation: Operation, shown: Rows, confirmed: Rows): Operation {
  const { edit, was } = operation;
  const row: object | undefined = shown[STORES[edit.kind]].get(edit.id) ?? was;
  if (edit.op === "update" && row) {
    const names = Object.keys(edit).filter((name) => !NO_VALUES.has(name));
    const values = new Map<string, unknown>(Object.entries(row));
    const base = Object.fromEntries(names.map((name) => [name, values.get(name) ?? null]));
    return { ...operation, edit: { ...edit, ...(names.length ? { base } : {}) } };
  }
  // An occurrence that another device has completed meanwhile is not to be followed by the next one.
  const repeats = row && "rrule" in row && row.rrule;
  const version = confirmed.todos.get(edit.id)?.version;
  if (!repeats || !ONCE_EACH.has(edit.op ?? "") || !version) return operation;
  return { ...operation, edit: { base_version: version, ...edit } };
}
