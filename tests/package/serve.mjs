// The page's Better Auth, where a framework would mount it. It is copied beside auth.js.
import { createServer } from "node:http";
import { toNodeHandler } from "better-auth/node";
import { auth } from "./auth.js";

createServer(toNodeHandler(auth)).listen(process.env.PORT, "127.0.0.1");
