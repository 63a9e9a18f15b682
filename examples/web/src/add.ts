import { today } from "./dates";
import { announce, byId, part } from "./dom";
import { drawChoices, readFields, refuse } from "./fields";
import { create } from "./operations";
import { store } from "./store";

const form = byId<HTMLFormElement>("add");

/** Redraws the form; a new place in the sidebar brings its own list, day or tag. */
export function drawAdd(): void {
  form.hidden = store.view.kind === "trash";
  drawChoices(form);
  const place = `${store.view.kind} ${store.view.id ?? ""} ${store.inbox?.id ?? ""}`;
  if (form.dataset.place !== place) prefill();
  form.dataset.place = place;
}

function prefill(): void {
  const { kind, id } = store.view;
  part<HTMLInputElement>(form, "[name=due_date]").value = kind === "today" ? today() : "";
  part<HTMLInputElement>(form, "[name=tags]").value = kind === "tag" ? (id ?? "") : "";
  part<HTMLSelectElement>(form, "[name=list]").value = (kind === "list" ? id : store.inbox?.id) ?? "";
  part<HTMLSelectElement>(form, "[name=priority]").value = "0";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = readFields(form);
  if (!fields.title) return refuse(form, "title", "A todo needs a title.");
  part(form, ".form-error").textContent = "";
  store.change(create({ ...fields, id: crypto.randomUUID() }));
  announce(`${fields.title} is added.`);
  form.reset();
  prefill();
  part<HTMLInputElement>(form, "[name=title]").focus();
});
