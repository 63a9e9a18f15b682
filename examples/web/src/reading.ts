import { answerOf, api, type List, Problem, type ProblemDocument, type Todo } from "./api";
import { queryOf, type View } from "./views";

const INCLUDE = ["lists" as const, "tags" as const, "summary" as const];

export interface Seen {
  query: string;
  etag: string;
}

/** A whole screen in one request; nothing if it still is what was seen, which is a 304 without a body. */
export async function readScreen(view: View, page_size: number, seen: Seen, signal: AbortSignal) {
  const query = { ...queryOf(view), include: INCLUDE, page_size };
  const key = JSON.stringify(query);
  const header = key === seen.query ? { "If-None-Match": seen.etag } : undefined;
  const { data, error, response } = await api.GET("/api/v1/todos", { params: { query, header }, signal });
  if (response.status === 304) return undefined;
  if (!data) throw new Problem(error as ProblemDocument);
  return { ...data, seen: { query: key, etag: response.headers.get("ETag") ?? "" } };
}

export async function readMore(view: View, page_size: number, next: string, signal: AbortSignal) {
  const cursor = new URL(next).searchParams.get("cursor") ?? undefined;
  return answerOf(api.GET("/api/v1/todos", { params: { query: { ...queryOf(view), page_size, cursor } }, signal }));
}

/** What the details of a todo show: itself as lists have it, and its subtasks. */
export async function readDetails(id: string, signal: AbortSignal): Promise<Todo[]> {
  if (!id) return [];
  const ask = (query: { ids: string[] } | { parent: string; ordering: "position"; page_size: number }) =>
    answerOf(api.GET("/api/v1/todos", { params: { query }, signal }));
  const pages = await Promise.all([ask({ ids: [id] }), ask({ parent: id, ordering: "position", page_size: 200 })]);
  return pages.flatMap((page) => page.results);
}

export async function readArchivedLists(signal: AbortSignal): Promise<List[]> {
  const query = { status: "archived" as const, page_size: 200 };
  return (await answerOf(api.GET("/api/v1/lists", { params: { query }, signal }))).results;
}
