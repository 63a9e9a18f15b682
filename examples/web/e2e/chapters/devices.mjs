import assert from "node:assert/strict";
import { day, eventually, NARROW, TOKEN_LIFE_MS } from "../browser.mjs";
import { Person } from "../person.mjs";

export default {
  async "a second device hears of a change within a second"({ browser, alice }) {
    const telephone = await Person.arrive(browser, "Alice", NARROW);
    await telephone.signIn();
    await telephone.go("Inbox");
    await alice.go("Inbox");
    await telephone.isSettled();
    await alice.isSettled();
    for (const title of ["Heard of once", "Heard of twice"]) await change(alice, telephone, title);
    assert.ok(telephone.statuses("/api/v1/live").includes(200), "there was no stream");
    await telephone.context.close();
    assert.deepEqual(telephone.faults, []);
  },

  async "of her own change she has heard already, and asks once"({ alice }) {
    let asked = 0;
    await alice.page.route("**/api/v1/todos?*include*", async (route) => {
      const response = await route.fetch();
      // It is asked again with a newer token.
      if (response.status() === 401) return route.fulfill({ response });
      asked += 1;
      // Meanwhile the stream ends with its token, and the next one begins with the number.
      await new Promise((resolve) => setTimeout(resolve, TOKEN_LIFE_MS + 2_000));
      await route.fulfill({ response });
    });
    await alice.add("Told by herself");
    await alice.isSettled();
    assert.equal(asked, 1);
    await alice.page.unroute("**/api/v1/todos?*include*");
    await alice.moveToTrash("Told by herself");
    await alice.isSettled();
  },

  async "what she presses stays until she lets go of it, and what has not changed stays as it is"({ alice }) {
    const [today, completed] = [alice.entry("Today"), alice.entry("Completed")];
    for (const entry of [today, completed]) await entry.evaluate((element) => (element.isKnown = true));
    const isKnown = (entry) => entry.evaluate((element) => element.isKnown === true);
    const before = await today.innerText();
    await today.hover();
    await alice.page.mouse.down();
    const isRead = alice.page.waitForResponse((response) => response.url().includes("/api/v1/todos?") && response.status() === 200);
    const { id } = await alice.request("POST", "/todos", { title: "Comes meanwhile", due_date: day(0) });
    await isRead;
    await alice.page.waitForTimeout(300);
    assert.ok(await isKnown(today), "it was drawn anew under her finger");
    await alice.page.mouse.up();
    await eventually(async () => assert.equal(await alice.page.locator("#view-title").innerText(), "Today"));
    await alice.row("Comes meanwhile").waitFor();
    assert.notEqual(await today.innerText(), before);
    assert.ok(await isKnown(completed), "it was drawn anew for nothing");
    await alice.request("DELETE", `/todos/${id}`);
    await alice.row("Comes meanwhile").waitFor({ state: "detached" });
    await alice.go("Inbox");
    await alice.isSettled();
  },
};

/** Made here, seen there, and thrown away again. */
async function change(here, there, title) {
  const isSent = here.page.waitForResponse((response) => response.request().method() === "POST" && response.url().includes("/api/v1/"));
  const isSeen = there.row(title).waitFor();
  await here.add(title);
  await isSent;
  const sent = performance.now();
  await isSeen;
  const passed = performance.now() - sent;
  assert.ok(passed < 1000, `it took ${passed} ms`);
  await here.moveToTrash(title);
  await there.row(title).waitFor({ state: "detached" });
  await here.isSettled();
}
