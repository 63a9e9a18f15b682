import createClient, { type Client } from "openapi-fetch";
import { withKey } from "./keys.js";
import type { paths } from "./openapi.js";
import { patient, type Retry } from "./retrying.js";
import { type Fetch, sender } from "./sending.js";
import { type GetToken, Tokens } from "./tokens.js";

export interface TodoClientOptions {
  /** Where the service is, without `/api/v1`. */
  baseUrl: string;
  /** Asked for a token when there is none yet, and for a newer one when that was refused; once, however many wait. */
  getToken: GetToken;
  /** Whether a request is sent again, answered when it is time to; `patient(10)` unless you say otherwise. */
  retry?: Retry;
  /** Instead of the global one. */
  fetch?: Fetch;
}

export type TodoClient = Client<paths> & {
  /** Forgets the token and aborts what is being sent or waits: call it when somebody signs out. */
  endSession: () => void;
};

/** The client of openapi-fetch, for one person at a time. */
export function createTodoClient({ baseUrl, getToken, retry = patient(10), ...options }: TodoClientOptions): TodoClient {
  const fetch = options.fetch ?? ((request: Request) => globalThis.fetch(request));
  const begin = () => ({ tokens: new Tokens(getToken), ending: new AbortController() });
  let session = begin();
  const send = sender(() => ({ tokens: session.tokens, signal: session.ending.signal }), fetch, retry);
  const client = createClient<paths>({ baseUrl, fetch: send, querySerializer: { array: { style: "form", explode: true } } });
  client.use(withKey);
  const endSession = () => {
    session.ending.abort();
    session = begin();
  };
  return { ...client, endSession };
}
