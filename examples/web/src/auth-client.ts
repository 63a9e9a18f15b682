import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";

export const authClient = createAuthClient({ plugins: [jwtClient()] });

/** Nobody is signed in any more: show the sign-in form. */
export class SignedOut extends Error {}

/** Better Auth can't be asked just now. The user stays signed in; ask again later. */
export class SignInUnavailable extends Error {}

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

/** Whoever is signed in, or nobody. */
export async function signedInUser(): Promise<{ name: string } | undefined> {
  const { data, error } = await authClient.getSession().catch(unreachable);
  if (error) throw new SignInUnavailable();
  return data?.user;
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
  if (data) return data.token;
  if (error?.status === 401) throw new SignedOut();
  throw new SignInUnavailable();
}
