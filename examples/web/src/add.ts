import { daysLater, today } from "./dates";
import { announce, byId, part } from "./dom";
import { drawChoices, markEmptyDates, readFields, refuse } from "./fields";
import { create } from "./operations";
import { drawLine, listNamed, readLine, takeBack } from "./quick";
import { store } from "./store";

const form = byId<HTMLFormElement>("add");
const title = part<HTMLInputElement>(form, "[name=title]");

/** Redraws the form; a new place in the sidebar brings its own list, day or tag. */
export function drawAdd(): void {
  form.hidden = ["trash", "completed", "saved"].includes(store.view.kind) || Boolean(store.list(store.view.id)?.archived_at);
  drawChoices(form);
  const place = `${store.view.kind} ${store.view.id ?? ""} ${store.inbox?.id ?? ""}`;
  if (form.dataset.place !== place) prefill();
  form.dataset.place = place;
}

export function startAdding(): void {
  if (!form.hidden) title.focus();
}

function prefill(): void {
  const { kind, id } = store.view;
  const day = { today: today(), upcoming: daysLater(1) }[kind as string];
  part<HTMLInputElement>(form, "[name=due_date]").value = day ?? "";
  part<HTMLInputElement>(form, "[name=tags]").value = kind === "tag" ? (id ?? "") : "";
  part<HTMLSelectElement>(form, "[name=list]").value = (kind === "list" ? id : store.inbox?.id) ?? "";
  part<HTMLSelectElement>(form, "[name=priority]").value = "0";
  markEmptyDates(form);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = { ...readFields(form), ...said() };
  if (!fields.title) return refuse(form, "title", "A todo needs a title.");
  part(form, ".form-error").textContent = "";
  store.change([create({ ...fields, id: crypto.randomUUID() })]);
  announce(`${fields.title} is added.`);
  form.reset();
  drawLine();
  prefill();
  title.focus();
});

/** What the line says goes before what the fields say; tags come together. */
function said() {
  const { title, day, time, rule, reminders, spans } = readLine();
  const values = (kind: string) => spans.flatMap((span) => (span.kind === kind ? span.value : []));
  const [priority] = values("priority");
  const list = listNamed(String(values("list")[0] ?? ""));
  const tags = [...new Set([...readFields(form).tags, ...values("tag").map(String)])];
  return {
    title,
    tags,
    ...(day ? { due_date: day } : {}),
    ...(time ? { due_time: time } : {}),
    ...(rule ? { rrule: rule } : {}),
    ...(reminders.length ? { reminders: reminders.map((minutes_before) => ({ minutes_before })) } : {}),
    ...(priority ? { priority: Number(priority) as 1 | 2 | 3 } : {}),
    ...(list ? { list } : {}),
  };
}

/** One line until it is needed. It folds after a click elsewhere, not before, which would move what is clicked on. */
form.addEventListener("focusin", () => form.classList.add("open"));
document.addEventListener("click", (event) => foldUnlessIn(event.target as Element), { capture: true });
document.addEventListener("focusin", ({ target }) => {
  if ((target as Element).matches(":focus-visible")) foldUnlessIn(target as Element);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  if (event.target === title && takeBack()) return event.preventDefault();
  form.classList.remove("open");
  (document.activeElement as HTMLElement).blur();
});

function foldUnlessIn(target: Element): void {
  const isLeft = !form.contains(target) && !form.contains(document.activeElement);
  if (isLeft && !title.value.trim()) form.classList.remove("open");
}
