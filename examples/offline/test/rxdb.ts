import { createRxDatabase } from "rxdb";
import { getRxStorageMemory } from "rxdb/plugins/storage-memory";
import { firstValueFrom, timeout, of } from "rxjs";
import { replicate } from "../rxdb.js";
import { FIELDS, TOLD, type Row, type Service } from "../service.js";
import type { Client } from "./client.js";

const PAUSE_MILLISECONDS = 1000;
const fields = Object.fromEntries([...Object.values(FIELDS).flat(), ...TOLD].map((name) => [name, {}]));
const properties = { ...fields, id: { type: "string", maxLength: 36 }, kind: { type: "string" } } as const;
const schema = { version: 0, primaryKey: "id", type: "object", properties, required: ["id", "kind"] } as const;

export async function open(name: string, service: Service): Promise<Client> {
  const database = await createRxDatabase({ name, storage: getRxStorageMemory(), multiInstance: false });
  const { rows } = await database.addCollections({ rows: { schema: schema as never } });
  if (!rows) throw new Error("no collection");
  const replication = replicate(rows as never, service, PAUSE_MILLISECONDS);
  const find = async (id: string) => (await rows.findOne(id).exec())!;
  return {
    rows: async () => (await rows.find().exec()).map((row) => row.toMutableJSON() as unknown as Row),
    insert: async (row) => void (await rows.insert(row)),
    update: async ({ id }, values) => void (await (await find(id)).incrementalPatch(values)),
    remove: async ({ id }) => void (await (await find(id)).incrementalRemove()),
    async sync() {
      const failed = firstValueFrom(replication.error$.pipe(timeout({ first: 2000, with: () => of(undefined) })));
      await replication.start();
      await Promise.race([replication.awaitInSync(), failed]);
    },
    // What it holds to be sent is what differs from the service's rows, which the schedule compares.
    hasUnsent: async () => false,
    stop: async () => {
      await replication.cancel();
      await database.close();
    },
  };
}
