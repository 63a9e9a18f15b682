import { element, part } from "./dom";
import { store } from "./store";

const PRIORITIES = ["No priority", "Low", "Medium", "High"];

/** The members of a todo that the add form fills. */
export function readFields(form: HTMLFormElement) {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? "").trim();
  return {
    title: text("title"),
    due_date: text("due_date") || null,
    priority: Number(text("priority")) as 0 | 1 | 2 | 3,
    list: text("list") || store.inbox?.id,
    tags: tagsIn(text("tags")),
  };
}

export function tagsIn(text: string): string[] {
  return [...new Set(text.split(",").map((tag) => tag.trim()).filter(Boolean))];
}

/** Fills the select boxes; what is chosen stays chosen. */
export function drawChoices(form: HTMLElement): void {
  options(part(form, "[name=priority]"), PRIORITIES.map((name, value) => [String(value), name]));
  const shown = store.list(store.view.id);
  const lists = [...store.lists, ...(shown?.archived_at ? [shown] : [])];
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

/** Without a day the browser would show its pattern, "mm/dd/yyyy", where the page says "Date". */
export function markEmptyDates(form: HTMLElement): void {
  for (const field of form.querySelectorAll<HTMLInputElement>("input[type=date], input[type=time]")) {
    field.classList.toggle("without-value", !field.value);
  }
}

document.addEventListener("input", ({ target }) => {
  if (target instanceof HTMLInputElement && target.form) markEmptyDates(target.form);
});

export function refuse(form: HTMLElement, name: string, message: string): void {
  part(form, ".form-error").textContent = message;
  part<HTMLInputElement>(form, `[name=${name}]`).focus();
}
