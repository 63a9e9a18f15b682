import assert from "node:assert/strict";
import { day, eventually, NARROW, PAGE, WIDE } from "../browser.mjs";
import { Person } from "../person.mjs";

const entries = (alice) => alice.page.locator("#reminders li span").allInnerTexts();
const bell = (alice, title) => alice.row(title).locator(".reminds").innerText();

async function reminders(alice, title) {
  const { results } = await alice.request("GET", `/todos?q=${encodeURIComponent(title)}`);
  return results.find((todo) => todo.title === title).reminders;
}

async function choose(alice, reminder) {
  await alice.page.locator("#remind").click();
  await alice.page.getByRole("menuitem", { name: reminder }).click();
}

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
  async "she chooses when to be reminded, and what can't be is refused where she asks for it"({ alice }) {
    await alice.makeList("Visits");
    await alice.add("Dentist", { due_date: day(2) });
    await alice.isSettled();
    await alice.look("Dentist");
    await choose(alice, "At 09:00 that day");
    await alice.reads("“Dentist” reminds you at 09:00 that day.", "#toast");
    await alice.fill(alice.details, { due_time: "14:30" });
    await alice.details.locator("[name=due_time]").blur();
    await eventually(async () => assert.deepEqual(await entries(alice), ["9 hours after"]));
    await alice.page.locator("#remind").click();
    await alice.inspect("remind-menu", WIDE, NARROW);
    await alice.page.getByRole("menuitem", { name: "10 minutes before" }).click();
    await alice.isAt("Add another");
    await choose(alice, "1 day before");
    await eventually(async () => assert.deepEqual(await entries(alice), ["1 day before", "10 minutes before", "9 hours after"]));
    await eventually(async () => assert.match(await bell(alice, "Dentist"), /Tomorrow, 14:30/));
    await alice.reads("Next: Tomorrow, 14:30.", "#reminders");
    await alice.button("Remove: 9 hours after").click();
    await alice.button("Remove: 1 day before").click();
    await eventually(async () => assert.match(await bell(alice, "Dentist"), /^Reminds\s+14:20$/));
    await alice.isSettled();
    assert.deepEqual(await reminders(alice, "Dentist"), [{ minutes_before: 10 }]);
    await alice.undo();
    await eventually(async () => assert.deepEqual(await entries(alice), ["1 day before", "10 minutes before"]));

    await choose(alice, "On a day, at a time…");
    const moment = alice.page.getByLabel("Day and time");
    for (const [value, fault] of [
      [`${day(-1)}T08:00`, "This moment has passed."],
      ["", "Choose a day and a time."],
    ]) {
      await moment.fill(value);
      await alice.button("Add", alice.page.locator("#reminders")).click();
      await alice.reads(fault, "#reminders .form-error");
    }
    await alice.inspect("remind-refused", WIDE, NARROW);
    await moment.fill(`${day(1)}T08:00`);
    await alice.press("Enter");
    await eventually(async () => assert.deepEqual(await entries(alice), ["1 day before", "10 minutes before", "Tomorrow, 08:00"]));
    assert.equal(await alice.page.locator("#reminders .form-error").innerText(), "");
    await choose(alice, "On a day, at a time…");
    await moment.fill(`${day(1)}T08:00`);
    await alice.press("Enter");
    await alice.reads("This reminder is there already.", "#reminders .form-error");
    await alice.isSettled();
    assert.deepEqual(await reminders(alice, "Dentist"), [{ minutes_before: 1440 }, { minutes_before: 10 }, { at: `${day(1)}T08:00` }]);
    await alice.inspect("reminders", WIDE, NARROW);
  },

  async "what is counted from a day goes with it, and comes back by Undo"({ alice }) {
    await alice.putOff("Dentist", "No date");
    await eventually(async () => assert.deepEqual(await entries(alice), ["Tomorrow, 08:00"]));
    await alice.isSettled();
    assert.deepEqual(await reminders(alice, "Dentist"), [{ at: `${day(1)}T08:00` }]);
    await alice.page.locator("#remind").click();
    await alice.page.getByRole("menuitem", { name: "Tomorrow, 09:00" }).waitFor();
    await alice.press("Escape");
    await alice.undo();
    await eventually(async () => assert.deepEqual(await entries(alice), ["1 day before", "10 minutes before", "Tomorrow, 08:00"]));
    await alice.isSettled();
    assert.equal((await reminders(alice, "Dentist")).length, 3);
    await alice.press("Escape");
  },

  async "there are ten at most, and those of another zone are shown in hers"({ alice }) {
    const ten = Array.from({ length: 10 }, (_, minutes_before) => ({ minutes_before }));
    await alice.request("POST", "/todos", { title: "Launch", due_date: day(2), due_time: "12:00", reminders: ten });
    const call = { due_date: day(2), due_time: "00:30", time_zone: "Europe/Helsinki", reminders: [{ at: `${day(2)}T00:15` }] };
    await alice.request("POST", "/todos", { title: "Night call", ...call });
    await alice.go("All");
    await alice.look("Launch");
    await eventually(async () => assert.equal((await entries(alice)).length, 10));
    assert.ok(await alice.page.locator("#remind").isHidden());
    await alice.button("Remove: When it is due").click();
    await alice.isAt("Add another");
    await alice.page.locator("#remind").waitFor();
    await alice.press("Escape");
    await alice.look("Night call");
    await eventually(async () => assert.deepEqual(await entries(alice), ["Tomorrow, 23:15"]));
    await choose(alice, "On a day, at a time…");
    await alice.page.getByLabel("Day and time").fill(`${day(1)}T20:00`);
    await alice.press("Enter");
    await eventually(async () => assert.deepEqual(await entries(alice), ["Tomorrow, 20:00", "Tomorrow, 23:15"]));
    await alice.isSettled();
    assert.deepEqual(await reminders(alice, "Night call"), [{ at: `${day(1)}T21:00` }, { at: `${day(2)}T00:15` }]);
    await alice.press("Escape");
  },

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
    await desk.page.evaluate(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }));
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
    await desk.page.evaluate(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }));
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
