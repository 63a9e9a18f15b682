import { announce, byId, element, icon } from "./dom";

/** Where reminders come up: as the system's notifications where a person has let it, else on the page. */
export interface Notice {
  /** Of two with the same key the system shows one. */
  key: string;
  title: string;
  words: string;
  open: () => void;
}

const box = byId("reminded");

export function canNotify(): boolean {
  return "Notification" in window && Notification.permission === "granted";
}

/** Whether a person has not been asked yet. */
export function mayAsk(): boolean {
  return "Notification" in window && Notification.permission === "default";
}

export async function askToNotify(): Promise<void> {
  await Notification.requestPermission();
}

export function show(notice: Notice): void {
  if (!canNotify() || !isNotified(notice)) showOnPage(notice);
}

function isNotified({ key, title, words, open }: Notice): boolean {
  try {
    const shown = new Notification(title, { body: words, tag: key });
    shown.addEventListener("click", () => {
      window.focus();
      shown.close();
      open();
    });
    return true;
  } catch (error) {
    // On Android notifications belong to service workers.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Stays until it is answered; the toast may be gone before somebody looks. */
function showOnPage({ title, words, open }: Notice): void {
  const opener = element("button", { type: "button", class: "open" }, element("span", { class: "todo-title" }, title), element("span", { class: "hint" }, words));
  const dismiss = element("button", { type: "button", class: "icon-button", "aria-label": `Dismiss the reminder of ${title}` }, icon("close"));
  const card = element("li", {}, icon("bell"), opener, dismiss);
  opener.addEventListener("click", () => (card.remove(), open()));
  dismiss.addEventListener("click", () => card.remove());
  box.append(card);
  announce(`Reminder: ${title}. ${words}`);
}

export function forgetNotices(): void {
  box.replaceChildren();
}
