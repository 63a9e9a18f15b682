import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import { fromBetterAuth, type GetToken, SignInUnavailable, subjectOf } from "todo-api-client";

export const authClient = createAuthClient({ plugins: [jwtClient()] });

export interface Person {
  id: string;
  name: string;
}

const WHO = "who is signed in";
const PATIENCE_MS = 3_000;

let person: Person | undefined;

const ask = fromBetterAuth(authClient);

/** The JWT for the API. In another tab somebody else may have signed in, whose token must not carry what is here. */
export const getToken: GetToken = async (why) => {
  const token = await ask(why);
  return token && subjectOf(token) === person?.id ? token : null;
};

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
  person = undefined;
}

/** When another tab has signed out, or somebody else in. */
export function whenAnother(act: () => void): void {
  window.addEventListener("storage", ({ key }) => key === WHO && act());
}

/** Whether the session is over; offline it can't be ended. */
export async function signOut(): Promise<boolean> {
  const { error } = await authClient.signOut().catch(unreachable);
  return !error;
}

const unreachable = () => ({ data: null, error: { status: 0 } });
