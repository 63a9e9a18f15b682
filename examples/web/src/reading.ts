import { answerOf, api, type ComingReminder, type Completion, type List, type LoggedCompletion, type Occurrences, type Todo } from "./api";
import { zone } from "./dates";
import { queryOf, type View } from "./views";

const INCLUDE = ["lists" as const, "tags" as const, "views" as const, "summary" as const];

export interface Seen {
  query: string;
  etag: string;
}

/** A whole screen in one request; nothing if it still is what was seen, which is a 304 without a body. */
export async function readScreen(view: View, page_size: number, seen: Seen, signal: AbortSignal) {
  const query = { ...queryOf(view), include: INCLUDE, page_size };
  const key = JSON.stringify(query);
  const header = key === seen.query ? { "If-None-Match": seen.etag } : undefined;
  const answer = await api.GET("/api/v1/todos", { params: { query, header }, signal });
  if (answer.response.status === 304) return undefined;
  return { ...(await answerOf(answer)), seen: { query: key, etag: answer.response.headers.get("ETag") ?? "" } };
}

export async function readMore(view: View, page_size: number, next: string, signal: AbortSignal) {
  const cursor = new URL(next).searchParams.get("cursor") ?? undefined;
  return answerOf(api.GET("/api/v1/todos", { params: { query: { ...queryOf(view), page_size, cursor } }, signal }));
}

/** What the details of a todo show: itself as lists have it, and its subtasks. */
export async function readDetails(id: string, signal: AbortSignal): Promise<Todo[]> {
  if (!id) return [];
  const ask = (query: { ids: string[] } | { parent: string; ordering: "position"; page_size: number }) =>
    answerOf(api.GET("/api/v1/todos", { params: { query: { ...query, tz: zone() } }, signal }));
  const pages = await Promise.all([ask({ ids: [id] }), ask({ parent: id, ordering: "position", page_size: 200 })]);
  return pages.flatMap((page) => page.results);
}

/** One todo as it is now, or none if it is gone. */
export async function readTodo(id: string, signal: AbortSignal): Promise<Todo[]> {
  return (await answerOf(api.GET("/api/v1/todos", { params: { query: { ids: [id], tz: zone() } }, signal }))).results;
}

export interface Log {
  completions: LoggedCompletion[];
  /** Their todos as they are now. */
  todos: Todo[];
  next: string | undefined;
}

/** What was done of todos that repeat, the latest first. */
export async function readLog(page_size: number, cursor: string | undefined, signal: AbortSignal): Promise<Log> {
  const query = { ordering: "-completed_at" as const, page_size, cursor, tz: zone() };
  const page = await answerOf(api.GET("/api/v1/completions", { params: { query }, signal }));
  const ids = [...new Set(page.results.map(({ todo }) => todo))];
  const found = ids.length ? await answerOf(api.GET("/api/v1/todos", { params: { query: { ids, page_size: 200, tz: zone() } }, signal })) : { results: [] };
  return { completions: page.results, todos: found.results, next: page.next_cursor ?? undefined };
}

/** What reminds from now until then. */
export async function readReminders(until: Date, signal: AbortSignal): Promise<ComingReminder[]> {
  const found: ComingReminder[] = [];
  for (let cursor: string | undefined, isLast = false; !isLast; ) {
    const query = { until: until.toISOString(), tz: zone(), page_size: 200, cursor };
    const { results, next_cursor } = await answerOf(api.GET("/api/v1/reminders", { params: { query }, signal }));
    found.push(...results);
    cursor = next_cursor ?? undefined;
    isLast = !cursor;
  }
  return found;
}

const THIS_AND_THREE_MORE = 4;

export interface Series extends Occurrences {
  completions: Completion[];
  /** Whether there are older completions than these. */
  hasOlder: boolean;
}

/** What a todo that repeats was and will be. */
export async function readSeries(id: string, signal: AbortSignal): Promise<Series> {
  const path = { id };
  const newest = { ordering: "-completed_at" as const, page_size: 100 };
  const [occurrences, page] = await Promise.all([
    answerOf(api.GET("/api/v1/todos/{id}/occurrences", { params: { path, query: { count: THIS_AND_THREE_MORE } }, signal })),
    answerOf(api.GET("/api/v1/todos/{id}/completions", { params: { path, query: newest }, signal })),
  ]);
  return { ...occurrences, completions: page.results, hasOlder: page.next !== null };
}

/** What a rule means that no todo has yet. */
export function readPreview(rrule: string, due_date: string, signal: AbortSignal): Promise<Occurrences> {
  return answerOf(api.GET("/api/v1/occurrences", { params: { query: { rrule, due_date, count: THIS_AND_THREE_MORE } }, signal }));
}

export async function readArchivedLists(signal: AbortSignal): Promise<List[]> {
  const query = { status: "archived" as const, page_size: 200 };
  return (await answerOf(api.GET("/api/v1/lists", { params: { query }, signal }))).results;
}
