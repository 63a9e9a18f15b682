import type { SavedQuery } from "./api";
import type { Operation, Place } from "./operations";

type Members = { name: string; color: string | null };

export function createSaved(id: string, members: Members, query: SavedQuery): Operation {
  return { edit: { kind: "view", op: "create", id, ...members, query } };
}

export function changeSaved(id: string, members: Members): Operation {
  return { edit: { kind: "view", op: "update", id, ...members } };
}

export function moveSaved(id: string, { after = null, before = null }: Place): Operation {
  return { edit: { kind: "view", op: "move", id, after, before } };
}

/** For good; what was deleted elsewhere already is fine, too. */
export function deleteSaved(id: string): Operation {
  return { edit: { kind: "view", op: "delete", id } };
}
