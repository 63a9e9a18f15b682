// Alice and Bob use the page, each in a browser of their own. Each chapter starts where the one before ended.
import { launch, NARROW, WIDE } from "./browser.mjs";
import alarm from "./chapters/alarm.mjs";
import beginning from "./chapters/beginning.mjs";
import calendar from "./chapters/calendar.mjs";
import days from "./chapters/days.mjs";
import details from "./chapters/details.mjs";
import devices from "./chapters/devices.mjs";
import end from "./chapters/end.mjs";
import keys from "./chapters/keys.mjs";
import lists from "./chapters/lists.mjs";
import logbook from "./chapters/logbook.mjs";
import offline from "./chapters/offline.mjs";
import phone from "./chapters/phone.mjs";
import reminders from "./chapters/reminders.mjs";
import quick from "./chapters/quick.mjs";
import repeating from "./chapters/repeating.mjs";
import saved from "./chapters/saved.mjs";
import tabs from "./chapters/tabs.mjs";
import transfer from "./chapters/transfer.mjs";
import troubles from "./chapters/troubles.mjs";
import { Person } from "./person.mjs";

const browser = await launch();
const alice = await Person.arrive(browser, "Alice", WIDE);
const bob = await Person.arrive(browser, "Bob", NARROW);
const chapters = {
  ...beginning,
  ...details,
  ...days,
  ...keys,
  ...lists,
  ...phone,
  ...tabs,
  ...devices,
  ...troubles,
  ...repeating,
  ...logbook,
  ...reminders,
  ...alarm,
  ...calendar,
  ...quick,
  ...saved,
  ...transfer,
  ...offline,
  ...end,
};

try {
  for (const [title, chapter] of Object.entries(chapters)) {
    const began = Date.now();
    await chapter({ browser, alice, bob });
    console.log(`ok  ${title} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  }
} catch (error) {
  for (const person of [alice, bob]) await person.inspect(`failure-${person.name}`, person === bob ? NARROW : WIDE).catch(() => {});
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
}
