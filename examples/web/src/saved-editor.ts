import type { SavedQuery, SavedView } from "./api";
import { byId, part } from "./dom";
import { changeSaved, createSaved, deleteSaved, moveSaved } from "./saved-operations";
import { store } from "./store";
import { swatches } from "./swatches";
import { showToast } from "./toast";
import { isWorthSaving, savedQueryOf, START } from "./views";

const dialog = likeThatOfLists();
const form = part<HTMLFormElement>(dialog, "form");
const name = part<HTMLInputElement>(form, "[name=name]");
const save = byId("save-view");
/** What is edited; a new one has a query and nothing else yet. */
let view: SavedView | undefined;
let query: SavedQuery = {};

/** Saved views have what lists have, but for the archive. */
function likeThatOfLists(): HTMLDialogElement {
  const made = byId<HTMLDialogElement>("list-editor").cloneNode(true) as HTMLDialogElement;
  made.id = "saved-editor";
  part(made, "h2").id = "saved-editor-title";
  made.setAttribute("aria-labelledby", "saved-editor-title");
  part(made, "[data-act=archive]").remove();
  document.body.append(made);
  return made;
}

/** Name, colour and place of a saved view, and the way to be rid of it. */
export function openSavedEditor(id: string): void {
  view = store.savedView(id);
  if (view) open("Edit the view", view.broken ? "The service does not understand this view any more. It can be renamed or deleted." : "");
}

function openNew(): void {
  view = undefined;
  query = savedQueryOf(store.view);
  open("Save as a view", "");
}

function open(title: string, fault: string): void {
  part(form, "h2").textContent = title;
  name.value = view?.name ?? "";
  part(form, ".form-error").textContent = fault;
  part(form, ".swatches").replaceChildren(...swatches(view?.color ?? null));
  for (const each of form.querySelectorAll<HTMLElement>("[data-act=delete], .place")) each.hidden = !view;
  dialog.showModal();
  name.select();
}

function accept(): boolean {
  const wanted = { name: name.value.trim(), color: String(new FormData(form).get("color") ?? "") || null };
  if (!wanted.name) {
    part(form, ".form-error").textContent = "A view needs a name.";
    name.focus();
    return false;
  }
  if (!view) add(wanted);
  else if (wanted.name !== view.name || wanted.color !== view.color) store.change([changeSaved(view.id, wanted)]);
  return true;
}

/** What was chosen is in the view from now on, so it does not narrow it as well. */
function add(wanted: { name: string; color: string | null }): void {
  const id = crypto.randomUUID();
  store.change([createSaved(id, wanted, query)]);
  byId<HTMLInputElement>("search").value = "";
  byId<HTMLSelectElement>("priority").value = String(START.priority);
  byId<HTMLSelectElement>("ordering").value = START.ordering;
  void store.show({ ...START, kind: "saved", id });
}

function remove({ id, name, color, query }: SavedView): void {
  if (store.view.id === id) void store.show({ ...store.view, kind: START.kind, id: undefined });
  store.change([deleteSaved(id)]);
  // What was deleted for good keeps its id.
  showToast(`The view “${name}” is deleted.`, () => store.change([createSaved(crypto.randomUUID(), { name, color }, query)]));
}

/** Moves a saved view one place up or down. */
export function moveSavedBy(id: string, step: number): void {
  const all = store.savedViews.map((each) => each.id);
  const others = all.filter((other) => other !== id);
  const place = all.indexOf(id) + step;
  if (place < 0 || place >= all.length) return;
  store.change([moveSaved(id, { after: others[place - 1] ?? null, before: others[place] ?? null })]);
}

export function drawSaveButton(): void {
  save.hidden = !isWorthSaving(store.view);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (accept()) dialog.close();
});
form.addEventListener("click", (event) => {
  const act = (event.target as HTMLElement).closest<HTMLElement>("[data-act]")?.dataset.act;
  if (view && (act === "up" || act === "down")) moveSavedBy(view.id, act === "up" ? -1 : 1);
  if (view && act === "delete") remove(view);
  if (act === "delete" || act === "cancel") dialog.close();
});
save.addEventListener("click", openNew);
byId("edit-saved").addEventListener("click", () => openSavedEditor(store.view.id ?? ""));
