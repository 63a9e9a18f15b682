let isPressed = false;
let work: (() => void) | undefined;

/** At once, unless something on the page is being pressed: it is clicked only if it is still there when it is let go of. */
export function unlessPressed(act: () => void): void {
  if (isPressed) work = act;
  else act();
}

/** The click that belongs to it comes first. */
function letGo(): void {
  if (!isPressed) return;
  isPressed = false;
  setTimeout(() => {
    const act = work;
    work = undefined;
    if (act) unlessPressed(act);
  });
}

window.addEventListener("pointerdown", ({ button }) => (isPressed ||= button === 0), { capture: true });
for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, letGo, { capture: true });
// Of the window itself; that of a field comes by while something else is pressed.
window.addEventListener("blur", ({ target }) => target === window && letGo());
// A menu of the system, or a scroll bar, may keep the end to itself.
window.addEventListener("pointermove", ({ buttons }) => buttons || letGo(), { capture: true });
