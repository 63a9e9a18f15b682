import { element, part } from "./dom";
import { store } from "./store";

const PRIORITIES = ["No priority", "Low", "Medium", "High"];

/** The members of a todo that the add form and the editor have in common. */
export function readFields(form: HTMLFormElement) {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "").trim();
  const tags = text("tags").split(",").map((tag) => tag.trim());
  return {
    title: text("title"),
    due_date: text("due_date") || null,
    priority: Number(text("priority")) as 0 | 1 | 2 | 3,
    list: text("list") || store.inbox?.id,
    tags: [...new Set(tags.filter(Boolean))],
  };
}

/** Fills the select boxes; what is chosen stays chosen. */
export function drawChoices(form: HTMLFormElement): void {
  options(part(form, "[name=priority]"), PRIORITIES.map((name, value) => [String(value), name]));
  const lists = store.lists.filter((list) => !list.archived_at);
  options(part(form, "[name=list]"), lists.map((list) => [list.id, list.name]));
}

function options(select: HTMLSelectElement, choices: [string, string][]): void {
  const wanted = JSON.stringify(choices);
  if (select.dataset.drawn === wanted) return;
  const chosen = select.value;
  select.replaceChildren(...choices.map(([value, name]) => element("option", { value }, name)));
  select.dataset.drawn = wanted;
  if (choices.some(([value]) => value === chosen)) select.value = chosen;
}

export function refuse(form: HTMLFormElement, name: string, message: string): void {
  part(form, ".form-error").textContent = message;
  part<HTMLInputElement>(form, `[name=${name}]`).focus();
}
