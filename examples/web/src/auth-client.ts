import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";

export const authClient = createAuthClient({ plugins: [jwtClient()] });

/** Nobody is signed in any more: show the sign-in form. */
export class SignedOut extends Error {}

/** Better Auth can't be asked just now. The user stays signed in; ask again later. */
export class SignInUnavailable extends Error {}

export interface Person {
  id: string;
  name: string;
}

const WHO = "who is signed in";
const PATIENCE_MS = 3_000;

let person: Person | undefined;

let current: Promise<string> | undefined;

/**
 * The JWT for the API. Name the token that the API answered with 401 to get a newer one: however many requests were
 * refused at the same moment, Better Auth is asked once.
 */
export async function accessToken(rejected?: string): Promise<string> {
  const seen = current;
  if (rejected !== undefined && seen && (await seen.catch(() => rejected)) === rejected && current === seen) {
    current = undefined;
  }
  current ??= askForToken().catch((error: unknown) => {
    current = undefined;
    throw error;
  });
  return current;
}

/** Whoever is signed in, or nobody. Being offline is not being signed out: without an answer it is who was here last. */
export async function signedInUser(): Promise<Person | undefined> {
  const known = remembered();
  const signal = known && AbortSignal.timeout(PATIENCE_MS);
  const { data, error } = await authClient.getSession({ fetchOptions: { signal: signal ?? null } }).catch(unreachable);
  person = known;
  if (error && known) return known;
  if (error) throw new SignInUnavailable();
  if (!data) return undefined;
  const { id, name } = data.user;
  person = { id, name };
  localStorage.setItem(WHO, JSON.stringify(person));
  return person;
}

/** A name and a number; tokens are never stored. */
export function remembered(): Person | undefined {
  return JSON.parse(localStorage.getItem(WHO) ?? "null") ?? undefined;
}

export function forgetUser(): void {
  localStorage.removeItem(WHO);
  person = current = undefined;
}

/** When another tab has signed out, or somebody else in. */
export function whenAnother(act: () => void): void {
  window.addEventListener("storage", ({ key }) => key === WHO && act());
}

/** Whether the session is over; offline it can't be ended. */
export async function signOut(): Promise<boolean> {
  const { error } = await authClient.signOut().catch(unreachable);
  if (error) return false;
  current = undefined;
  return true;
}

const unreachable = () => ({ data: null, error: { status: 0 } });

async function askForToken(): Promise<string> {
  const { data, error } = await authClient.token().catch(unreachable);
  if (data && subjectOf(data.token) === person?.id) return data.token;
  // In another tab somebody else has signed in, whose token must not carry what is here.
  if (data) throw new SignedOut();
  if (error?.status === 401) throw new SignedOut();
  throw new SignInUnavailable();
}

function subjectOf(token: string): string {
  const claims = token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "";
  return JSON.parse(atob(claims)).sub;
}
