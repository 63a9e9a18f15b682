import assert from "node:assert/strict";
import { API, day, NARROW, PAGE, WIDE } from "../browser.mjs";

/** Aeroplane mode: nothing gets through, neither from the page nor from its service worker. */
async function takeOff(person) {
  await person.context.setOffline(true);
  const tried = (url) => fetch(url, { mode: "no-cors", cache: "no-store" }).then(() => "came through", () => "failed");
  const [worker] = person.context.serviceWorkers();
  for (const place of [person.page, worker]) {
    assert.equal(await place.evaluate(tried, `${PAGE}/api/auth/ok`), "failed");
    assert.equal(await place.evaluate(tried, `${API}/livez`), "failed");
  }
}

/** Closes the page, and opens it again. */
async function reopen(person) {
  const page = await person.context.newPage();
  await person.page.close();
  person.follow(page);
  await page.goto(PAGE);
}

/** How many pushes the server has answered. */
const pushes = (person) => person.answers.filter(({ url, method, status }) => url.includes("/api/v1/changes") && method === "POST" && status === 200).length;

const isAshore = async (person) => {
  await person.page.locator("#connection").waitFor({ state: "hidden" });
  await person.isSettled();
};

async function named(person, title) {
  const { results } = await person.request("GET", `/todos?page_size=200&q=${encodeURIComponent(`"${title}"`)}`);
  return results.find((todo) => todo.title === title);
}

export default {
  async "in an aeroplane she opens the page, and everything is there as she last saw it"({ alice }) {
    for (const title of ["Pack the tent", "Book a hut", "Buy a map"]) await alice.request("POST", "/todos", { title, due_date: day(1), tags: ["hike"] });
    await alice.request("POST", "/todos", { title: "Water the bonsai", due_date: day(0), rrule: "FREQ=DAILY" });
    await alice.reload();
    await alice.go("hike");
    await alice.sees("Pack the tent", "Book a hut", "Buy a map");
    await alice.isSettled();
    const badges = await alice.page.locator("#views").innerText();
    await takeOff(alice);
    await reopen(alice);
    await alice.reads("You are offline. You see what was here last");
    await alice.go("hike");
    await alice.sees("Pack the tent", "Book a hut", "Buy a map");
    assert.equal(await alice.page.locator("#views").innerText(), badges);
    await alice.page.getByLabel("Search").fill("HUT");
    await alice.sees("Book a hut");
    await alice.page.getByLabel("Search").fill("");
    await alice.inspect("aeroplane", WIDE, NARROW);
  },

  async "what she changes there waits, is marked, and outlives the tab"({ alice }) {
    await alice.go("hike");
    await alice.check("Pack the tent");
    await alice.edit("Book a hut", { title: "Book two huts" });
    await alice.edit("Buy a map", { title: "Buy a map of the Alps" });
    await alice.page.getByLabel("New list", { exact: true }).fill("Hike");
    await alice.press("Enter");
    await alice.add("Ask for the dog");
    await alice.reads("5 changes wait for the network");
    await alice.sees("Ask for the dog");
    await alice.reads("Not sent yet", "#open");
    await reopen(alice);
    await alice.reads("5 changes wait for the network");
    await alice.go("hike");
    await alice.sees("Book two huts", "Buy a map of the Alps");
    await alice.inspect("waiting", WIDE, NARROW);
    await alice.go("Hike");
    await alice.sees("Ask for the dog");
  },

  async "back on the ground all of it lands; what was changed elsewhere as well is merged, or told"({ alice }) {
    const [hut, map] = [await named(alice, "Book a hut"), await named(alice, "Buy a map")];
    await alice.request("PATCH", `/todos/${hut.id}`, { title: "Book a tent" });
    await alice.request("PATCH", `/todos/${map.id}`, { notes: "1:25,000" });
    await alice.context.setOffline(false);
    await alice.reads("“Book a tent” was changed elsewhere. You see the latest. You had written “Book two huts”.", "#refused");
    await isAshore(alice);
    await alice.go("hike");
    await alice.sees("Book a tent", "Buy a map of the Alps");
    assert.ok(!(await alice.page.locator("#open").innerText()).includes("Not sent yet"));
    await alice.inspect("landed", WIDE, NARROW);
    await alice.button("Dismiss what was not saved").click();
    const { title, notes } = await alice.request("GET", `/todos/${map.id}`);
    assert.deepEqual([title, notes], ["Buy a map of the Alps", "1:25,000"]);
    assert.equal((await alice.request("GET", `/todos/${hut.id}`)).title, "Book a tent");
    assert.equal((await named(alice, "Pack the tent")).completed, true);
    const { list } = await named(alice, "Ask for the dog");
    assert.equal((await alice.request("GET", `/lists/${list}`)).name, "Hike");
  },

  async "an answer is lost and the tab is closed: what was sent is sent again, and done once"({ alice }) {
    await alice.go("Today");
    await alice.isSettled();
    const isLost = new Promise((resolve) => {
      void alice.page.route(`${API}/api/v1/changes*`, async (route) => {
        if (route.request().method() !== "POST") return route.fallback();
        const response = await route.fetch();
        if (!response.ok()) return route.fulfill({ response });
        await route.abort();
        resolve();
      });
    });
    await alice.check("Water the bonsai");
    await isLost;
    const before = pushes(alice);
    const { id } = await named(alice, "Water the bonsai");
    await reopen(alice);
    await isAshore(alice);
    assert.equal(pushes(alice), before + 1);
    const { results } = await alice.request("GET", `/todos/${id}/completions`);
    assert.equal(results.length, 1);
    assert.ok(await alice.page.locator("#refused").isHidden());
  },

  async "of two tabs one sends, and both see the same"({ alice }) {
    const second = alice.inAnotherTab(await alice.context.newPage());
    await second.page.goto(PAGE);
    await second.isIn();
    await alice.go("hike");
    await second.go("hike");
    await Promise.all([alice.isSettled(), second.isSettled()]);
    await takeOff(alice);
    await alice.check("Book a tent");
    await second.check("Buy a map of the Alps");
    for (const tab of [alice, second]) await tab.reads("2 changes wait for the network");
    const before = pushes(alice) + pushes(second);
    await alice.context.setOffline(false);
    await Promise.all([isAshore(alice), isAshore(second)]);
    await Promise.all([alice.sees(), second.sees()]);
    assert.ok(pushes(alice) + pushes(second) - before <= 2, "each change was sent once");
    const { version } = await named(alice, "Book a tent");
    await second.page.close();
    assert.equal((await named(alice, "Book a tent")).version, version);
    alice.faults.push(...second.faults);
    await alice.go("Inbox");
  },
};
