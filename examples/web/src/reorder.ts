import type { Todo } from "./api";
import { announce, byId, element, icon } from "./dom";
import { move } from "./operations";
import { store } from "./store";

/** A handle that is dragged with mouse, pen or finger, or moved with the arrow keys. */
export function reorderHandle(todo: Todo, index: number, count: number): HTMLButtonElement {
  const label = `Reorder ${todo.title}, ${index + 1} of ${count}. Move with the up and down arrow keys.`;
  const handle = element("button", { type: "button", class: "handle", "aria-label": label, "data-role": "handle" }, icon("grip"));
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    moveTo(todo, index, index + step);
  });
  handle.addEventListener("pointerdown", (event) => drag(event, handle, todo, index));
  return handle;
}

function items(): HTMLElement[] {
  return [...byId("open").children] as HTMLElement[];
}

function moveTo(todo: Todo, from: number, to: number): void {
  const others = items();
  const target = others[to]?.dataset.id;
  if (!target || to === from) return;
  store.change(move(todo.id, to < from ? { before: target } : { after: target }));
  announce(`${todo.title} is now ${to + 1} of ${others.length}.`);
}

function drag(start: PointerEvent, handle: HTMLElement, todo: Todo, from: number): void {
  if (start.button !== 0) return;
  const list = items();
  const dragged = list[from];
  if (!dragged) return;
  const middles = list.map((item) => item.getBoundingClientRect()).map((box) => box.top + box.height / 2);
  const height = dragged.getBoundingClientRect().height;
  let to = from;
  handle.setPointerCapture(start.pointerId);
  dragged.classList.add("dragged");

  const follow = (event: PointerEvent) => {
    dragged.style.translate = `0 ${event.clientY - start.clientY}px`;
    const passed = middles.filter((middle, index) => index !== from && middle < event.clientY).length;
    to = passed;
    list.forEach((item, index) => {
      if (index === from) return;
      const steps = index > from && index <= to ? -1 : index < from && index >= to ? 1 : 0;
      item.style.translate = steps ? `0 ${steps * height}px` : "";
    });
  };
  const finish = (event: PointerEvent) => {
    handle.removeEventListener("pointermove", follow);
    handle.removeEventListener("pointerup", finish);
    handle.removeEventListener("pointercancel", finish);
    dragged.classList.remove("dragged");
    for (const item of list) item.style.translate = "";
    if (event.type === "pointerup") moveTo(todo, from, to);
  };
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("pointerup", finish);
  handle.addEventListener("pointercancel", finish);
}
