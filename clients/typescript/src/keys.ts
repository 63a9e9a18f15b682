import type { Middleware } from "openapi-fetch";
import type { paths } from "./openapi.js";

const HEADER = "Idempotency-Key";
/** Tells keys that were made here from those of the caller. */
const OURS = "client-";

type Keyless<Path extends keyof paths> = paths[Path] extends { post: { parameters: { header?: infer Headers } } }
  ? "Idempotency-Key" extends keyof NonNullable<Headers> ? ([NonNullable<Headers>] extends [never] ? Path : never) : Path
  : never;
type KeylessPaths = { [Path in keyof paths]: Keyless<Path> }[keyof paths];
/** POSTs that take no key. The compiler knows when this list is out of date. */
const KEYLESS: Record<KeylessPaths, true> = { "/api/v1/me/calendar": true };

/** Gives a POST the key under which it is carried out once, however often it is sent. */
export const withKey: Middleware = {
  async onRequest({ request, schemaPath, params }) {
    if (request.method !== "POST" || schemaPath in KEYLESS || isKeyed(request)) return;
    // What changes nothing needs none, and a person has 2,000 a day.
    if (params.query?.dry_run === true || (await isDryQuickAdd(request, schemaPath))) return;
    request.headers.set(HEADER, OURS + random());
  },
};

async function isDryQuickAdd(request: Request, schemaPath: string): Promise<boolean> {
  return schemaPath === "/api/v1/todos/quick" && (await request.clone().json()).dry_run === true;
}

export function isKeyed(request: Request): boolean {
  return request.headers.has(HEADER);
}

/** What the service says of the key, if it says anything. */
export async function keyFault(request: Request, response: Response): Promise<string | undefined> {
  if (response.status !== 409 || !isKeyed(request)) return undefined;
  const problem = await response.clone().json().catch(() => undefined);
  return problem?.code;
}

/** Takes off a key that was made here. The caller's own are theirs. */
export function withoutOurKey(request: Request): boolean {
  if (!request.headers.get(HEADER)?.startsWith(OURS)) return false;
  request.headers.delete(HEADER);
  return true;
}

/** As `crypto.randomUUID`, which pages have only under HTTPS. */
function random(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
