import { isKeyed, keyFault, withoutOurKey } from "./keys.js";
import { type Retry, unlessAborted } from "./retrying.js";
import { SignedOut, SignInUnavailable, type Tokens } from "./tokens.js";

export type Fetch = (request: Request) => Promise<Response>;

interface Session {
  tokens: Tokens;
  signal: AbortSignal;
}

const TOO_MANY_REQUESTS = 429;
const UNAVAILABLE = 503;
const SAFE_METHODS = new Set(["GET", "HEAD"]);

/** Sends with a token until there is an answer, or until `retry` gives it up. */
export function sender(session: () => Session, fetch: Fetch, retry: Retry): Fetch {
  return async (asked) => {
    const { tokens, signal } = session();
    const request = new Request(asked, { signal: AbortSignal.any([asked.signal, signal]) });
    const startedAt = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await authorized(request, tokens, fetch).catch(failure);
      const { response } = outcome;
      const fault = response && (await keyFault(request, response));
      if (fault === "too_many_keys" && withoutOurKey(request)) continue;
      const isFinal = response && !(isBusy(response) || fault === "request_running");
      if (isFinal) return response;
      const isRepeatable = isSafeToRepeat(request, response, outcome.error);
      if (!(await retry({ ...outcome, request, attempt, startedAt, isRepeatable }))) return response ?? Promise.reject(outcome.error);
      void response?.body?.cancel();
    }
  };
}

/** A 401 means that the token has run out: one newer token, one more try. */
async function authorized(request: Request, tokens: Tokens, fetch: Fetch): Promise<{ response?: Response; error?: unknown }> {
  const send = async (refused?: string) => {
    const token = await unlessAborted(tokens.get(refused), request.signal);
    const sent = request.clone();
    sent.headers.set("Authorization", `Bearer ${token}`);
    return { token, response: await fetch(sent) };
  };
  const { token, response } = await send();
  if (response.status !== 401) return { response };
  void response.body?.cancel();
  const second = await send(token);
  if (second.response.status === 401) throw new SignedOut("The service refuses a new token.");
  return second;
}

/** What may be over in a moment, and not what was meant or is a mistake. */
function failure(error: unknown): { response?: Response; error: unknown } {
  // This is how fetch says that nothing came back, or that the browser keeps it.
  if (error instanceof TypeError || error instanceof SignInUnavailable) return { error };
  throw error;
}

function isBusy({ status }: Response): boolean {
  return status === UNAVAILABLE || status === TOO_MANY_REQUESTS;
}

function isSafeToRepeat(request: Request, response: Response | undefined, error: unknown): boolean {
  const isUntouched = response?.status === TOO_MANY_REQUESTS || error instanceof SignInUnavailable;
  return isUntouched || SAFE_METHODS.has(request.method) || isKeyed(request);
}
