import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const SOURCE = "service-worker.js";
/** In the place of one that a build has left in the browser, whose page would hide what is being worked on. */
const LEAVE = "self.oninstall = () => self.skipWaiting(); self.onactivate = () => self.registration.unregister();";

/** Writes the service worker beside the built page, with the names of the files to be kept. */
export const shellWorker: Plugin = {
  name: "shell-worker",
  writeBundle({ dir = "dist" }, bundle) {
    const files = Object.keys(bundle).filter((name) => !name.endsWith(".map"));
    const shell = ["/", ...files.filter((name) => name !== "index.html").map((name) => `/${name}`)];
    const source = readFileSync(join(import.meta.dirname, SOURCE), "utf8");
    const version = createHash("sha256").update(source + readFileSync(join(dir, "index.html"), "utf8")).digest("hex").slice(0, 12);
    writeFileSync(join(dir, SOURCE), `const SHELL = ${JSON.stringify(shell)};\nconst VERSION = "${version}";\n${source}`);
  },
  configureServer: ({ middlewares }) => void middlewares.use(`/${SOURCE}`, (_, response) => {
    response.setHeader("Content-Type", "text/javascript");
    response.end(LEAVE);
  }),
};
