import { completeTodos, trashTodos } from "./actions";
import { startAdding } from "./add";
import { closeDetails } from "./details";
import { byId, part } from "./dom";
import { openLater } from "./later";
import { selection } from "./selection";

const help = byId<HTMLDialogElement>("help");

/** Keys for the whole page; while somebody types, in a dialog and in a menu they mean what they always do. */
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as HTMLElement;
  if (target.closest("dialog, [popover]") || byId("app").hidden) return;
  if (event.key === "Escape") return escape(target);
  if (target.matches("input:not([type=checkbox]), textarea, select")) return;
  if (forPage(event.key) || forRow(event, target)) event.preventDefault();
});

function escape(target: HTMLElement): void {
  if (target.matches("#search")) return target.blur();
  if (selection.isOn) return selection.clear();
  closeDetails();
}

function forPage(key: string): boolean {
  if (key === "q") startAdding();
  else if (key === "/") byId("search").focus();
  else if (key === "?") help.showModal();
  else return false;
  return true;
}

function forRow(event: KeyboardEvent, target: HTMLElement): boolean {
  const { key, shiftKey } = event;
  const rows = [...document.querySelectorAll<HTMLElement>("#todos .todo button.open")].filter((row) => row.checkVisibility());
  const row = target.closest<HTMLElement>("#todos .todo");
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (step && (row || !target.closest("#sidebar, #details"))) return moveFocus(rows, row, step, shiftKey);
  const id = row?.dataset.id;
  if (!row || !id || row.matches(".occurrence") || !target.matches("button.open")) return false;
  const isDone = row.classList.contains("completed");
  if (key === " " || key === "x") completeTodos(selection.with(id), !isDone);
  else if (key === "s") openLater(target, selection.with(id));
  else if (key === "Delete") trashTodos(selection.with(id));
  else return false;
  const here = rows.indexOf(target);
  // A row that goes away leaves the focus to the one that comes up in its place.
  if (!target.isConnected || !row.isConnected) (rows[here + 1] ?? rows[here - 1])?.focus();
  return true;
}

function moveFocus(rows: HTMLElement[], row: HTMLElement | null, step: number, picks: boolean): boolean {
  const here = rows.findIndex((other) => other.closest(".todo") === row);
  const next = rows[row ? here + step : step > 0 ? 0 : rows.length - 1];
  if (!next) return rows.length > 0;
  const id = idOf(next);
  if (picks && row && selection.size === 0) selection.toggle(idOf(row));
  if (picks) selection.extendTo(id, rows.map(idOf));
  // Picking draws rows anew.
  document.querySelector<HTMLElement>(`#todos [data-id="${id}"] button.open`)?.focus();
  return true;
}

function idOf(inside: HTMLElement): string {
  return inside.closest<HTMLElement>(".todo")?.dataset.id ?? "";
}

// In Firefox it is letting go of Space that presses a button.
document.addEventListener("keyup", (event) => {
  if (event.key === " " && (event.target as HTMLElement).matches(".todo button.open")) event.preventDefault();
});
part(help, "button").addEventListener("click", () => help.close());
byId("show-help").addEventListener("click", () => help.showModal());
