/** Columns are named as fields; arrays and objects are text in them, and `server` is the row that edits start from. */
import type { Database, DirtyRaw as Raw } from "@nozbe/watermelondb";
import { synchronize } from "@nozbe/watermelondb/sync/index.js";
import { fetchLocalChanges } from "@nozbe/watermelondb/sync/impl/index.js";
import { byId, editsInOrder, FIELDS, TOLD, type Kind, type Row, type Service } from "./service.js";
const text = (value: any) => (typeof value === "object" && value ? JSON.stringify(value) : value ?? null);
const value = (name: string, text: any) => (/^(tags|reminders|meta)$/.test(name) && text ? JSON.parse(text) : text);
const pick = (names: string[], of: (name: string) => any) => Object.fromEntries(names.map((name) => [name, of(name)]));
const columns = (row: Row) => pick(["id", ...FIELDS[row.kind], ...TOLD], (name) => text(row[name]));
const thrown = (id: string) => ({ id, gone: true, server: "{}" });
export function sync(database: Database, service: Service) {
  const sent = new Map<string, Raw>(); // What is edited after that stays edited.
  const edited = (table: string, raw: Raw): [Row | undefined, Row] => {
    const old = sent.set(raw.id, raw) && raw.server ? JSON.parse(raw.server) : undefined;
    const names = raw._changed ? raw._changed.split(",") : Object.keys(raw).filter((name) => raw[name] !== null);
    const now = pick(names, (name) => value(name, raw[name]));
    return [old, { ...old, ...now, id: raw.id, kind: table.slice(0, -1) as Kind }];
  };
  const pullChanges = async ({ lastPulledAt }: { lastPulledAt?: number }) => {
    const local = Object.entries((await fetchLocalChanges(database)).changes as Record<string, any>);
    const pairs = local.flatMap(([table, { created, updated, deleted }]) =>
      [...created, ...updated, ...deleted.map(thrown)].map((raw) => edited(table, raw)));
    const news = await service.sync(editsInOrder(pairs), lastPulledAt ?? 0);
    for (const [table, { deleted }] of local) await database.adapter.destroyDeletedRecords(table as never, deleted);
    const rows = byId([...pairs.flatMap(([old]) => (old?.id && !news.all ? old : [])), ...news.rows]);
    const changes = Object.fromEntries(local.map(([table]) => {
      const here = [...rows.values()].filter(({ kind }) => `${kind}s` === table);
      const updated = here.filter(({ gone }) => !gone).map((row) => ({ ...columns(row), server: text(row) }));
      return [table, { created: [], updated, deleted: here.filter(({ gone }) => gone).map(({ id }) => id) }];
    }));
    return { changes, timestamp: news.version, ...(news.all && { experimentalStrategy: "replacement" }) };
  };
  const conflictResolver = (_table: string, local: Raw, remote: Raw): Raw => {
    const [old, changed] = [sent.get(local.id), local._changed.split(",")];
    const still = Object.keys(remote).filter((name) => (old ? local[name] !== old[name] : changed.includes(name)));
    const kept = { ...pick(still, (name) => local[name]), _status: still.length ? "updated" : "synced" };
    return { ...local, ...remote, ...kept, _changed: still.join(",") };
  };
  return synchronize({ database, pullChanges, sendCreatedAsUpdated: true, conflictResolver } as never);
}
