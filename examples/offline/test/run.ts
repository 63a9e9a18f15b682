/** Random schedules for one adapter: `node build/test/run.js rxdb 1 8` runs the seeds 1 to 8. */
import type { Open } from "./client.js";
import { Schedule, type Counts, type Place } from "./schedule.js";

const TAKES_PLACE = [
  "went offline", "clock set wrong", "purged", "told to start over (410)", "answers lost after the commit", "first pull of 800 rows",
  "refused and told", "outcome stale", "outcome applied", "outcome rejected", "trash offline", "restore offline", "renameTag offline", "move offline",
  "newList offline", "completeRepeating offline", "intoList offline",
];
const [adapter, first, last, database] = process.argv.slice(2);
const { open }: { open: Open } = await import(`./${adapter}.js`);
const place: Place = { api: process.env.API!, tokens: process.env.TOKENS!, purge: JSON.parse(process.env.PURGE!) };
const counts: Counts = new Map();
let failed = 0;
for (let seed = Number(first); seed <= Number(last); seed += 1) {
  const faults = await new Schedule(open, place, seed, counts).run();
  if (faults.length) console.log(`${adapter} on ${database}, seed ${seed}: ${faults.length} faults\n  ${faults.slice(0, 4).join("\n  ")}`);
  failed += faults.length ? 1 : 0;
}
const total = Number(last) - Number(first) + 1;
console.log(`${adapter} on ${database}: ${total - failed} of ${total} schedules (seeds ${first} to ${last}) converged with ${counts.get("requests")} requests`);
console.log([...counts].sort().map(([name, times]) => `  ${name}: ${times}`).join("\n"));
const missing = TAKES_PLACE.filter((name) => !counts.get(name));
if (missing.length) console.log(`did not take place: ${missing.join(", ")}`);
process.exit(failed || missing.length ? 1 : 0);
