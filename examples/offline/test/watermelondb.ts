import { appSchema, Database, Model, tableSchema } from "@nozbe/watermelondb";
import LokiJSAdapter from "@nozbe/watermelondb/adapters/lokijs/index.js";
import { hasUnsyncedChanges } from "@nozbe/watermelondb/sync/index.js";
import { setGenerator } from "@nozbe/watermelondb/utils/common/randomId/index.js";
import { FIELDS, type Service } from "../service.js";
import { sync } from "../watermelondb.js";
import type { Client, Kind, Row } from "./client.js";
import { logger } from "@nozbe/watermelondb/utils/common/index.js";

logger.silence();
setGenerator(() => crypto.randomUUID());
const STRUCTURED = new Set(["tags", "reminders", "meta", "query"]);
const TYPES: Record<string, string> = { priority: "number", version: "number", completed: "boolean", archived: "boolean" };
const MORE = ["completed", "position", "version", "deleted_at", "after", "server"];
const kinds: Kind[] = ["list", "tag", "todo"];
const tables = kinds.map((kind) => {
  const names = [...new Set([...FIELDS[kind], ...MORE])];
  return tableSchema({ name: `${kind}s`, columns: names.map((name) => ({ name, type: (TYPES[name] ?? "string") as never, isOptional: true })) });
});
const modelClasses = kinds.map((kind) => class extends Model { static override table = `${kind}s` as never; });

const plain = (kind: Kind, raw: Record<string, unknown>): Row => {
  const { _status, _changed, server, ...values } = raw;
  for (const name of STRUCTURED) if (typeof values[name] === "string") values[name] = JSON.parse(values[name]);
  return { ...values, kind } as Row;
};

export async function open(name: string, service: Service): Promise<Client> {
  const Adapter = (LokiJSAdapter as any).default ?? LokiJSAdapter;
  const adapter = new Adapter({ dbName: name, schema: appSchema({ version: 1, tables }), useWebWorker: false, useIncrementalIndexedDB: false, extraLokiOptions: { autosave: false } });
  const database = new Database({ adapter, modelClasses });
  const of = (kind: Kind) => database.get<Model>(`${kind}s` as never);
  const set = (record: Model, values: object) => {
    for (const [name, value] of Object.entries(values))
      if (name !== "id" && name !== "kind") record._setRaw(name as never, STRUCTURED.has(name) && value ? JSON.stringify(value) : value);
  };
  return {
    rows: async () => (await Promise.all(kinds.map(async (kind) =>
      (await of(kind).query().fetch()).map(({ _raw }) => plain(kind, { ..._raw }))))).flat(),
    insert: (row) => database.write(async () => void (await of(row.kind).create((record) => { record._raw.id = row.id; set(record, row); }))),
    update: ({ id, kind }, values) => database.write(async () => void (await (await of(kind).find(id)).update((record) => set(record, values)))),
    remove: ({ id, kind }) => database.write(async () => (await of(kind).find(id)).markAsDeleted()),
    sync: () => sync(database, service).catch((error) => { if (process.env.LOUD) console.error(error); }),
    hasUnsent: () => hasUnsyncedChanges({ database }),
    stop: async () => undefined,
  };
}
