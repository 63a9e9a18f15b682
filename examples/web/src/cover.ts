import { byId } from "./dom";

const PHONE = window.matchMedia("(max-width: 760px)");

const menu = byId<HTMLButtonElement>("menu");
const sidebar = byId("sidebar");

/** On a phone the menu and the details lie over the page, and nothing below them can be reached. */
export function drawCover(): void {
  const hasMenu = PHONE.matches && sidebar.classList.contains("open");
  const hasDetails = PHONE.matches && !byId("details").hidden;
  setModal(sidebar, hasMenu && "Views and lists");
  setModal(byId("details"), hasDetails && "Details");
  sidebar.inert = PHONE.matches && !hasMenu;
  byId("details").inert = hasMenu;
  for (const below of [byId("topbar"), byId("todos"), byId("bulk")]) below.inert = hasMenu || hasDetails;
  document.body.classList.toggle("covered", hasMenu || hasDetails);
}

function setModal(box: HTMLElement, name: string | false): void {
  const attributes = { role: "dialog", "aria-modal": "true", "aria-label": name || "" };
  for (const [attribute, value] of Object.entries(attributes)) {
    if (name) box.setAttribute(attribute, value);
    else box.removeAttribute(attribute);
  }
}

export function openSidebar(isOpen: boolean): void {
  const wasOpen = sidebar.classList.contains("open");
  menu.setAttribute("aria-expanded", String(isOpen));
  sidebar.classList.toggle("open", isOpen);
  byId("curtain").hidden = !isOpen;
  drawCover();
  if (isOpen) sidebar.querySelector<HTMLElement>("[aria-current], button")?.focus();
  else if (wasOpen && PHONE.matches) menu.focus();
}

PHONE.addEventListener("change", () => openSidebar(false));
menu.addEventListener("click", () => openSidebar(true));
byId("curtain").addEventListener("click", () => openSidebar(false));
sidebar.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && PHONE.matches) openSidebar(false);
});
