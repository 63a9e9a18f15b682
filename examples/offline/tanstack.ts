/** Call `sync` after changes, when the network is back, now and then. What `save` got is `kept` after a reload. */
import { createCollection, type MutationFnParams as Change, type SyncConfig } from "@tanstack/db";
import { against, editsOf, KINDS, type Edit, type Kind, type Row, type Service } from "./service.js";

export type Kept = { since: number; rows: Row[]; edits: Edit[] };
export function collections(service: Service, kept: Kept, save: (kept: Kept) => void) {
  let [{ since, edits }, waiting, last] = [kept, [] as ((kept: unknown) => void)[], Promise.resolve()];
  const [synced, show] = [new Set<string>(), new Map<Kind, (rows: Row[]) => void>()];
  const keep = () => setTimeout(() => save({ since, edits, rows: all.flatMap((each) => each.toArray) }));
  // A change is shown at once and waits for its answer; then the service's row takes its place.
  const send = ({ transaction }: Change<Row>) => {
    for (const { type, original: old, modified } of transaction.mutations)
      edits.push(...editsOf(type === "insert" ? undefined : (old as Row), { ...modified, gone: type === "delete" }));
    keep();
    return new Promise((resolve) => waiting.push(resolve));
  };
  const on = { onInsert: send, onUpdate: send, onDelete: send };
  const syncOf = (kind: Kind): SyncConfig<Row, string>["sync"] => ({ begin, write, commit, markReady }) => {
    show.set(kind, (rows) => {
      begin();
      for (const row of rows.filter((each) => each.kind === kind && (!each.gone || synced.has(each.id)))) {
        const type = synced.has(row.id) ? "update" : "insert";
        write(row.gone ? { type: "delete", key: row.id } : { type, value: row });
        row.gone ? synced.delete(row.id) : synced.add(row.id);
      }
      commit();
    });
    show.get(kind)!(kept.rows);
    markReady();
  };
  const all = KINDS.map((kind) => createCollection<Row, string>({ id: `${kind}s`, getKey: ({ id }) => id,
    startSync: true, sync: { sync: syncOf(kind), rowUpdateMode: "full" }, ...on }));
  const once = async () => {
    const [sent, answered, news] = [edits.length, waiting.length, await service.sync([...edits], since)];
    for (const write of show.values()) write(against(all.flatMap((each) => each.toArray), news));
    [since, edits] = [news.version, edits.slice(sent)];
    waiting.splice(0, answered).forEach((resolve) => resolve(undefined));
    keep();
  };
  return { ofKind: (kind: Kind) => all[KINDS.indexOf(kind)]!, sync: () => (last = last.then(once, once)) };
}
