// Alice and Bob use the page, each in a browser of their own. Each chapter starts where the one before ended.
import assert from "node:assert/strict";
import { API, eventually, launch, NARROW, PAGE, Person, WIDE } from "./browser.mjs";

const TOKEN_LIFE_MS = 5_000;

function day(offset) {
  return new Date(Date.now() + offset * 86_400_000).toLocaleDateString("sv-SE", { timeZone: "Europe/Berlin" });
}

const browser = await launch();
const alice = await Person.arrive(browser, "Alice", WIDE);
const bob = await Person.arrive(browser, "Bob", NARROW);

const chapters = {
  async "somebody who is not signed up is told so"() {
    await alice.inspect("sign-in", WIDE, NARROW);
    await alice.page.getByRole("button", { name: "Sign in" }).click();
    await alice.reads("Enter your e-mail address.");
    await alice.fillCredentials();
    await alice.page.getByRole("button", { name: "Sign in" }).click();
    await alice.reads("Invalid email or password");
  },

  async "Alice signs up and adds todos with day, priority, list and tags"() {
    await alice.signUp();
    await alice.sees();
    await alice.page.getByLabel("New list", { exact: true }).fill("Garden");
    await alice.page.keyboard.press("Enter");
    await alice.reads("Garden");
    await alice.go("Inbox");
    await alice.add("Write the report", { due_date: day(-1), priority: "High", tags: "work" });
    await alice.add("Buy milk", { tags: "shop" });
    await alice.add("Call the plumber", { due_date: day(0), priority: "Medium" });
    await alice.add("Water the roses", { due_date: day(3), priority: "Low", list: "Garden", tags: "plants, outside" });
    await alice.sees("Write the report", "Buy milk", "Call the plumber");
    await alice.go("All");
    await alice.reads("Water the roses");
    await alice.reload();
    await alice.reads("Yesterday");
  },

  async "Bob signs up and sees nothing of Alice's"() {
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

  async "Alice puts her todos in order, by keyboard and by hand"() {
    await alice.go("Inbox");
    const handle = alice.page.getByRole("button", { name: /^Reorder Write the report/ });
    await handle.focus();
    await alice.page.keyboard.press("ArrowDown");
    await alice.sees("Buy milk", "Write the report", "Call the plumber");
    assert.match(await alice.page.evaluate(() => document.activeElement?.ariaLabel ?? ""), /Write the report, 2 of 3/);
    await alice.reads("Write the report is now 2 of 3.");
    await alice.isSettled();
    const grip = await alice.page.getByRole("button", { name: /^Reorder Call/ }).boundingBox();
    const top = await alice.page.getByRole("button", { name: /^Reorder Buy/ }).boundingBox();
    await alice.page.mouse.move(grip.x + 8, grip.y + 8);
    await alice.page.mouse.down();
    await alice.page.mouse.move(top.x + 8, top.y - 10, { steps: 8 });
    await alice.page.mouse.up();
    await alice.sees("Call the plumber", "Buy milk", "Write the report");
    await alice.reload();
    await alice.go("Inbox");
    await alice.sees("Call the plumber", "Buy milk", "Write the report");
  },

  async "she edits, completes and reopens"() {
    await alice.edit("Buy milk", {
      title: "Buy oat milk",
      notes: "Two cartons",
      due_date: day(1),
      due_time: "09:30",
      priority: "High",
    });
    await alice.sees("Call the plumber", "Buy oat milk", "Write the report");
    await alice.reads("Tomorrow, 09:30");
    await alice.page.getByRole("checkbox", { name: "Complete Call the plumber" }).click();
    await alice.sees("Buy oat milk", "Write the report");
    await alice.page.getByText("Completed · 1").click();
    await alice.page.getByRole("checkbox", { name: "Complete Call the plumber" }).click();
    await alice.sees("Call the plumber", "Buy oat milk", "Write the report");
    await alice.isSettled();
    await alice.inspect("todos", WIDE, NARROW);
    await alice.page.getByRole("button", { name: "Edit Buy oat milk" }).click();
    await alice.inspect("editor", WIDE, NARROW);
    await alice.page.keyboard.press("Escape");
  },

  async "she filters and searches"() {
    for (const [place, ...titles] of [
      ["Today", "Call the plumber"],
      ["Overdue", "Write the report"],
      ["Garden", "Water the roses"],
      ["plants", "Water the roses"],
      ["work", "Write the report"],
    ]) {
      await alice.go(place);
      await alice.sees(...titles);
    }
    await alice.go("All");
    await alice.page.getByLabel("Show priority").selectOption("High");
    await eventually(async () => assert.deepEqual((await alice.open()).sort(), ["Buy oat milk", "Write the report"]));
    await alice.page.getByLabel("Show priority").selectOption("Any priority");
    await alice.page.getByLabel("Order by").selectOption("Title");
    await alice.sees("Buy oat milk", "Call the plumber", "Water the roses", "Write the report");
    await alice.page.getByLabel("Search").fill("ROSES");
    await alice.sees("Water the roses");
    await alice.page.getByLabel("Search").fill("");
    await alice.page.getByLabel("Order by").selectOption("My order");
  },

  async "what goes to the trash comes back"() {
    await alice.go("Garden");
    await alice.page.getByRole("button", { name: "Move Water the roses to the trash" }).click();
    await alice.sees();
    await alice.page.getByRole("button", { name: "Undo" }).click();
    await alice.sees("Water the roses");
    await alice.isSettled();
    await alice.page.getByRole("button", { name: "Move Water the roses to the trash" }).click();
    await alice.isSettled();
    await alice.go("Trash");
    await alice.sees("Water the roses");
    await alice.page.getByRole("button", { name: "Restore Water the roses" }).click();
    await alice.sees();
    await alice.go("Garden");
    await alice.sees("Water the roses");
    await alice.add("A mistake");
    await alice.page.getByRole("button", { name: "Move A mistake to the trash" }).click();
    await alice.isSettled();
    await alice.go("Trash");
    await alice.page.getByRole("button", { name: "Delete A mistake for good" }).click();
    await alice.sees();
    await alice.reload();
    await alice.go("Trash");
    await alice.sees();
  },

  async "her token runs out, and she notices nothing"() {
    await alice.go("Inbox");
    await alice.isSettled();
    await alice.page.waitForTimeout(TOKEN_LIFE_MS + 2_000);
    alice.answers.length = 0;
    await alice.go("All");
    await alice.reads("Water the roses");
    await alice.isSettled();
    const refused = alice.statuses(API).filter((status) => status === 401).length;
    assert.ok(refused > 1, "the reads go out side by side, so several of them are refused");
    assert.deepEqual(alice.statuses("/api/auth/token"), [200], "one question for all of them");
  },

  async "a change on her telephone wins over an older one here, and she is told"() {
    const telephone = await Person.arrive(browser, "Alice", NARROW);
    await telephone.signIn();
    await telephone.go("Inbox");
    await alice.go("Inbox");
    await alice.isSettled();
    await alice.page.getByRole("button", { name: "Edit Buy oat milk" }).click();
    await telephone.edit("Buy oat milk", { title: "Buy rice milk" });
    await telephone.sees("Call the plumber", "Buy rice milk", "Write the report");
    await telephone.isSettled();
    await alice.page.getByRole("dialog").getByLabel("Title").fill("Buy almond milk");
    await alice.page.getByRole("button", { name: "Save" }).click();
    await alice.reads("“Buy rice milk” was changed elsewhere. You see the latest.");
    await alice.sees("Call the plumber", "Buy rice milk", "Write the report");
    assert.ok(alice.statuses("/api/v1/todos/").includes(412));

    // Likewise where the row is too long to come along with the refusal. The page itself takes half as many emoji.
    await telephone.page.locator("[name=notes]").evaluate((notes) => notes.removeAttribute("maxlength"));
    await alice.isSettled();
    await alice.page.getByRole("button", { name: "Edit Buy rice milk" }).click();
    await telephone.edit("Buy rice milk", { notes: "\u{1f95b}".repeat(20_000) });
    await telephone.isSettled();
    alice.answers.length = 0;
    await alice.page.getByRole("dialog").getByLabel("Title").fill("Buy soy milk");
    await alice.page.getByRole("button", { name: "Save" }).click();
    await eventually(() => assert.deepEqual(alice.statuses("/api/v1/todos/").slice(0, 2), [412, 200]));
    await alice.reads("“Buy rice milk” was changed elsewhere. You see the latest.");
    assert.deepEqual(telephone.faults, []);
    await telephone.context.close();
  },

  async "she loses the network, goes on, and is back"() {
    await alice.isSettled();
    await alice.context.setOffline(true);
    await alice.add("Thought of in a tunnel");
    await alice.page.getByRole("checkbox", { name: "Complete Write the report" }).click();
    await alice.sees("Call the plumber", "Buy rice milk", "Thought of in a tunnel");
    await alice.reads("You are offline. Changes are kept here and sent when you are back.");
    await alice.inspect("offline", WIDE);
    await alice.page.getByRole("button", { name: "Sign out" }).click();
    await alice.reads("Signing out needs the network. You are still signed in.");
    await alice.context.setOffline(false);
    await alice.isSettled();
    await alice.reload();
    await alice.go("Inbox");
    await alice.sees("Call the plumber", "Buy rice milk", "Thought of in a tunnel");
  },

  async "the service is away for a moment, says when to ask again, and is asked again"() {
    let refusals = 2;
    // Nothing else here is made up; stopping the database would make the story wait for its timeouts.
    await alice.page.route(`${API}/api/v1/todos`, (route) => {
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

  async "a page that is opened while Better Auth is away waits for it"() {
    await alice.page.route("**/api/auth/get-session", (route) => route.abort(), { times: 2 });
    await alice.page.reload();
    await alice.reads("The service can't answer just now.");
    await alice.reads("Buy rice milk");
    assert.ok(await alice.page.locator("#welcome").isHidden());
  },

  async "she signs out; Bob at her computer sees only his own; back again, all is there"() {
    await alice.page.getByRole("button", { name: "Sign out" }).click();
    await alice.reads("Welcome back");
    assert.ok(!(await alice.page.content()).includes("Buy rice milk"));
    const guest = Object.assign(Object.create(alice), { email: bob.email });
    await guest.signIn();
    await guest.sees("Feed the cat");
    await guest.page.getByRole("button", { name: "Sign out" }).click();
    await alice.reads("Welcome back");
    await alice.signIn();
    await alice.reads("Buy rice milk");
    assert.ok(!(await alice.open()).includes("Feed the cat"));
  },

  async "her session is ended from elsewhere, and the page says so"() {
    await alice.isSettled();
    await alice.context.clearCookies();
    await alice.page.waitForTimeout(TOKEN_LIFE_MS + 2_000);
    await alice.go("Today");
    await alice.reads("Your session has ended. Sign in again.");
    assert.ok(!(await alice.page.content()).includes("Buy rice milk"));
  },

  async "nothing went wrong behind the scenes"() {
    assert.deepEqual([...alice.faults, ...bob.faults], []);
    const failures = [...alice.answers, ...bob.answers].filter(({ status }) => status >= 500 && status !== 503);
    assert.deepEqual(failures, []);
  },
};

try {
  for (const [title, chapter] of Object.entries(chapters)) {
    const began = Date.now();
    await chapter();
    console.log(`ok  ${title} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  }
} catch (error) {
  await alice.inspect("failure", WIDE).catch(() => {});
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
}
