/** Why a request has come to nothing, for the time being. */
export interface Setback {
  request: Request;
  /** A 503, a 429, or a 409 `request_running`; none if the network or the token failed, which `error` tells. */
  response?: Response;
  error?: unknown;
  /** How often it has been sent again so far. */
  attempt: number;
  /** When it was sent first, by `performance.now()`. */
  startedAt: number;
  /** Whether it does no harm if the service has done already what it could not answer. */
  isRepeatable: boolean;
}

/** Waits and says whether the request is sent again. If not, its answer or its error is passed on. */
export type Retry = (setback: Setback) => Promise<boolean>;

/** Repeats what can be repeated, after as long as the answer asks for, within so many seconds. */
export function patient(seconds: number): Retry {
  return async ({ request, response, attempt, startedAt, isRepeatable }) => {
    if (!isRepeatable) return false;
    const asked = Number(response?.headers.get("Retry-After"));
    // Not all of them at the same moment.
    const wait = (asked || 2 ** attempt) * 1000 * (1 + Math.random() / 8);
    if (performance.now() - startedAt + wait > seconds * 1000) return false;
    await pause(wait, request.signal);
    return true;
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await unlessAborted(over, signal).finally(() => clearTimeout(timer));
}

/** For work that goes on by itself, whoever has stopped waiting for it. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
