// Tells an API that verifies this server's tokens who signed out, was banned or is gone. To be copied; see README.md.
import type { AuthContext, BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { type JwtOptions, signJWT } from "better-auth/plugins";

type Kind = "session.ended" | "user.banned" | "user.deleted";
type Row = { id: string; event: Kind; userId: string; sessionId: string | null; happenedAt: number };

const MODEL = "eventOutbox";
const TIMEOUT_MS = 2_000;
const MAX_PAUSE_MS = 5_000;
const LEFT_MS = 60_000;
// No token from before it is good any more.
const KEPT_MS = 25 * 3_600_000;

export const apiEvents = ({ url }: { url: string }) => {
  let auth: AuthContext;
  let queue: Promise<void> = Promise.resolve();
  let failures = 0;
  let retryAt = 0;

  // Written down before it happens, so that no crash in between can lose it.
  async function note(event: Kind, userId: string, sessionId: string | null = null): Promise<void> {
    await auth.adapter.create({ model: MODEL, data: { event, userId, sessionId, happenedAt: Date.now() } });
  }

  async function hasHappened({ event, userId, sessionId }: Row): Promise<boolean> {
    if (event === "user.banned") return true;
    const [model, id] = event === "user.deleted" ? ["user", userId] : ["session", sessionId];
    return !(await auth.adapter.findOne({ model: model as string, where: [{ field: "id", value: id as string }] }));
  }

  async function send(row: Row): Promise<number> {
    const iat = Math.floor(Date.now() / 1000);
    const options = auth.options.plugins?.find(({ id }) => id === "jwt")?.options as JwtOptions | undefined;
    const claims = { jti: row.id, sub: row.userId, event: row.event, at: Number(row.happenedAt) };
    const body = await signJWT({ context: auth } as GenericEndpointContext, {
      options,
      header: { typ: "better-auth.event+jwt" },
      payload: { ...claims, ...(row.sessionId ? { sid: row.sessionId } : {}), aud: "better-auth:events", iat, exp: iat + 120 },
    });
    const headers = { "Content-Type": "application/jwt" };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return (await fetch(url, { method: "POST", body, headers, signal, redirect: "error" })).status;
  }

  async function flush(): Promise<void> {
    if (Date.now() < retryAt) return;
    let isDown = false;
    let isLeft = false;
    try {
      const sortBy = { field: "happenedAt", direction: "asc" } as const;
      for (const row of await auth.adapter.findMany<Row>({ model: MODEL, sortBy, limit: 1000 })) {
        const age = Date.now() - Number(row.happenedAt);
        const isReady = await hasHappened(row);
        const status = isReady && age < KEPT_MS ? await send(row) : 0;
        if (status === 503 || status === 429) throw new Error(`the API answers ${status}`);
        if (status >= 300) auth.logger.error(`The API refused the event ${row.event}: ${status}. Its log says why.`);
        // What was vetoed or rolled back never happens, and what is too old cuts nothing off.
        const isOver = isReady ? age >= KEPT_MS || (status >= 200 && status < 300) : age >= LEFT_MS;
        if (isOver) await auth.adapter.delete({ model: MODEL, where: [{ field: "id", value: row.id }] });
        isLeft ||= !isOver;
      }
    } catch (error) {
      isDown = true;
      auth.logger.warn("The API could not be told of an event and will be told again.", error);
    }
    if (isDown) {
      const pause = Math.min(MAX_PAUSE_MS, 250 * 2 ** failures++) * (0.75 + Math.random() / 2);
      retryAt = Date.now() + pause;
      deliverIn(pause);
      return;
    }
    failures = 0;
    // What was refused, or never came to its end.
    if (isLeft) deliverIn(LEFT_MS);
  }

  function deliverIn(pause: number): void {
    const timer: unknown = setTimeout(() => {
      // Timers may be a moment early, and nobody else would come.
      retryAt = 0;
      void deliver();
    }, pause);
    (timer as { unref?: () => void }).unref?.();
  }

  function deliver(): Promise<void> {
    queue = queue.then(flush);
    return queue;
  }

  return {
    id: "api-events",
    schema: {
      [MODEL]: {
        fields: {
          event: { type: "string", required: true },
          userId: { type: "string", required: true },
          sessionId: { type: "string", required: false },
          happenedAt: { type: "number", bigint: true, required: true },
        },
      },
    },
    endpoints: {
      // For servers without timers: call auth.api.deliverEvents() every minute.
      deliverEvents: createAuthEndpoint.serverOnly({ method: "POST" }, async () => deliver()),
    },
    init(context) {
      const { secondaryStorage, session } = context.options;
      if (secondaryStorage && (!session?.storeSessionInDatabase || session.preserveSessionInDatabase)) {
        throw new Error("api-events has to see sessions end: storeSessionInDatabase without preserveSessionInDatabase.");
      }
      auth = context;
      // What was left from before a restart.
      deliverIn(1_000);
      return {
        options: {
          databaseHooks: {
            session: { delete: { before: (session) => note("session.ended", session.userId, session.id), after: deliver } },
            user: {
              delete: { before: (user) => note("user.deleted", user.id), after: deliver },
              update: {
                async after(user) {
                  if (!("banned" in user && user.banned)) return;
                  await note("user.banned", user.id);
                  await deliver();
                },
              },
            },
          },
        },
      };
    },
  } satisfies BetterAuthPlugin;
};
