import { randomBytes } from "node:crypto";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { jwt } from "better-auth/plugins";

export const auth = betterAuth({
  // The todo API has to be told the same address: BETTER_AUTH_API_URL=http://localhost:5173
  baseURL: process.env.BETTER_AUTH_URL ?? "http://localhost:5173",
  secret: process.env.BETTER_AUTH_SECRET ?? randomBytes(32).toString("hex"),
  // Users live in memory and are gone after a restart. To keep them in PostgreSQL (with `pg` installed and the tables made):
  // database: new Pool({ connectionString: process.env.AUTH_DATABASE_URL }),
  database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
  emailAndPassword: { enabled: true },
  plugins: [
    jwt({
      jwt: {
        expirationTime: process.env.TOKEN_LIFE ?? "15m",
        // Without this every request to the API would carry the whole user row.
        definePayload: ({ user }) => ({
          name: user.name,
          email: user.email,
          emailVerified: user.emailVerified,
          image: user.image,
        }),
      },
    }),
  ],
});
