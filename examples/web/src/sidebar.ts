import { answerOf, api, Problem } from "./api";
import { byId, element, part } from "./dom";
import { store } from "./store";
import { showToast } from "./toast";
import { TITLES, type View } from "./views";

const menu = byId<HTMLButtonElement>("menu");

export function drawSidebar(): void {
  const { summary } = store;
  const counts: Record<string, number | undefined> = {
    today: summary?.today,
    overdue: summary?.overdue,
    upcoming: summary?.upcoming,
    trash: summary?.trashed,
  };
  const views = Object.entries(TITLES) as [View["kind"], string][];
  byId("views").replaceChildren(...views.map(([kind, name]) => entry(name, counts[kind], { kind })));
  const lists = store.lists.filter((list) => !list.archived_at);
  byId("lists").replaceChildren(...lists.map((list) => entry(list.name, list.open_count, { kind: "list", id: list.id })));
  byId("tags-title").hidden = store.tags.length === 0;
  byId("tags").replaceChildren(...store.tags.map((tag) => entry(tag.name, tag.open_count, { kind: "tag", id: tag.name })));
  byId("view-title").textContent = viewTitle();
}

function viewTitle(): string {
  const { kind, id } = store.view;
  if (kind === "list") return store.lists.find((list) => list.id === id)?.name ?? "List";
  return kind === "tag" ? `#${id}` : (TITLES[kind] ?? "");
}

function entry(name: string, count: number | undefined, place: Pick<View, "kind" | "id">): HTMLLIElement {
  const isHere = store.view.kind === place.kind && store.view.id === place.id;
  const badge = count ? element("span", { class: "count" }, String(count)) : undefined;
  const key = `${place.kind}:${place.id ?? ""}`;
  const button = element(
    "button",
    { type: "button", "aria-current": isHere ? "page" : undefined, "data-view": key },
    element("span", {}, name),
    badge,
  );
  button.addEventListener("click", () => {
    void store.show({ ...store.view, id: undefined, ...place });
    open(false);
    byId("todos").focus({ preventScroll: true });
  });
  return element("li", {}, button);
}

function open(isOpen: boolean): void {
  menu.setAttribute("aria-expanded", String(isOpen));
  byId("sidebar").classList.toggle("open", isOpen);
}

menu.addEventListener("click", () => open(menu.getAttribute("aria-expanded") !== "true"));
byId("sidebar").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  open(false);
  menu.focus();
});

byId<HTMLFormElement>("new-list").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = part<HTMLInputElement>(byId("new-list"), "input");
  const name = field.value.trim();
  if (!name) return;
  try {
    const list = await answerOf(api.POST("/api/v1/lists", { body: { id: crypto.randomUUID(), name } }));
    field.value = "";
    await store.show({ ...store.view, kind: "list", id: list.id });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    showToast(error.message);
  }
});
