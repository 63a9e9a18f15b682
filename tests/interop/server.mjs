// A real Better Auth server for the interoperability suite. BETTER_AUTH_CONFIG (JSON) says which kind.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { oauthProvider } from "@better-auth/oauth-provider";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { admin, bearer, jwt, organization } from "better-auth/plugins";
import { definePayload, describe } from "./payload.mjs";

const config = JSON.parse(process.env.BETTER_AUTH_CONFIG);
const origin = `http://127.0.0.1:${config.port}`;
const ADMIN = "admin@example.com";

const plugins = [
  jwt({
    jwks: {
      ...(config.algorithm ? { keyPairConfig: { alg: config.algorithm } } : {}),
      ...(config.jwksPath ? { jwksPath: config.jwksPath } : {}),
      rotationInterval: config.rotationSeconds,
    },
    jwt: {
      issuer: config.issuer,
      audience: config.audience,
      expirationTime: config.expirationTime ?? "15m",
      ...(config.minimalPayload ? { definePayload: () => ({}) } : {}),
      ...(config.fullPayload ? { definePayload } : {}),
    },
    sessionCookieCache: Boolean(config.signedSessionCookie),
  }),
  bearer(),
  admin(),
  organization(),
];
if (config.oauthResource) {
  plugins.push(
    oauthProvider({
      loginPage: "/sign-in",
      consentPage: "/consent",
      scopes: ["openid", "profile", "email", "offline_access", "todos"],
      resources: [config.oauthResource],
      // What 1.6 calls them.
      validAudiences: [config.oauthResource],
      clientPrivileges: () => true,
      customIdTokenClaims: ({ user }) => ({ role: user.role, banned: user.banned }),
      enforcePerClientResources: false,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  );
}

if (config.eventsUrl) {
  const { apiEvents } = await import("./.plugin/index.js");
  plugins.push(apiEvents({ url: config.eventsUrl }));
}

// The memory adapter wants an array for every table of every plugin.
const tables = "user session account verification jwks oauthClient oauthResource oauthClientResource oauthConsent " +
  "oauthAccessToken oauthRefreshToken oauthClientAssertion organization member invitation eventOutbox";
const auth = betterAuth({
  baseURL: origin,
  basePath: config.basePath ?? "/api/auth",
  secret: randomBytes(32).toString("hex"),
  database: memoryAdapter(Object.fromEntries(tables.split(" ").map((table) => [table, []]))),
  emailAndPassword: { enabled: true },
  user: { deleteUser: { enabled: true } },
  rateLimit: { enabled: false },
  advanced: { database: { generateId: config.generateId } },
  session: {
    ...(config.signedSessionCookie ? { cookieCache: { enabled: true, strategy: "jwt", maxAge: 300 } } : {}),
    ...("sessionUpdateSeconds" in config ? { updateAge: config.sessionUpdateSeconds } : {}),
  },
  databaseHooks: {
    user: { create: { before: async (user) => ({ data: user.email === ADMIN ? { ...user, role: "admin" } : user }) } },
  },
  plugins,
});

describe(auth);

const handler = toNodeHandler(auth);
const listener = createServer(async (request, response) => {
  // No client may register an address on this machine to be told of a logout at.
  if (request.url.startsWith("/tell-logout")) {
    const { client, uri } = Object.fromEntries(new URL(request.url, origin).searchParams);
    const where = [{ field: "clientId", value: client }];
    await (await auth.$context).adapter.update({ model: "oauthClient", where, update: { backchannelLogoutUri: uri } });
    return response.end();
  }
  // Only the server itself may register a program that acts for nobody.
  if (request.url !== "/register-program") return handler(request, response);
  const headers = new Headers({ cookie: request.headers.cookie });
  const body = {
    redirect_uris: ["https://client.example.com/callback"],
    grant_types: ["client_credentials"],
    response_types: [],
    scope: "todos",
    client_credentials_scopes: ["todos"],
  };
  const client = await auth.api.adminCreateOAuthClient({ headers, body });
  // Who stands for no resource is told of every token that it is inactive.
  const data = { clientId: client.client_id, resourceId: config.oauthResource };
  await (await auth.$context).adapter.create({ model: "oauthClientResource", data });
  response.end(JSON.stringify(client));
});
listener.listen(config.port, "127.0.0.1", () => console.log("listening"));
