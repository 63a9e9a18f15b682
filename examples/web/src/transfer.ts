import type { Import as Report } from "todo-api-client";
import { answerOf, api, Problem } from "./api";
import { announce, byId, element } from "./dom";
import { allInWords, inWords } from "./sentences";
import { store } from "./store";

type Product = "todos" | "icalendar" | "todoist" | "google" | "microsoft";
const PRODUCTS: Record<Product, { name: string; type: string }> = {
  todos: { name: "This service", type: "application/json" },
  todoist: { name: "Todoist (CSV)", type: "text/csv" },
  google: { name: "Google Takeout (Tasks.json)", type: "application/json" },
  microsoft: { name: "Microsoft To Do (JSON)", type: "application/json" },
  icalendar: { name: "iCalendar (.ics)", type: "text/calendar" },
};
const KINDS = ["lists", "tags", "todos", "completions", "views"] as const;

const [whole, table] = [button("Export everything", "quiet"), button("Export a table", "quiet")];
const file = element("input", { name: "file", type: "file", accept: ".json,.csv,.ics" });
const product = element("select", { name: "from" }, ...Object.entries(PRODUCTS).map(([value, { name }]) => element("option", { value }, name)));
const preview = element("div", { role: "status" });
const fault = element("p", { class: "form-error", role: "alert" });
const bring = button("Import", "primary");
const form = element(
  "form", { method: "dialog", autocomplete: "off" },
  element("h2", { id: "transfer-title" }, "Your data"),
  element("div", { class: "actions" }, whole, table),
  element("label", { class: "field" }, element("span", {}, "A file to import"), file),
  element("label", { class: "field" }, element("span", {}, "Exported by"), product),
  preview, fault,
  element("div", { class: "actions" }, element("span", { class: "grow" }), element("button", { class: "quiet", type: "submit" }, "Close"), bring),
);
const dialog = element("dialog", { id: "transfer", "aria-labelledby": "transfer-title" }, form);
document.body.append(dialog);

function button(name: string, look: string): HTMLButtonElement {
  return element("button", { class: look, type: "button" }, name);
}

/** Does it and says what is wrong, if it is, where one looks. */
async function attempt(act: () => Promise<void>): Promise<void> {
  fault.textContent = "";
  const buttons = [whole, table, bring];
  for (const each of buttons) each.disabled = true;
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    preview.replaceChildren();
    fault.textContent = allInWords(error);
  } finally {
    for (const each of buttons) each.disabled = false;
    bring.hidden = !preview.hasChildNodes();
  }
}

/** Fetched with the token, so a link would not do. */
async function save(form: "json" | "csv"): Promise<void> {
  const answer = await api.GET("/api/v1/me/export", { params: { query: { as: form } }, parseAs: "blob" });
  const data = await answerOf(answer);
  const name = /filename="([^"]+)"/.exec(answer.response.headers.get("Content-Disposition") ?? "")?.[1] ?? `todos.${form}`;
  const link = element("a", { href: URL.createObjectURL(data as Blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function send(dry_run: boolean): Promise<Report> {
  const [chosen] = file.files ?? [];
  const from = product.value as Product;
  const body = (chosen ?? new Blob()) as never;
  const headers = { "Content-Type": PRODUCTS[from].type };
  return answerOf(api.POST("/api/v1/me/import", { params: { query: { dry_run, from } }, body, headers, bodySerializer: (sent) => sent }));
}

/** What would happen, before anything does. */
async function show(): Promise<void> {
  const report = await send(true);
  preview.replaceChildren(
    element("p", {}, `New: ${counted(report, "new") || "nothing"}.`),
    ...[counted(report, "same")].filter(Boolean).map((words) => element("p", {}, `There already: ${words}.`)),
    ...[counted(report, "different")].filter(Boolean).map((words) => element("p", {}, `Changed here since, and left alone: ${words}.`)),
    element("ul", {}, ...report.sample.map((title) => element("li", {}, title))),
    ...report.notes.map((note) => element("p", { class: "hint" }, `${note.place}: ${inWords(note)}`)),
  );
}

function counted(report: Report, outcome: "new" | "same" | "different"): string {
  return KINDS.filter((kind) => report[kind][outcome]).map((kind) => `${report[kind][outcome]} ${kind}`).join(", ");
}

async function take(): Promise<void> {
  const report = await send(false);
  dialog.close();
  announce(`Imported: ${counted(report, "new") || "nothing new"}`);
  await store.refresh();
}

/** Most files tell by their name or their beginning whose they are. */
async function guess(): Promise<void> {
  const [chosen] = file.files ?? [];
  if (!chosen) return;
  const beginning = await chosen.slice(0, 200).text();
  if (chosen.name.endsWith(".ics")) product.value = "icalendar";
  else if (chosen.name.endsWith(".csv")) product.value = "todoist";
  else product.value = beginning.includes('"tasks#') ? "google" : beginning.includes('"format"') ? "todos" : product.value;
  await show();
}

whole.addEventListener("click", () => void attempt(() => save("json")));
table.addEventListener("click", () => void attempt(() => save("csv")));
file.addEventListener("change", () => void attempt(guess));
product.addEventListener("change", () => void (file.files?.length && attempt(show)));
bring.addEventListener("click", () => void attempt(take));
dialog.addEventListener("close", () => {
  file.value = fault.textContent = "";
  preview.replaceChildren();
  bring.hidden = true;
});
byId("show-transfer").addEventListener("click", () => dialog.showModal());
bring.hidden = true;
