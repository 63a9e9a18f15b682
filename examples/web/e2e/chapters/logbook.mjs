import assert from "node:assert/strict";
import { day, eventually, NARROW, WIDE } from "../browser.mjs";

const PILLS = "Take the pill";

/** A todo that repeats every day since the day before yesterday, as another device makes it. */
async function begin(alice, title, rrule = "FREQ=DAILY") {
  const { id } = await alice.request("POST", "/todos", { title, due_date: day(-2), rrule });
  return id;
}

const complete = (alice, id) => alice.request("POST", `/todos/${id}/complete`);
const completionsOf = async (alice, id) => (await alice.request("GET", `/todos/${id}/completions`)).results.length;
const takeBack = (alice) => alice.button(`Take back that ${PILLS} was done`);

async function standsThere(alice, title, times) {
  await eventually(async () => assert.equal((await alice.open()).filter((each) => each === title).length, times));
}

export default {
  async "each time that something was done stands among what is completed"({ alice }) {
    const id = await begin(alice, PILLS);
    await complete(alice, id);
    const { id: between } = await alice.request("POST", "/todos", { title: "Post the form", completed: true });
    await complete(alice, id);
    await alice.go("Completed");
    await eventually(async () => assert.deepEqual((await alice.open()).slice(0, 3), [PILLS, "Post the form", PILLS]));
    await alice.isSettled();
    const todos = (await alice.request("GET", "/todos?status=completed&page_size=200")).results;
    const completions = (await alice.request("GET", "/completions?page_size=200")).results;
    assert.equal((await alice.open()).length, todos.length + completions.length);
    assert.match(await alice.row(PILLS).last().innerText(), /Done this time[^]*was due/);
    assert.equal(await takeBack(alice).count(), 1, "of two the latest");
    await alice.inspect("completed", WIDE, NARROW);
    await alice.row(PILLS).first().locator("button.open").click();
    await alice.reads("Done 2 times", "#history summary");
    await alice.inspect("completed-details", WIDE, NARROW);
    await alice.press("Escape");
    await alice.row(PILLS).first().locator("button.open").focus();
    await alice.press("x");
    await alice.isSettled();
    assert.equal(await completionsOf(alice, id), 2, "a key that completes todos does nothing to what was done");
    await alice.page.getByLabel("Search", { exact: true }).fill("Post the form");
    await alice.sees("Post the form");
    await alice.page.getByLabel("Search", { exact: true }).fill("");
    await standsThere(alice, PILLS, 2);
    await alice.request("DELETE", `/todos/${between}`);
    await alice.row("Post the form").waitFor({ state: "detached" });
    await alice.isSettled();
  },

  async "the latest is taken back, unless the todo has changed meanwhile, and then the one before can be"({ alice }) {
    const { id, version } = (await alice.request("GET", `/todos?q=${encodeURIComponent(PILLS)}`)).results[0];
    await alice.looksAway();
    await alice.request("PATCH", `/todos/${id}`, { priority: 1 });
    await alice.row(PILLS).first().hover();
    await takeBack(alice).click();
    await alice.reads(`“${PILLS}” was changed elsewhere. You see the latest.`);
    await alice.looksBack();
    await alice.isSettled();
    assert.equal(await completionsOf(alice, id), 2, "it might have been another one");
    await standsThere(alice, PILLS, 2);

    await alice.row(PILLS).first().hover();
    await takeBack(alice).click();
    await alice.reads(`“${PILLS}” is due again.`, "#toast");
    await standsThere(alice, PILLS, 1);
    await alice.isSettled();
    assert.equal(await completionsOf(alice, id), 1);
    const row = await alice.request("GET", `/todos/${id}`);
    assert.ok(row.version > version);
    await eventually(async () => assert.equal(await takeBack(alice).count(), 1));
    await alice.row(PILLS).first().hover();
    await takeBack(alice).click();
    await standsThere(alice, PILLS, 0);
    await alice.isSettled();
    assert.equal((await alice.request("GET", `/todos/${id}`)).due_date, day(-2));
    await alice.request("DELETE", `/todos/${id}`);
    await alice.isSettled();
  },

  async "the last occurrence of all stands there once, as the todo that is completed by it"({ alice }) {
    const id = await begin(alice, "Two lessons", "FREQ=DAILY;COUNT=3");
    await complete(alice, id);
    await complete(alice, id);
    const row = await alice.request("GET", `/todos/${id}`);
    assert.deepEqual([row.completed, await completionsOf(alice, id)], [true, 2]);
    await alice.reload();
    await alice.go("Completed");
    await standsThere(alice, "Two lessons", 2);
    await alice.isSettled();
    assert.equal(await alice.page.locator("#open .occurrence").filter({ hasText: "Two lessons" }).count(), 1);
    assert.equal(await alice.button("Take back that Two lessons was done").count(), 0);
    await alice.check("Two lessons");
    await alice.isSettled();
    await standsThere(alice, "Two lessons", 1);
    await eventually(async () => assert.equal(await alice.button("Take back that Two lessons was done").count(), 1));
    await alice.request("DELETE", `/todos/${id}`);
    await alice.go("Inbox");
    await alice.isSettled();
  },
};
