import type { Todo } from "./api";
import { zone } from "./dates";

export interface View {
  kind: "all" | "today" | "overdue" | "upcoming" | "trash" | "list" | "tag";
  /** The list's id, or the tag's name. */
  id?: string;
  ordering: "position" | "due" | "-priority" | "title" | "-created_at";
  search: string;
  priority: number;
}

export const TITLES: Partial<Record<View["kind"], string>> = {
  all: "All",
  today: "Today",
  overdue: "Overdue",
  upcoming: "Upcoming",
  trash: "Trash",
};

/** The query parameters of GET /todos that select what the view shows. */
export function queryOf(view: View) {
  const due = view.kind === "today" || view.kind === "overdue" || view.kind === "upcoming" ? view.kind : undefined;
  return {
    ordering: view.ordering,
    q: view.search || undefined,
    priority_gte: view.priority || undefined,
    status: view.kind === "trash" ? ("trashed" as const) : undefined,
    due: due && [due],
    tz: due && zone(),
    list: view.kind === "list" && view.id ? [view.id] : undefined,
    // Subtasks have an order of their own, below their parent, which this page does not show.
    parent: view.kind === "list" ? "none" : undefined,
    tag: view.kind === "tag" && view.id ? [view.id] : undefined,
  };
}

/** Whether a todo is where the view looks; due days and searches are left to the server. */
export function belongsTo(view: View, todo: Todo): boolean {
  if (Boolean(todo.deleted_at) !== (view.kind === "trash")) return false;
  if (view.kind === "list") return todo.list === view.id;
  return view.kind !== "tag" || todo.tags.includes(view.id ?? "");
}
