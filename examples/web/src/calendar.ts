import { answerOf, api, type CalendarAddress, Problem } from "./api";
import { language } from "./dates";
import { announce, byId, element } from "./dom";
import { inWords } from "./sentences";

const field = element("input", { name: "address", readonly: true });
const events = element("input", { name: "events", type: "checkbox" });
const [copier, revoke, make] = [button("Copy", "quiet"), button("Revoke", "quiet danger"), button("", "primary")];
const state = element("p", { role: "status" });
const fault = element("p", { class: "form-error", role: "alert" });
const secret = element(
  "div", { hidden: true },
  element("div", { class: "address" }, element("label", { class: "field" }, element("span", {}, "Address"), field), copier),
  element("label", { class: "switch" }, events, " For calendars that know no tasks"),
  element("p", {}, "Whoever has it can read all your todos."),
);
const close = element("button", { class: "quiet", type: "submit" }, "Close");
const form = element(
  "form", { method: "dialog", autocomplete: "off" },
  element("h2", { id: "calendar-title" }, "Calendar"), state, secret, fault,
  element("div", { class: "actions" }, revoke, element("span", { class: "grow" }), close, make),
);
const dialog = element("dialog", { id: "calendar", "aria-labelledby": "calendar-title" }, form);
document.body.append(dialog);
/** Told once, and forgotten with the dialog. */
let address = "";

function button(name: string, look: string): HTMLButtonElement {
  return element("button", { class: look, type: "button" }, name);
}

async function open(): Promise<void> {
  dialog.showModal();
  await show(() => answerOf(api.GET("/api/v1/me/calendar")));
}

/** Does something about the address and shows how it stands afterwards. */
async function show(act: () => Promise<CalendarAddress>): Promise<void> {
  fault.textContent = "";
  make.disabled = revoke.disabled = true;
  try {
    draw(await act());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    fault.textContent = inWords(error);
  } finally {
    make.disabled = revoke.disabled = false;
  }
}

function draw(found: CalendarAddress): void {
  address = found.address ?? "";
  state.textContent = words(found);
  make.textContent = found.made_at ? "Replace the address" : "Make an address";
  revoke.hidden = !found.made_at;
  secret.hidden = !address;
  fill();
  if (address) field.select();
}

function fill(): void {
  field.value = address && events.checked ? `${address}?as=events` : address;
}

function words({ address: told, made_at, read_on }: CalendarAddress): string {
  if (told) return "Copy it now: it is not shown again.";
  if (!made_at) return "Calendars and task apps can show your todos, at an address of your own.";
  const read = read_on ? `last read on ${day(read_on)}` : "not read yet";
  return `There is an address, made on ${day(made_at)} and ${read}. If you have lost it, replace it.`;
}

function day(moment: string): string {
  return new Date(moment).toLocaleDateString(language(), { day: "numeric", month: "long", year: "numeric" });
}

async function copy(): Promise<void> {
  field.select();
  await navigator.clipboard.writeText(field.value).then(() => announce("Copied"), () => announce("Copy it with the keyboard"));
}

async function withdraw(): Promise<CalendarAddress> {
  await answerOf(api.DELETE("/api/v1/me/calendar"));
  return { address: null, made_at: null, read_on: null };
}

make.addEventListener("click", () => void show(() => answerOf(api.POST("/api/v1/me/calendar"))));
revoke.addEventListener("click", () => void show(withdraw));
copier.addEventListener("click", () => void copy());
events.addEventListener("change", fill);
dialog.addEventListener("close", () => {
  address = "";
  fill();
});
byId("show-calendar").addEventListener("click", () => void open());
