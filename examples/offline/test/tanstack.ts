import type { Service } from "../service.js";
import { KINDS } from "../service.js";
import { collections, type Kept } from "../tanstack.js";
import type { Client } from "./client.js";

export async function open(_name: string, service: Service): Promise<Client> {
  let kept: Kept = { since: 0, rows: [], edits: [] };
  const { ofKind, sync } = collections(service, kept, (latest) => (kept = latest));
  const ignored = () => undefined;
  return {
    rows: async () => KINDS.flatMap((kind) => ofKind(kind).toArray),
    insert: async (row) => void ofKind(row.kind).insert(row).isPersisted.promise.catch(ignored),
    update: async ({ id, kind }, values) => void ofKind(kind).update(id, (row) => void Object.assign(row, values)).isPersisted.promise.catch(ignored),
    remove: async ({ id, kind }) => void ofKind(kind).delete(id).isPersisted.promise.catch(ignored),
    sync: () => sync().catch(ignored),
    hasUnsent: async () => kept.edits.length > 0,
    stop: async () => void (await Promise.all(KINDS.map((kind) => ofKind(kind).cleanup()))),
  };
}
