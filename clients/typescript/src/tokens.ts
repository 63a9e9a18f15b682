/** A JWT for the API, or nothing if nobody is signed in. After a 401 `isRefused` is true: a token that you keep is no good. */
export type GetToken = (why: { isRefused: boolean }) => Promise<string | null | undefined>;

/** Nobody is signed in any more, or somebody else: show the sign-in form. */
export class SignedOut extends Error {
  override readonly name = "SignedOut";
}

/** Nobody can tell just now who is signed in. Keep them signed in and ask again later. */
export class SignInUnavailable extends Error {
  override readonly name = "SignInUnavailable";
}

/** The token of one session, kept in memory until it is refused. */
export class Tokens {
  private current: string | undefined;
  private asked: Promise<string> | undefined;
  private subject: string | undefined;

  constructor(private readonly getToken: GetToken) {}

  /** Name the token that was refused to get a newer one. Whoever asks meanwhile gets the same one. */
  async get(refused?: string): Promise<string> {
    if (this.current !== undefined && this.current !== refused) return this.current;
    this.asked ??= this.ask(refused !== undefined).finally(() => (this.asked = undefined));
    return this.asked;
  }

  private async ask(isRefused: boolean): Promise<string> {
    const token = await this.getToken({ isRefused });
    if (!token) throw new SignedOut("Nobody is signed in.");
    const subject = subjectOf(token);
    // In another tab somebody else has signed in, whose token must not carry what this person asked for.
    if (this.subject !== undefined && subject !== this.subject) throw new SignedOut("Somebody else is signed in.");
    this.subject = subject;
    this.current = token;
    return token;
  }
}

/** Whose token it is, by its own words. */
export function subjectOf(token: string): string | undefined {
  try {
    const claims = token.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(claims)).sub;
  } catch {
    // What is no JWT is for the service to refuse.
    return undefined;
  }
}
