import { byId, element, icon } from "./dom";
import { startAdding } from "./add";
import { store } from "./store";
import type { View } from "./views";

const WORDS: Record<View["kind"], [picture: string, title: string, text: string]> = {
  inbox: ["inbox", "Your Inbox is empty", "Write down what is on your mind. You can sort it later."],
  today: ["sun", "Nothing left for today", "Enjoy the rest of it, or plan one more thing."],
  upcoming: ["calendar", "Nothing is planned", "A todo with a day after today shows up here."],
  all: ["list", "There is nothing to do", "Add the first todo, and this page gets to work."],
  completed: ["check", "Nothing is completed yet", "What you finish is kept here, by days."],
  trash: ["trash", "The trash is empty", "What you delete stays here for 30 days."],
  list: ["list", "This list is empty", "Add the first todo, or drag one here from another list."],
  saved: ["search", "Nothing is like this", "What this view looks for shows up here."],
  tag: ["tag", "No todo has this tag", "Drag a todo onto the tag, or type it when you add one."],
};

/** What is said where no todo is, with a way to begin where there is one. */
export function drawEmpty(isEmpty: boolean): void {
  const box = byId("empty");
  box.hidden = !isEmpty;
  const { kind, search } = store.view;
  const state = store.isLoaded ? `${kind} ${search} ${store.isCopied}` : "loading";
  if (box.dataset.state === state) return;
  box.dataset.state = state;
  if (!store.isLoaded) return box.replaceChildren(element("p", {}, "Loading…"));
  if (kind === "saved" && store.isCopied) return box.replaceChildren(icon("search"), element("p", { class: "title" }, "Saved views need the network."));
  if (search) return box.replaceChildren(icon("search"), element("p", { class: "title" }, `Nothing found for “${search}”.`));
  const [picture, title, text] = WORDS[kind];
  box.replaceChildren(icon(picture), element("p", { class: "title" }, title), element("p", {}, text));
  if (["trash", "completed", "saved"].includes(kind)) return;
  const button = element("button", { type: "button", class: "quiet" }, icon("plus"), "Add a todo");
  button.addEventListener("click", startAdding);
  box.append(button);
}
