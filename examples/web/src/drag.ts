export type Drop = { onto: HTMLElement } | { before: HTMLElement | undefined; after: HTMLElement | undefined };

const THRESHOLD_PX = 5;
const EDGE_PX = 60;

/**
 * Drags an element with mouse, pen or finger: between its siblings, where they have an order, or onto anything on the
 * page with `data-drop`.
 */
export function drag(
  start: PointerEvent, grip: HTMLElement, item: HTMLElement, siblings: HTMLElement[], drop: (drop: Drop) => void, goesOnto = true,
): void {
  if (start.button !== 0) return;
  const others = siblings.filter((sibling) => sibling !== item);
  let target: Drop | undefined;

  const follow = (event: PointerEvent) => {
    const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
    if (!item.classList.contains("dragged")) {
      if (Math.hypot(x, y) < THRESHOLD_PX) return;
      grip.setPointerCapture(start.pointerId);
      item.classList.add("dragged");
      document.body.classList.add("dragging");
    }
    item.style.translate = `${x}px ${y}px`;
    if (event.clientY < EDGE_PX) window.scrollBy(0, -8);
    if (event.clientY > window.innerHeight - EDGE_PX) window.scrollBy(0, 8);
    target = (goesOnto ? ontoAt(event, item) : undefined) ?? betweenAt(event, others);
    mark(target);
  };
  const finish = (event: PointerEvent) => {
    document.removeEventListener("pointermove", follow);
    document.removeEventListener("pointerup", finish);
    document.removeEventListener("pointercancel", finish);
    const wasDragged = item.classList.contains("dragged");
    item.classList.remove("dragged");
    document.body.classList.remove("dragging");
    item.style.translate = "";
    mark(undefined);
    if (wasDragged) grip.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => grip.removeEventListener("click", swallow, { capture: true }));
    if (event.type === "pointerup" && wasDragged && target) drop(target);
  };
  // A quick hand has left the grip before the first movement is noticed.
  document.addEventListener("pointermove", follow);
  document.addEventListener("pointerup", finish);
  document.addEventListener("pointercancel", finish);
}

/** Letting go of something is no click on it. */
function swallow(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}

function ontoAt(event: PointerEvent, item: HTMLElement): Drop | undefined {
  for (const under of document.elementsFromPoint(event.clientX, event.clientY)) {
    const onto = item.contains(under) ? undefined : under.closest<HTMLElement>("[data-drop]");
    if (onto && !onto.contains(item)) return { onto };
  }
  return undefined;
}

function betweenAt(event: PointerEvent, others: HTMLElement[]): Drop | undefined {
  const boxes = others.map((other) => other.getBoundingClientRect());
  const [first, last] = [boxes[0], boxes.at(-1)];
  if (!first || !last || event.clientX < first.left - 40 || event.clientX > first.right + 40) return undefined;
  const passed = boxes.filter((box) => box.top + box.height / 2 < event.clientY).length;
  return { before: others[passed], after: others[passed - 1] };
}

function mark(drop: Drop | undefined): void {
  for (const marked of document.querySelectorAll(".drop-onto, .drop-before, .drop-after")) {
    marked.classList.remove("drop-onto", "drop-before", "drop-after");
  }
  if (!drop) return;
  if ("onto" in drop) drop.onto.classList.add("drop-onto");
  else if (drop.before) drop.before.classList.add("drop-before");
  else drop.after?.classList.add("drop-after");
}
