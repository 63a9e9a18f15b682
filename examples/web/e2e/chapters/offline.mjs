import assert from "node:assert/strict";
import { API, day, PAGE } from "../browser.mjs";

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

export default {
  async "in an aeroplane she opens the page, and everything is there as she last saw it"({ alice }) {
    for (const title of ["Pack the tent", "Book a hut", "Buy a map"]) await alice.request("POST", "/todos", { title, due_date: day(1) });
    await alice.reload();
    await alice.go("Upcoming");
    await alice.isSettled();
    const seen = await alice.open();
    assert.ok(seen.includes("Pack the tent"));
    await takeOff(alice);
    await reopen(alice);
    await alice.go("Upcoming");
    await alice.sees(...seen);
    await alice.reads("You are offline.");
    await alice.context.setOffline(false);
    await alice.isSettled();
  },
};
