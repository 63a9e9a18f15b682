import createClient from "openapi-fetch";
import { accessToken, SignedOut, SignInUnavailable } from "./auth-client";
import { isReachable, waitToRetry } from "./connection";
import type { components, paths } from "./openapi";

type Row = components["schemas"]["TodoRow"];
/** A todo as lists answer it, or as changes do, which know nothing of its subtasks. */
export type Todo = components["schemas"]["Todo"] &
  Partial<Pick<Row, "subtasks" | "has_notes">> & {
    /** On its way to its next day, which the server has not named yet. */
    isGoingOn?: boolean;
  };
export type TodoChange = components["schemas"]["TodoPatch"];
export type NewTodo = components["schemas"]["TodoInput"];
export type List = components["schemas"]["TodoList"];
/** A view that somebody has saved; `View` in views.ts is what the page shows. */
export type SavedView = components["schemas"]["View"];
export type SavedQuery = components["schemas"]["ViewInput"]["query"];
export type Tag = components["schemas"]["Tag"];
export type TodoEdit = components["schemas"]["TodoEdit"];
export type ListEdit = components["schemas"]["ListEdit"];
export type ViewEdit = components["schemas"]["ViewEdit"];
export type Edit = TodoEdit | ListEdit | ViewEdit;
export type EditResult = components["schemas"]["EditResult"];
export type Push = components["schemas"]["Push"];
export type Changes = components["schemas"]["Changes"];
export type Completion = components["schemas"]["Completion"];
/** One of them among those of all todos. */
export type LoggedCompletion = components["schemas"]["LoggedCompletion"];
export type Occurrences = components["schemas"]["Occurrences"];
export type Reminder = Todo["reminders"][number];
export type ComingReminder = components["schemas"]["ComingReminder"];
export type CalendarAddress = components["schemas"]["CalendarAddress"];
export type Summary = components["schemas"]["Summary"];
export type ProblemDocument = components["schemas"]["Problem"];

/** An answer ≥ 400 that asking again will not change. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** What is wrong with single values, by code. */
  readonly faults: string[];
  /** For a place where it is clear which field is meant. */
  readonly detail: string;

  constructor(document: ProblemDocument) {
    const faults = document.errors?.map((fault) => `${fault.pointer.slice(1).replaceAll("_", " ")}: ${fault.detail}`);
    super(faults?.join(" ") || document.detail || document.title);
    this.detail = document.errors?.[0]?.detail ?? document.detail ?? document.title;
    this.faults = document.errors?.map((fault) => fault.code) ?? [];
    this.status = document.status;
    this.code = document.code;
  }
}

export const SERVICE = import.meta.env.VITE_API_URL ?? "http://localhost:8000";

export const api = createClient<paths>({
  baseUrl: SERVICE,
  fetch: persistently,
  querySerializer: { array: { style: "form", explode: true } },
});

/** The data of an answer, or its problem as an exception. */
export async function answerOf<T>(sent: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await sent;
  if (response.ok) return data as T;
  throw new Problem(error as ProblemDocument);
}

let session = new AbortController();

/** Stops what is still being sent or waiting, so that no change of one person is ever sent with the next one's token. */
export function endSession(): void {
  session.abort();
  session = new AbortController();
}

/**
 * Sends until the service has answered. Sending changes twice is safe: they carry a key of their own.
 */
async function persistently(asked: Request): Promise<Response> {
  const request = new Request(asked, { signal: AbortSignal.any([asked.signal, session.signal]) });
  for (let attempt = 0; ; attempt += 1) {
    const response = await authorized(request.clone()).catch((error: unknown) => {
      if (error instanceof TypeError || error instanceof SignInUnavailable) return undefined;
      throw error;
    });
    if (response && response.status !== 503 && response.status !== 429) {
      isReachable();
      return response;
    }
    await waitToRetry(response, attempt, request.signal);
  }
}

/** A 401 means that the token has run out: one newer token, one more try. */
export async function authorized(request: Request): Promise<Response> {
  const token = await accessToken();
  const response = await fetch(withToken(request.clone(), token));
  if (response.status !== 401) return response;
  const second = await fetch(withToken(request, await accessToken(token)));
  if (second.status === 401) throw new SignedOut();
  return second;
}

function withToken(request: Request, token: string): Request {
  request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}
