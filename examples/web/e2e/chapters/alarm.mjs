import assert from "node:assert/strict";
import { day, eventually, NARROW, PAGE, WIDE } from "../browser.mjs";
import { Person } from "../person.mjs";

/** In so many minutes from now, by the clock of Berlin. */
function soon(minutes) {
  const moment = new Date(Date.now() + minutes * 60_000);
  return moment.toLocaleString("sv-SE", { timeZone: "Europe/Berlin", dateStyle: "short", timeStyle: "short" }).replace(" ", "T");
}

/** Notes what the page shows and asks; the browser does both. */
function note() {
  const { Notification } = globalThis;
  Object.assign(globalThis, { shown: [], asked: 0 });
  globalThis.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      shown.push(this);
    }

    static requestPermission() {
      asked += 1;
      return super.requestPermission();
    }
  };
}

const shown = ({ page }) => page.evaluate(() => shown.map(({ title, body, tag }) => `${title}: ${body}, ${tag.split(" ")[1]}`));
const pass = ({ page }, minutes) => page.clock.fastForward(minutes * 60_000);

/** Signed in at another computer, whose clock can be put forward. */
async function atDesk(browser, alice, leave) {
  const desk = await Person.arrive(browser, "Alice", WIDE);
  if (leave) await desk.context.grantPermissions(["notifications"], { origin: PAGE });
  await desk.context.addInitScript(note);
  await desk.context.addCookies(await alice.context.cookies());
  await desk.page.clock.install();
  await desk.page.reload();
  await desk.isIn();
  return desk;
}

/** Adds a todo as another device would, and waits until the page has heard of it. */
async function plan(desk, title, members) {
  const isHeard = desk.page.waitForResponse((response) => response.url().includes("/reminders?"));
  const todo = await desk.request("POST", "/todos", { title, ...members });
  await desk.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await isHeard;
  await desk.isSettled();
  return todo;
}

export default {
  async "a reminder comes up once, in whichever tab, and a click on it opens the todo"({ browser, alice }) {
    const desk = await atDesk(browser, alice, true);
    const second = new Person(desk.context, await desk.context.newPage(), "Alice");
    await second.page.goto(PAGE);
    await second.isIn();
    const isHeardThere = second.page.waitForResponse((response) => response.url().includes("/reminders?"));
    const { id } = await plan(desk, "Call the bank", { due_date: day(4), due_time: "11:00", reminders: [{ at: soon(30) }, { at: soon(50) }] });
    await second.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await isHeardThere;
    const all = async () => [...(await shown(desk)), ...(await shown(second))];
    await pass(desk, 28);
    assert.deepEqual(await all(), []);
    await pass(desk, 4);
    await eventually(async () => assert.equal((await all()).length, 1));
    const [first] = await all();
    assert.match(first, /^Call the bank: Due \w{3} .+, 11:00, /);
    const { page } = (await shown(desk)).length ? desk : second;
    await page.evaluate(() => shown[0].dispatchEvent(new Event("click")));
    await eventually(async () => assert.equal(await page.locator("#details [name=title]").inputValue(), "Call the bank"));
    // The server's clock has not been put forward, so the page that loads hears of both once more.
    await desk.reload();
    await pass(desk, 20);
    await eventually(async () => assert.equal((await all()).filter((each) => each !== first).length, 1));
    assert.equal((await all()).includes(first), page === second.page, "it comes up once");
    assert.equal(await desk.page.evaluate(() => asked), 0, "nobody is asked for leave by a page that loads");
    // A tab that nobody sees hears of changes as well.
    await desk.looksAway();
    const isAsked = desk.page.waitForRequest((request) => request.url().includes("/reminders?"));
    await second.check("Call the bank");
    await isAsked;
    await second.isSettled();
    await desk.request("POST", "/todos/bulk", { operations: [{ op: "delete", id }] });
    alice.faults.push(...desk.faults, ...second.faults);
    await desk.context.close();
  },

  async "nothing reminds of what is done, here or elsewhere, sent or not"({ browser, alice }) {
    const desk = await atDesk(browser, alice, true);
    await desk.go("All");
    const at = soon(30);
    const done = await plan(desk, "Done on her telephone", { reminders: [{ at }] });
    const later = await plan(desk, "Put off on her telephone", { reminders: [{ at }] });
    await plan(desk, "Done without the network", { reminders: [{ at: soon(40) }] });
    const marks = [await plan(desk, "First mark", { reminders: [{ at: soon(31) }] }), await plan(desk, "Second mark", { reminders: [{ at: soon(41) }] })];
    // A page that is not seen does not ask what is new.
    await desk.looksAway();
    await desk.request("POST", `/todos/${done.id}/complete`);
    await desk.request("PATCH", `/todos/${later.id}`, { reminders: [{ at: soon(600) }] });
    await pass(desk, 32);
    const titles = async () => (await shown(desk)).map((each) => each.split(":")[0]);
    await eventually(async () => assert.deepEqual(await titles(), ["First mark"]));
    await desk.isSettled();
    await desk.context.setOffline(true);
    await desk.check("Done without the network");
    await pass(desk, 10);
    await eventually(async () => assert.deepEqual(await titles(), ["First mark", "Second mark"]));
    await desk.context.setOffline(false);
    await desk.isSettled();
    await desk.request("POST", "/todos/bulk", { operations: [later, ...marks].map(({ id }) => ({ op: "delete", id })) });
    alice.faults.push(...desk.faults);
    await desk.context.close();
  },

  async "without her leave reminders come up on the page, and stay until she answers"({ browser, alice }) {
    const desk = await atDesk(browser, alice, false);
    await desk.go("Visits");
    await desk.look("Dentist");
    assert.equal(await desk.page.evaluate(() => asked), 0);
    await desk.button("Show them as notifications").click();
    await desk.button("Show them as notifications").waitFor({ state: "hidden" });
    assert.deepEqual(await desk.page.evaluate(() => [asked, Notification.permission]), [1, "denied"]);
    await desk.reads("Shown on this page while it is open.", "#reminders");
    await desk.press("Escape");
    for (const title of ["Take the bread out", "Feed the sourdough"]) await plan(desk, title, { reminders: [{ at: soon(30) }] });
    await desk.looksAway();
    await pass(desk, 31);
    await desk.isSettled();
    assert.equal(await desk.page.locator("#reminded li").count(), 0, "nobody would see it");
    // A server whose clock goes as hers leaves out what has passed when it is asked the next time.
    let left = 0;
    await desk.page.route("**/reminders?*", async (route) => {
      const response = await route.fetch();
      const { results, ...page } = await response.json();
      const now = await desk.page.evaluate(() => Date.now());
      const coming = results.filter(({ at }) => Date.parse(at) > now);
      left += results.length - coming.length;
      return route.fulfill({ response, json: { ...page, results: coming } });
    });
    await pass(desk, 5);
    await eventually(() => assert.ok(left >= 2));
    await desk.isSettled();
    await desk.page.evaluate(() => {
      delete document.hidden;
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await desk.reads("Take the bread out", "#reminded");
    await desk.reads("Feed the sourdough", "#reminded");
    await desk.inspect("reminded", WIDE, NARROW);
    await desk.button("Dismiss the reminder of Take the bread out").click();
    await desk.button(/^Feed the sourdough/, desk.page.locator("#reminded")).click();
    await eventually(async () => assert.equal(await desk.details.locator("[name=title]").inputValue(), "Feed the sourdough"));
    assert.equal(await desk.page.locator("#reminded li").count(), 0);
    assert.deepEqual(await shown(desk), []);
    alice.faults.push(...desk.faults);
    await desk.context.close();
    await alice.go("Inbox");
    await alice.isSettled();
  },
};
