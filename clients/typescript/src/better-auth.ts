import { type GetToken, SignInUnavailable } from "./tokens.js";

/** What is used of Better Auth's client with the plugin `jwtClient()`. */
interface AuthClient {
  token: () => Promise<{ data: { token: string } | null; error: { status: number } | null }>;
}

/** `getToken` for a Better Auth client. An outage of Better Auth is none of the session: only its 401 signs out. */
export function fromBetterAuth(authClient: AuthClient): GetToken {
  return async () => {
    const { data, error } = await authClient.token().catch((cause: unknown) => {
      throw new SignInUnavailable("Better Auth can't be reached.", { cause });
    });
    if (data) return data.token;
    if (error?.status === 401) return null;
    throw new SignInUnavailable(`Better Auth answered ${error?.status}.`);
  };
}
