import { answerOf, api, type List } from "./api";
import { type Operation, type Place, positionAt, type Rows } from "./operations";

type Members = { name?: string; color?: string | null; archived?: boolean };

function change({ lists }: Rows, id: string, members: Partial<List>): void {
  const list = lists.get(id);
  if (list) lists.set(id, { ...list, ...members });
}

/** The last change of a list wins, so it names no version; and none of them is about a todo. */
function operation(id: string, apply: Operation["apply"], send: Operation["send"]): Operation {
  return { kind: "list", id, apply, send, isIn: () => true };
}

const path = (id: string) => ({ params: { path: { id } } });

export function createList(id: string, name: string): Operation {
  const now = new Date().toISOString();
  const draft: List = {
    id, name, color: null, position: `~${now}`, archived: false, archived_at: null, is_inbox: false, open_count: 0, version: 0,
    created_at: now, updated_at: now, deleted_at: null,
  };
  const send = async () => ({ lists: [await answerOf(api.POST("/api/v1/lists", { body: { id, name } }))] });
  return operation(id, ({ lists }) => void lists.set(id, draft), send);
}

export function changeList(id: string, members: Members): Operation {
  const archived_at = members.archived ? new Date().toISOString() : null;
  const shown = "archived" in members ? { ...members, archived_at } : members;
  const send = async () => ({ lists: [await answerOf(api.PATCH("/api/v1/lists/{id}", { ...path(id), body: members }))] });
  return operation(id, (rows) => change(rows, id, shown), send);
}

export function trashList(id: string): Operation {
  const deleted_at = new Date().toISOString();
  const send = async ({ lists }: Rows) => {
    await answerOf(api.DELETE("/api/v1/lists/{id}", path(id)));
    return { lists: [...lists.values()].filter((list) => list.id === id).map((list) => ({ ...list, deleted_at })) };
  };
  return operation(id, (rows) => change(rows, id, { deleted_at }), send);
}

export function restoreList(list: List): Operation {
  const { id } = list;
  const send = async () => ({ lists: [await answerOf(api.POST("/api/v1/lists/{id}/restore", path(id)))] });
  return operation(id, ({ lists }) => void lists.set(id, list), send);
}

export function moveList(id: string, place: Place): Operation {
  const { after = null, before = null } = place;
  const send = async () => ({ lists: [await answerOf(api.POST("/api/v1/lists/{id}/move", { ...path(id), body: { after, before } }))] });
  return operation(id, (rows) => change(rows, id, { position: positionAt(place, rows.lists) }), send);
}
