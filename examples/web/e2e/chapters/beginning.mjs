import assert from "node:assert/strict";
import { API, day, eventually, NARROW, WIDE } from "../browser.mjs";

export default {
  async "somebody who is not signed up is told so"({ alice }) {
    await alice.inspect("sign-in", WIDE, NARROW);
    await alice.button("Sign in").click();
    await alice.reads("Enter your e-mail address.");
    await alice.fillCredentials();
    await alice.button("Sign in").click();
    await alice.reads("Invalid email or password");
  },

  async "Alice signs up, is invited, and adds todos with day, priority, list and tags"({ alice }) {
    await alice.signUp();
    await alice.sees();
    await alice.reads("Your Inbox is empty", "#empty");
    await alice.inspect("empty", WIDE, NARROW);
    const row = alice.page.locator("#add .add-row");
    assert.ok(await row.isHidden(), "the form is one line");
    await alice.button("Add a todo").click();
    assert.ok(await row.isVisible(), "and opens with the focus");
    await alice.inspect("adding", WIDE, NARROW);
    await alice.makeList("Garden");
    await alice.go("Inbox");
    await alice.add("Write the report", { due_date: day(-1), priority: "High", tags: "work" });
    await alice.add("Buy milk", { tags: "shop" });
    await alice.add("Call the plumber", { due_date: day(0), priority: "Medium" });
    await alice.add("Water the roses", { due_date: day(3), priority: "Low", list: "Garden", tags: "plants, outside" });
    await alice.sees("Write the report", "Buy milk", "Call the plumber");
    await alice.go("All");
    await alice.reads("Water the roses");
    await alice.go("Inbox");
    assert.ok(await row.isHidden(), "one line again");
    await alice.reload();
    await alice.reads("Yesterday");
  },

  async "the API knows in which zone she is, and one that she has chosen stays"({ alice }) {
    const zone = async () => (await alice.request("GET", "/me")).time_zone;
    await eventually(async () => assert.equal(await zone(), "Europe/Berlin"));
    await alice.request("PATCH", "/me", { time_zone: "Asia/Tokyo" });
    const isRead = alice.page.waitForResponse(`${API}/api/v1/me`);
    await alice.reload();
    await isRead;
    await alice.isSettled();
    assert.equal(await zone(), "Asia/Tokyo");
    await alice.request("PATCH", "/me", { time_zone: "Europe/Berlin" });
    await alice.reload();
  },

  async "Bob signs up and sees nothing of Alice's"({ alice, bob }) {
    await bob.signUp();
    await bob.sees();
    await bob.add("Feed the cat", { tags: "home" });
    await bob.sees("Feed the cat");
    await bob.reload();
    await bob.sees("Feed the cat");
    await alice.reload();
    await alice.reads("Buy milk");
    assert.ok(!(await alice.open()).includes("Feed the cat"));
  },

  async "a screen is one request, and 304 while nothing has changed"({ alice }) {
    await alice.go("All");
    await alice.isSettled();
    alice.answers.length = 0;
    await alice.go("Inbox");
    await alice.sees("Write the report", "Buy milk", "Call the plumber");
    await alice.isSettled();
    assert.deepEqual(alice.readsOfScreens().map(({ status }) => status), [200]);
    const look = () => alice.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await look();
    await eventually(() => assert.deepEqual(alice.readsOfScreens().map(({ status }) => status), [200, 304]));
    await alice.isSettled();
    const { id } = await alice.request("POST", "/todos", { title: "From elsewhere" });
    await look();
    await alice.sees("Write the report", "Buy milk", "Call the plumber", "From elsewhere");
    assert.equal(alice.readsOfScreens().at(-1).status, 200);
    await alice.request("POST", "/todos/bulk", { operations: [{ op: "delete", id }] });
    await look();
    await alice.sees("Write the report", "Buy milk", "Call the plumber");
  },

  async "Alice puts her todos in order, by keyboard and by hand"({ alice }) {
    await alice.button(/^Reorder Write the report/).focus();
    await alice.press("ArrowDown");
    await alice.sees("Buy milk", "Write the report", "Call the plumber");
    await alice.isAt("Write the report, 2 of 3");
    await alice.reads("Write the report is now 2 of 3.");
    await alice.isSettled();
    await alice.drag(alice.button(/^Reorder Call/), alice.row("Buy milk"), 0.1);
    await alice.sees("Call the plumber", "Buy milk", "Write the report");
    await alice.reload();
    await alice.sees("Call the plumber", "Buy milk", "Write the report");
  },

  async "she filters and searches"({ alice }) {
    for (const [place, ...titles] of [
      ["Garden", "Water the roses"],
      ["plants", "Water the roses"],
      ["work", "Write the report"],
    ]) {
      await alice.go(place);
      await alice.sees(...titles);
    }
    await alice.go("All");
    await alice.page.getByLabel("Show priority").selectOption("High");
    await alice.sees("Write the report");
    await alice.page.getByLabel("Show priority").selectOption("Any priority");
    await alice.page.getByLabel("Order by").selectOption("Title");
    await alice.sees("Buy milk", "Call the plumber", "Water the roses", "Write the report");
    await alice.page.getByLabel("Search").fill("ROSES");
    await alice.sees("Water the roses");
    await alice.page.getByLabel("Search").fill("");
    await alice.page.getByLabel("Order by").selectOption("My order");
    await alice.isSettled();
  },
};
