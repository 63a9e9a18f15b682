// Holds the page's quick add to the phrases that the server's is held to.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";

const PHRASES = new URL("../../../tests/todos/quickadd/phrases.json", import.meta.url);
const { now, lists, understood: entries, plain } = JSON.parse(await readFile(PHRASES, "utf8"));
const names = lists.map((name) => name.toLowerCase());
const outDir = await mkdtemp(join(tmpdir(), "phrases-"));

/** As an entry of the phrases has it, which leaves out what is not said. */
function result({ title, day, time, rule, reminders, notes, spans }) {
  const of = (kind) => spans.filter((span) => span.kind === kind).map(({ value }) => value);
  const said = { date: day, time, rule, reminders, notes, tags: of("tag"), list: of("list")[0], priority: of("priority")[0] };
  const kept = Object.entries(said).filter(([, value]) => (Array.isArray(value) ? value.length : value));
  return { title, ...Object.fromEntries(kept), spans: spans.map(({ start, end, kind, value }) => [start, end, kind, value]) };
}

try {
  await build({ configFile: false, logLevel: "error", build: { ssr: "src/quickadd/understand.ts", outDir, emptyOutDir: true } });
  const { understood } = await import(pathToFileURL(join(outDir, "understand.js")));
  const all = [...entries, ...plain.map((text) => ({ text, title: text.trim(), spans: [] }))];
  const wrong = all.flatMap(({ text, now: at = now, ...expected }) => {
    const found = result(understood(text, at, (name) => names.includes(name.toLowerCase())));
    try {
      assert.deepEqual(found, expected);
      return [];
    } catch {
      return [`${text}\n  is ${JSON.stringify(found)}\n  should be ${JSON.stringify(expected)}`];
    }
  });
  console.log(wrong.join("\n") || `ok  ${all.length} phrases are understood as the server does`);
  process.exitCode = wrong.length ? 1 : 0;
} finally {
  await rm(outDir, { recursive: true });
}
