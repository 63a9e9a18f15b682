import { toNodeHandler } from "better-auth/node";
import { type Connect, defineConfig, type Plugin } from "vite";
import { auth } from "./auth-server.ts";
import { shellWorker } from "./shell.ts";

const handler = toNodeHandler(auth);

const authentication: Connect.NextHandleFunction = (request, response, next) =>
  request.url?.startsWith("/api/auth/") ? void handler(request, response) : next();

/** Better Auth on the page's own origin, beside the development server and beside the built page. */
const betterAuthServer: Plugin = {
  name: "better-auth-server",
  configureServer: (server) => void server.middlewares.use(authentication),
  configurePreviewServer: (server) => void server.middlewares.use(authentication),
};

const host = { host: "localhost", port: Number(process.env.WEB_PORT ?? 5173), strictPort: true };
// Here the client is a link; where it has been installed, this line is for nothing.
const fs = { allow: [".", "../../clients/typescript"] };

export default defineConfig({ plugins: [betterAuthServer, shellWorker], server: { ...host, fs }, preview: host });
