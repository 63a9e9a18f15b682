import { announce, byId, part } from "./dom";

const SHOWN_MS = 8_000;

const toast = byId("toast");
const [undoButton, dismissButton] = toast.querySelectorAll("button");
let undo: (() => void) | undefined;
let timer = 0;

/** A message at the foot of the page, with a way back where there is one; it stays while it is pointed at or focused. */
export function showToast(message: string, onUndo?: () => void): void {
  undo = onUndo;
  part(toast, "span").textContent = message;
  undoButton!.hidden = !onUndo;
  toast.hidden = false;
  announce(onUndo ? `${message} To undo, press Control Z.` : message);
  restart();
}

/** Says more in place of what was said, if that is still shown. */
export function amendToast(said: string, message: string): void {
  const words = part(toast, "span");
  if (toast.hidden || words.textContent !== said) return;
  words.textContent = message;
  announce(message);
}

export function hideToast(): void {
  toast.hidden = true;
  part(toast, "span").textContent = "";
  undo = undefined;
}

function restart(): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => (toast.matches(":hover, :focus-within") ? restart() : hideToast()), SHOWN_MS);
}

function takeBack(): void {
  undo?.();
  hideToast();
}

undoButton!.addEventListener("click", takeBack);
dismissButton!.addEventListener("click", hideToast);
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof Element && event.target.matches("input:not([type=checkbox]), textarea");
  if (undo && !isTyping && event.key === "z" && (event.ctrlKey || event.metaKey)) takeBack();
});
