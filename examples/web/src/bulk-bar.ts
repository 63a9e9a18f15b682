import { completeTodos, moveToList, trashTodos } from "./actions";
import { byId, part } from "./dom";
import { openLater } from "./later";
import { openMenu } from "./menu";
import { selection } from "./selection";
import { store } from "./store";

const bar = byId("bulk");

/** What can be done with the rows that are picked. */
export function drawBulkBar(): void {
  bar.hidden = !selection.isOn;
  part(bar, "output").textContent = selection.size === 0 ? "Pick todos" : `${selection.size} picked`;
  for (const button of bar.querySelectorAll<HTMLButtonElement>("[data-act]")) button.disabled = selection.size === 0;
  byId("select").setAttribute("aria-pressed", String(selection.isOn));
  byId("select").hidden = store.view.kind === "trash";
}

function withPicked(act: (ids: string[]) => void): void {
  const ids = selection.all();
  selection.clear();
  act(ids);
  byId("todos").focus({ preventScroll: true });
}

function whenClicked(name: string, act: (button: HTMLElement) => void): void {
  const button = part<HTMLButtonElement>(bar, `[data-act=${name}]`);
  button.addEventListener("click", () => act(button));
}

whenClicked("complete", () => withPicked((ids) => completeTodos(ids)));
whenClicked("delete", () => withPicked(trashTodos));
whenClicked("put-off", (button) => openLater(button, selection.all(), () => withPicked(() => {})));
whenClicked("move", (button) => {
  const lists = [...(store.inbox ? [store.inbox] : []), ...store.lists.filter((list) => !list.is_inbox)];
  const choices = lists.map((list) => ({ name: list.name, picture: "list", act: () => withPicked((ids) => moveToList(ids, list.id)) }));
  openMenu(button, "Move to", choices);
});
part(bar, ".dismiss").addEventListener("click", () => selection.clear());
byId("select").addEventListener("click", () => (selection.isOn ? selection.clear() : selection.begin()));
