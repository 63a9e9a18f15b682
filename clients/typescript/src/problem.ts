import type { Problem as Document } from "./openapi.js";

/** What an answer ≥ 400 says (RFC 9457); the `error` of a request. */
export type ProblemDocument = Document;

/** The same as an exception. Branch on `code`; the message is for people. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  /** Mostly one of `Code`; a service that is newer than this client has more. */
  readonly code: string;
  /** What a sentence in another language needs, as `ParamsOf` has it; with `errors` each of these has its own. */
  readonly params: Record<string, unknown>;
  /** For a place where it is clear which value is meant; the message names it. */
  readonly detail: string;
  /** What is wrong with single values. */
  readonly errors: NonNullable<ProblemDocument["errors"]>;
  /** With 409 and 412: the row as it is now; null if it is too long, then GET it. */
  readonly current: ProblemDocument["current"];
  /** What to quote in a bug report. */
  readonly requestId: string;

  constructor(readonly document: ProblemDocument) {
    const errors = document.errors ?? [];
    const faults = errors.map(({ pointer, detail }) => `${pointer.slice(1).replaceAll("_", " ")}: ${detail}`);
    super(faults.join(" ") || document.detail || document.title);
    this.status = document.status;
    this.code = document.code;
    this.params = { ...document.params };
    this.detail = document.detail;
    this.errors = errors;
    this.current = document.current;
    this.requestId = document.request_id;
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer, or its problem as an exception: `await answerOf(todos.GET("/api/v1/me"))`. */
export async function answerOf<T>(answer: Answer<T> | Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  throw new Problem(isProblem(error) ? error : unexplained(response));
}

function isProblem(error: unknown): error is ProblemDocument {
  return typeof error === "object" && error !== null && "code" in error;
}

/** Something in between has answered, such as a proxy whose service is down. */
function unexplained({ status, statusText, headers }: Response): ProblemDocument {
  const detail = `The answer was ${status} ${statusText}`.trim();
  const request_id = headers.get("X-Request-ID") ?? "";
  return { type: "about:blank", title: statusText, status, detail, code: "unexplained", request_id };
}
