import type { List, SavedView } from "./api";
import { openSidebar } from "./cover";
import { today } from "./dates";
import { byId, element, icon, part } from "./dom";
import { drag } from "./drag";
import { movable, moveListBy, openListEditor } from "./list-editor";
import { createList, moveList } from "./list-operations";
import type { Operation, Place } from "./operations";
import { dot } from "./row";
import { drawSaveButton, moveSavedBy, openSavedEditor } from "./saved-editor";
import { moveSaved } from "./saved-operations";
import { store } from "./store";
import { hasChoiceOfOrder, isOneList, TITLES, type View } from "./views";

const PICTURES: Record<string, string> = { inbox: "inbox", today: "sun", upcoming: "calendar", all: "list", completed: "check", trash: "trash" };

export function drawSidebar(): void {
  draw(byId("views"), Object.entries(TITLES), ([kind, name]) => {
    const drop = kind === "today" ? `day:${today()}` : kind === "inbox" ? `list:${store.inbox?.id ?? ""}` : undefined;
    return entry({ kind: kind as View["kind"] }, icon(PICTURES[kind] ?? "list"), name, badge(kind, countOf(kind)), drop);
  });
  byId("saved-title").hidden = store.savedViews.length === 0;
  draw(byId("saved"), store.savedViews, savedEntry);
  draw(byId("lists"), movable(), listEntry);
  draw(byId("archived-lists"), store.archivedLists, listEntry);
  byId("tags-title").hidden = store.tags.length === 0;
  draw(byId("tags"), store.tags, (tag) =>
    entry({ kind: "tag", id: tag.name }, undefined, tag.name, badge("tag", tag.open_count), `tag:${tag.name}`),
  );
  drawHeading();
}

/** Draws again only what looks different, so that what is pointed at or has the focus stays. */
function draw<T>(list: HTMLElement, data: T[], row: (datum: T) => HTMLElement): void {
  const source = JSON.stringify([data, store.view.kind, store.view.id, store.summary, store.inbox?.id, today()]);
  if (list.dataset.drawn === source) return;
  list.dataset.drawn = source;
  const focus = focusedPart(list);
  const before = [...list.children];
  const items = data.map(row).map((item) => before.find((known) => known.isEqualNode(item)) ?? item);
  for (const known of before) if (!items.includes(known as HTMLElement)) known.remove();
  items.forEach((item, index) => list.children[index] === item || list.insertBefore(item, list.children[index] ?? null));
  if (focus && document.activeElement === document.body) list.querySelector<HTMLElement>(focus)?.focus();
}

/** A selector of the button that has the focus. */
function focusedPart(list: HTMLElement): string | undefined {
  const item = list.contains(document.activeElement) && document.activeElement?.closest("li");
  if (!item) return undefined;
  const view = CSS.escape(part<HTMLElement>(item, "button").dataset.view ?? "");
  return `[data-view="${view}"]${document.activeElement?.matches("[data-view]") ? "" : " ~ button"}`;
}

function drawHeading(): void {
  const { kind, id } = store.view;
  const list = kind === "inbox" ? store.inbox : store.list(id);
  const saved = kind === "saved" ? store.savedView(id) : undefined;
  byId("view-title").textContent = saved ? saved.name : kind === "tag" ? `#${id}` : kind === "list" ? (list?.name ?? "List") : (TITLES[kind] ?? "");
  byId("edit-list").hidden = !isOneList(store.view) || !list;
  byId("edit-saved").hidden = !saved;
  drawSaveButton();
  byId("ordering").closest("label")!.hidden = !hasChoiceOfOrder(store.view);
}

function countOf(kind: string): number | undefined {
  const { summary } = store;
  return { inbox: summary?.inbox, today: summary?.today, upcoming: summary?.upcoming, trash: summary?.trashed }[kind];
}

/** What is overdue is counted apart, for some of it is due today as well. */
function badge(kind: string, count: number | undefined): HTMLElement[] {
  const overdue = kind === "today" ? store.summary?.overdue : 0;
  const hidden = (text: string) => element("span", { class: "visually-hidden" }, text);
  return [
    ...(overdue ? [element("span", { class: "count late" }, String(overdue), hidden(" overdue"))] : []),
    ...(count ? [element("span", { class: "count" }, String(count))] : []),
  ];
}

function listEntry(list: List): HTMLLIElement {
  const item = entry({ kind: "list", id: list.id }, dot(list.color), list.name, badge("list", list.open_count), `list:${list.id}`);
  arrange(item, list, { edit: openListEditor, step: moveListBy, put: moveList, isFixed: Boolean(list.archived_at) });
  return item;
}

/** A broken one shows nothing, so it is opened to be renamed or deleted. */
function savedEntry(view: SavedView): HTMLLIElement {
  const place = { kind: "saved" as const, id: view.id };
  const badges = view.broken ? [element("span", { class: "count late" }, "broken")] : badge("saved", store.summary?.views?.[view.id] ?? undefined);
  const item = entry(place, dot(view.color), view.name, badges, undefined, view.broken ? () => openSavedEditor(view.id) : undefined);
  arrange(item, view, { edit: openSavedEditor, step: moveSavedBy, put: moveSaved, isFixed: false });
  return item;
}

interface Arranging {
  edit: (id: string) => void;
  step: (id: string, step: number) => void;
  put: (id: string, place: Place) => Operation;
  isFixed: boolean;
}

/** Lets an entry be edited, and moved among those beside it. */
function arrange(item: HTMLLIElement, row: { id: string; name: string }, { edit, step, put, isFixed }: Arranging): void {
  item.dataset.id = row.id;
  const more = element("button", { type: "button", class: "icon-button", "aria-label": `Edit ${row.name}` }, icon("more"));
  more.addEventListener("click", () => edit(row.id));
  item.append(more);
  const button = part<HTMLElement>(item, "button");
  button.addEventListener("keydown", (event) => {
    const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!way || !event.altKey) return;
    event.preventDefault();
    step(row.id, way);
  });
  // A finger scrolls the menu; on a phone the editor has buttons for its place.
  button.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || isFixed) return;
    const others = [...(item.parentElement?.children ?? [])] as HTMLElement[];
    drag(event, button, item, others, (drop) => {
      if ("onto" in drop) return;
      const place = { after: drop.after?.dataset.id ?? null, before: drop.before?.dataset.id ?? null };
      store.change([put(row.id, place)]);
    }, false);
  });
}

function entry(place: Pick<View, "kind" | "id">, picture: Element | undefined, name: string, badges: HTMLElement[], drop?: string, act?: () => void): HTMLLIElement {
  const isHere = store.view.kind === place.kind && store.view.id === place.id;
  const button = element(
    "button",
    { type: "button", class: "entry", "aria-current": isHere ? "page" : undefined, "data-view": `${place.kind}:${place.id ?? ""}` },
    ...(picture ? [picture as HTMLElement] : []),
    element("span", { class: "name" }, name),
    ...badges,
  );
  button.addEventListener("click", () => {
    if (act) return act();
    void store.show({ ...store.view, id: undefined, ...place });
    openSidebar(false);
    byId("todos").focus({ preventScroll: true });
    window.scrollTo(0, 0);
  });
  return element("li", { "data-drop": drop }, button);
}

byId<HTMLFormElement>("new-list").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = part<HTMLInputElement>(byId("new-list"), "input");
  const name = field.value.trim();
  if (!name) return;
  field.value = "";
  const id = crypto.randomUUID();
  store.change([createList(id, name)]);
  openSidebar(false);
  void store.show({ ...store.view, kind: "list", id });
});
byId<HTMLDetailsElement>("archived").addEventListener("toggle", () => {
  if (byId<HTMLDetailsElement>("archived").open) void store.loadArchived();
});
