import type { List } from "./api";
import type { Operation, Place } from "./operations";

type Members = { name?: string; color?: string | null; archived?: boolean };

export function createList(id: string, name: string): Operation {
  return { edit: { kind: "list", op: "create", id, name } };
}

export function changeList(id: string, members: Members): Operation {
  return { edit: { kind: "list", op: "update", id, ...members } };
}

export function trashList(id: string): Operation {
  return { edit: { kind: "list", op: "delete", id } };
}

export function restoreList(list: List): Operation {
  return { edit: { kind: "list", op: "restore", id: list.id }, was: list };
}

export function moveList(id: string, { after = null, before = null }: Place): Operation {
  return { edit: { kind: "list", op: "move", id, after, before } };
}
