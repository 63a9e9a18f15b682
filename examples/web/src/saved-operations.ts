import { answerOf, api, type SavedQuery, type SavedView } from "./api";
import { type Operation, type Place, positionAt, type Rows } from "./operations";

type Members = { name: string; color: string | null };

/** The last change of a saved view wins, so it names no version; and none of them is about a todo. */
function operation(id: string, apply: Operation["apply"], send: Operation["send"]): Operation {
  return { kind: "view", id, apply, send, isIn: () => true };
}

function change({ saved }: Rows, id: string, members: Partial<SavedView>): void {
  const view = saved.get(id);
  if (view) saved.set(id, { ...view, ...members });
}

const path = (id: string) => ({ params: { path: { id } } });

export function createSaved(id: string, members: Members, query: SavedQuery): Operation {
  const now = new Date().toISOString();
  const draft: SavedView = { id, ...members, query, position: `~${now}`, broken: false, version: 0, created_at: now, updated_at: now };
  const send = async () => ({ saved: [await answerOf(api.POST("/api/v1/views", { body: { id, ...members, query } }))] });
  return operation(id, ({ saved }) => void saved.set(id, draft), send);
}

export function changeSaved(id: string, members: Members): Operation {
  const send = async () => ({ saved: [await answerOf(api.PATCH("/api/v1/views/{id}", { ...path(id), body: members }))] });
  return operation(id, (rows) => change(rows, id, members), send);
}

export function moveSaved(id: string, { after = null, before = null }: Place): Operation {
  const send = async () => ({ saved: [await answerOf(api.POST("/api/v1/views/{id}/move", { ...path(id), body: { after, before } }))] });
  return operation(id, (rows) => change(rows, id, { position: positionAt({ after, before }, rows.saved) }), send);
}

/** For good; what was deleted elsewhere already is fine, too. */
export function deleteSaved(id: string): Operation {
  const send = async () => {
    await answerOf(api.DELETE("/api/v1/views/{id}", path(id)));
    return { gone: [id] };
  };
  return operation(id, ({ saved }) => void saved.delete(id), send);
}
