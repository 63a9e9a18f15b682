import type { SavedQuery, Todo } from "./api";
import { dueOf, today, zone } from "./dates";

export interface View {
  kind: "inbox" | "today" | "upcoming" | "all" | "completed" | "trash" | "list" | "tag" | "saved";
  /** The id of the list or the saved view, or the tag's name. */
  id?: string | undefined;
  ordering: "position" | "due" | "-priority" | "title" | "-created_at";
  search: string;
  priority: number;
}

export const START: View = { kind: "inbox", ordering: "position", search: "", priority: 0 };

export const TITLES: Partial<Record<View["kind"], string>> = {
  inbox: "Inbox",
  today: "Today",
  upcoming: "Upcoming",
  all: "All",
  completed: "Completed",
  trash: "Trash",
};

/** Whether its rows stand in an order that people make; todos of different lists have none among each other. */
export function isOrdered(view: View): boolean {
  return isOneList(view) && view.ordering === "position" && !view.search;
}

export function isOneList(view: View): boolean {
  return view.kind === "inbox" || view.kind === "list";
}

/** Days and the logbook have an order of their own. */
export function hasChoiceOfOrder(view: View): boolean {
  return isOneList(view) || view.kind === "all" || view.kind === "tag";
}

/** The query parameters of GET /todos that select what the view shows. */
export function queryOf(view: View) {
  return {
    ordering: view.search && view.ordering === "position" ? ("relevance" as const) : view.ordering,
    ...selection(view),
    q: view.search || undefined,
    priority_gte: view.priority || undefined,
    tz: zone(),
  };
}

/** The same as it is saved: without a zone, which is that of whoever looks. */
export function savedQueryOf(view: View): SavedQuery {
  const { tz: _, ...query } = queryOf(view);
  return JSON.parse(JSON.stringify(query));
}

/** Whether there is anything in it besides a place that the sidebar has already. */
export function isWorthSaving(view: View): boolean {
  const isOrdered = hasChoiceOfOrder(view) && view.ordering !== START.ordering;
  return view.kind !== "saved" && (isOrdered || view.search !== "" || view.priority > 0);
}

function selection({ kind, id = "" }: View) {
  if (kind === "inbox") return { list: ["inbox"] };
  if (kind === "today") return { due: ["today" as const, "overdue" as const], status: "open" as const, ordering: "due" as const };
  if (kind === "upcoming") return { due: [kind], status: "open" as const, ordering: "due" as const };
  if (kind === "completed") return { status: kind, ordering: "-completed_at" as const };
  if (kind === "trash") return { status: "trashed" as const, ordering: "-updated_at" as const };
  if (kind === "list") return { list: [id] };
  // A saved view brings its order along.
  if (kind === "saved") return { view: id, ordering: undefined };
  // Between quotation marks a name may have a comma.
  return kind === "tag" ? { tag: [id.includes(",") ? `"${id}"` : id] } : {};
}

/** Whether a todo is where the view looks, after a change that the server has not answered; searches and saved views are left to the server. */
export function belongsTo(view: View, todo: Todo, inbox: string | undefined): boolean {
  if (view.kind === "saved") return true;
  if (Boolean(todo.deleted_at) !== (view.kind === "trash")) return false;
  if (todo.priority < view.priority) return false;
  if (view.kind === "inbox") return todo.list === inbox;
  if (view.kind === "list") return todo.list === view.id;
  if (view.kind === "tag") return todo.tags.includes(view.id ?? "");
  if (view.kind === "completed") return todo.completed;
  if (view.kind !== "today" && view.kind !== "upcoming") return true;
  const day = dueOf(todo)?.day;
  return !todo.completed && day !== undefined && day > today() === (view.kind === "upcoming");
}
