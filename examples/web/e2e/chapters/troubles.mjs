import assert from "node:assert/strict";
import { API, eventually, NARROW, PAGE, TOKEN_LIFE_MS, WIDE } from "../browser.mjs";
import { Person } from "../person.mjs";

export default {
  async "her token runs out, and she notices nothing"({ alice }) {
    // A stream ends with its token and would bring a newer one.
    await alice.page.route("**/api/v1/live", (route) => route.abort());
    await alice.go("Inbox");
    await alice.isSettled();
    // A page that is not seen asks nothing, and so gets no newer token while the old one runs out.
    await alice.page.evaluate(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }));
    await alice.page.waitForTimeout(TOKEN_LIFE_MS + 2_000);
    await alice.page.evaluate(() => delete document.hidden);
    alice.answers.length = 0;
    await alice.look("Call the plumber");
    await alice.isSettled();
    const refused = alice.statuses(API).filter((status) => status === 401).length;
    assert.ok(refused > 1, "the reads go out side by side, so several of them are refused");
    assert.deepEqual(alice.statuses("/api/auth/token"), [200], "one question for all of them");
    await alice.page.unroute("**/api/v1/live");
    await alice.press("Escape");
  },

  async "a change on her telephone wins over an older one here, and she is told"({ browser, alice }) {
    const telephone = await Person.arrive(browser, "Alice", NARROW);
    await telephone.signIn();
    await telephone.go("Inbox");
    await alice.go("Inbox");
    await alice.isSettled();
    // A page that is not seen does not ask what is new, so what she looks at stays old for as long as it has to.
    await alice.page.evaluate(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }));
    await alice.look("Buy oat milk");
    await telephone.edit("Buy oat milk", { title: "Buy rice milk" });
    await telephone.sees("Call the plumber", "Buy rice milk", "Write the report");
    await telephone.isSettled();
    await alice.details.locator("[name=title]").fill("Buy almond milk");
    await alice.button("Close the details").click();
    await alice.reads("“Buy rice milk” was changed elsewhere. You see the latest.");
    await alice.sees("Call the plumber", "Buy rice milk", "Write the report");
    await alice.reads("You had written “Buy almond milk”.");

    await alice.page.evaluate(() => delete document.hidden);
    assert.deepEqual(telephone.faults, []);
    await telephone.context.close();
  },

  async "she loses the network, goes on, and is back"({ alice }) {
    await alice.isSettled();
    await alice.context.setOffline(true);
    await alice.add("Thought of in a tunnel");
    await alice.check("Write the report");
    await alice.sees("Call the plumber", "Buy rice milk", "Thought of in a tunnel");
    await alice.reads("You are offline. 2 changes wait for the network.");
    await alice.reads("Not sent yet", "#open");
    await alice.inspect("offline", WIDE);
    await alice.button("Sign out").click();
    await alice.reads("Signing out needs the network. You are still signed in.");
    await alice.context.setOffline(false);
    await alice.isSettled();
    await alice.reload();
    await alice.go("Inbox");
    await alice.sees("Call the plumber", "Buy rice milk", "Thought of in a tunnel");
  },

  async "the service is away for a moment, says when to ask again, and is asked again"({ alice }) {
    let refusals = 2;
    // Nothing else here is made up; stopping the database would make the story wait for its timeouts.
    await alice.page.route(`${API}/api/v1/changes*`, (route) => {
      if (route.request().method() !== "POST" || refusals === 0) return route.fallback();
      refusals -= 1;
      const headers = { "Access-Control-Allow-Origin": PAGE, "Access-Control-Expose-Headers": "Retry-After", "Retry-After": "1" };
      return route.fulfill({ status: 503, headers, contentType: "application/problem+json", body: "{}" });
    });
    await alice.add("Sent three times, there once");
    await alice.reads("The service can't answer just now.");
    await alice.reads("Sent three times, there once");
    await alice.isSettled();
    await alice.reload();
    await alice.go("Inbox");
    await alice.sees("Call the plumber", "Buy rice milk", "Thought of in a tunnel", "Sent three times, there once");
  },

  async "the answer to several changes is lost, and what repeats goes on once"({ alice }) {
    const plants = [];
    for (const title of ["Water the fern", "Water the palm"]) {
      plants.push(await alice.request("POST", "/todos", { title, due_date: "2030-01-01", rrule: "FREQ=DAILY" }));
    }
    await alice.reload();
    await alice.go("Inbox");
    let lost = 0;
    await alice.page.route(`${API}/api/v1/changes*`, async (route) => {
      if (route.request().method() !== "POST" || lost) return route.fallback();
      lost += 1;
      await route.fetch();
      await route.abort();
    });
    for (const { title } of plants) {
      await alice.row(title).locator("button.open").click({ modifiers: ["ControlOrMeta"] });
    }
    await alice.button("Complete", alice.page.locator("#bulk")).click();
    await alice.isSettled();
    assert.equal(lost, 1);
    for (const { id } of plants) {
      const { results } = await alice.request("GET", `/todos/${id}/completions`);
      assert.equal(results.length, 1);
    }
    await alice.request("POST", "/todos/bulk", { operations: plants.map(({ id }) => ({ op: "delete", id })) });
  },

  async "a page that is opened while Better Auth is away shows what it has, and waits for it"({ alice }) {
    await alice.page.route("**/api/auth/*", (route) => route.abort());
    await alice.page.reload();
    await alice.reads("The service can't answer just now.");
    await alice.reads("Buy rice milk");
    await alice.page.unroute("**/api/auth/*");
    await alice.isSettled();
    assert.ok(await alice.page.locator("#connection").isHidden());
    assert.ok(await alice.page.locator("#welcome").isHidden());
  },
};
