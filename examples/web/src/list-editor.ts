import type { List } from "./api";
import { byId, part } from "./dom";
import { changeList, moveList, restoreList, trashList } from "./list-operations";
import { store } from "./store";
import { swatches } from "./swatches";
import { showToast } from "./toast";
import { START } from "./views";

const dialog = byId<HTMLDialogElement>("list-editor");
const form = part<HTMLFormElement>(dialog, "form");
const name = part<HTMLInputElement>(form, "[name=name]");
let list: List;

/** Name, colour and place of a list, and the ways to put it aside. */
export function openListEditor(id: string): void {
  const found = store.list(id);
  if (!found) return;
  list = found;
  name.value = list.name;
  part(form, ".form-error").textContent = "";
  part(form, ".swatches").replaceChildren(...swatches(list.color));
  part(form, "[data-act=archive]").textContent = list.archived_at ? "Take out of the archive" : "Archive";
  for (const button of form.querySelectorAll<HTMLElement>("[data-act=archive], [data-act=delete], .place")) button.hidden = list.is_inbox;
  part<HTMLElement>(form, ".place").hidden ||= Boolean(list.archived_at);
  dialog.showModal();
  name.select();
}

function save(): boolean {
  const wanted = { name: name.value.trim(), color: String(new FormData(form).get("color") ?? "") || null };
  if (!wanted.name) {
    part(form, ".form-error").textContent = "A list needs a name.";
    name.focus();
    return false;
  }
  if (wanted.name !== list.name || wanted.color !== list.color) store.change([changeList(list.id, wanted)]);
  return true;
}

function archive(): void {
  const { id, archived_at } = list;
  const archived = !archived_at;
  store.change([changeList(id, { archived })]);
  leave(archived);
  const words = archived ? "is archived" : "is back among your lists";
  showToast(`“${list.name}” ${words}.`, () => store.change([changeList(id, { archived: !archived })]));
}

function remove(): void {
  const before = list;
  store.change([trashList(before.id)]);
  leave(true);
  showToast(`“${before.name}” is in the trash, with its todos.`, () => store.change([restoreList(before)]));
}

function leave(isGone: boolean): void {
  if (isGone && store.view.id === list.id) void store.show({ ...store.view, kind: START.kind, id: undefined });
}

/** Moves a list one place up or down. */
export function moveListBy(id: string, step: number): void {
  const all = movable().map((each) => each.id);
  const others = all.filter((other) => other !== id);
  const place = all.indexOf(id) + step;
  if (place < 0 || place >= all.length) return;
  store.change([moveList(id, { after: others[place - 1] ?? null, before: others[place] ?? null })]);
}

/** The Inbox has a place of its own. */
export function movable(): List[] {
  return store.lists.filter((each) => !each.is_inbox);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (save()) dialog.close();
});
form.addEventListener("click", (event) => {
  const act = (event.target as HTMLElement).closest<HTMLElement>("[data-act]")?.dataset.act;
  if (act === "up" || act === "down") moveListBy(list.id, act === "up" ? -1 : 1);
  if (act === "archive") archive();
  if (act === "delete") remove();
  if (act === "archive" || act === "delete" || act === "cancel") dialog.close();
});
byId("edit-list").addEventListener("click", () => openListEditor(store.view.id ?? store.inbox?.id ?? ""));
