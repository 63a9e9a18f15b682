import { dayHint, laterDays } from "./dates";
import { byId, element, icon } from "./dom";

export interface Choice {
  name: string;
  picture: string;
  hint?: string | undefined;
  act: () => void;
}

const box = byId("choices");
let opener: HTMLElement | undefined;

/** A small menu beside what opened it; a sheet at the foot of a phone. */
export function openMenu(anchor: HTMLElement, label: string, choices: Choice[]): void {
  opener = anchor;
  box.setAttribute("aria-label", label);
  box.replaceChildren(...choices.map(entry));
  box.showPopover();
  const at = anchor.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const below = at.bottom + 4 + height < window.innerHeight ? at.bottom + 4 : Math.max(at.top - height - 4, 8);
  box.style.top = `${below}px`;
  box.style.left = `${Math.max(Math.min(at.left, window.innerWidth - width - 8), 8)}px`;
  box.querySelector("button")?.focus();
}

function entry({ name, picture, hint, act }: Choice): HTMLElement {
  const made = element(
    "button", { type: "button", role: "menuitem", tabindex: "-1" },
    icon(picture), element("span", {}, name), hint ? element("span", { class: "hint" }, hint) : undefined,
  );
  made.addEventListener("click", () => {
    box.hidePopover();
    act();
  });
  return made;
}

/** The days that something can be put off to. */
export function openDays(anchor: HTMLElement, choose: (day: string | undefined) => void, others: Choice[] = []): void {
  const pictures = ["sun", "arrow", "sofa", "calendar"];
  const days = laterDays().map(([name, day], index) => ({
    name,
    picture: pictures[index] ?? "calendar",
    hint: dayHint(day),
    act: () => choose(day),
  }));
  openMenu(anchor, "Put off to", [...days, { name: "No date", picture: "close", act: () => choose(undefined) }, ...others]);
}

box.addEventListener("keydown", (event) => {
  const entries = [...box.querySelectorAll("button")];
  const here = entries.indexOf(document.activeElement as HTMLButtonElement);
  const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Tab") box.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  entries.at(next % entries.length)?.focus();
});

box.addEventListener("toggle", (event) => {
  // What was chosen may have drawn the page anew, without the button that opened the menu.
  if ((event as ToggleEvent).newState === "closed" && document.activeElement === document.body) opener?.focus();
});
