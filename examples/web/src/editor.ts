import type { TodoChange } from "./api";
import { byId, part } from "./dom";
import { drawChoices, readFields, refuse } from "./fields";
import { update } from "./operations";
import { store } from "./store";

const dialog = byId<HTMLDialogElement>("editor");
const form = part<HTMLFormElement>(dialog, "form");
let before: ReturnType<typeof fieldsNow>;
let id = "";

export function openEditor(todoId: string): void {
  const todo = store.todo(todoId);
  if (!todo) return;
  id = todoId;
  drawChoices(form);
  const values: Record<string, string> = {
    title: todo.title,
    notes: todo.notes ?? "",
    due_date: todo.due_date ?? "",
    due_time: todo.due_time?.slice(0, 5) ?? "",
    priority: String(todo.priority),
    list: todo.list ?? "",
    tags: todo.tags.join(", "),
  };
  for (const [name, value] of Object.entries(values)) part<HTMLInputElement>(form, `[name=${name}]`).value = value;
  part(form, ".form-error").textContent = "";
  before = fieldsNow();
  dialog.showModal();
  part<HTMLInputElement>(form, "[name=title]").select();
}

function fieldsNow() {
  const data = new FormData(form);
  return { ...readFields(form), notes: String(data.get("notes")), due_time: String(data.get("due_time")) || null };
}

/** Only what was edited is sent, so that two people editing different fields do not undo each other. */
function edited(): TodoChange {
  const now = fieldsNow();
  const names = Object.keys(now) as (keyof typeof now)[];
  return Object.fromEntries(
    names.filter((name) => String(now[name]) !== String(before[name])).map((name) => [name, now[name]]),
  );
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { title, due_date, due_time } = fieldsNow();
  if (!title) return refuse(form, "title", "A todo needs a title.");
  if (due_time && !due_date) return refuse(form, "due_date", "A time needs a day.");
  const change = edited();
  if (Object.keys(change).length) store.change(update(id, change));
  dialog.close();
});

part(form, "button[value=cancel]").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
