import assert from "node:assert/strict";
import { day, eventually, NARROW, WIDE } from "../browser.mjs";

const sections = (alice) => alice.page.locator("#open section").evaluateAll((all) =>
  all.map((section) => [section.dataset.section, ...[...section.querySelectorAll(".todo-title")].map((title) => title.textContent)]),
);

export default {
  async "a todo of another zone is shown in hers"({ alice }) {
    // Helsinki's clocks are an hour ahead of Berlin's all the year.
    const due = { due_date: day(2), due_time: "00:30", time_zone: "Europe/Helsinki" };
    await alice.request("POST", "/todos", { title: "Night train", ...due });
    await alice.go("Upcoming");
    await eventually(async () => assert.match(await alice.row("Night train").innerText(), /Tomorrow, 23:30/));
    assert.deepEqual((await sections(alice)).find(([key]) => key === day(1)), [day(1), "Buy oat milk", "Night train"]);
    await alice.look("Night train");
    assert.equal(await alice.details.locator("[name=due_date]").inputValue(), day(1));
    assert.equal(await alice.details.locator("[name=due_time]").inputValue(), "23:30");
    await alice.reads("00:30 in Helsinki", "#elsewhere");
    await alice.details.locator("[name=due_time]").fill("22:15");
    await alice.button("Close the details").click();
    await alice.isSettled();
    const { results } = await alice.request("GET", "/todos?q=Night");
    assert.deepEqual([results[0].due_time, results[0].time_zone], ["22:15", "Europe/Berlin"]);
    await alice.moveToTrash("Night train");
    await alice.isSettled();
  },

  async "Today has what is overdue on top, Upcoming goes by days"({ alice }) {
    await alice.go("Today");
    await eventually(async () => assert.deepEqual(await sections(alice), [["overdue", "Write the report"], ["today", "Call the plumber"]]));
    await alice.inspect("today", WIDE, NARROW);
    await alice.go("Upcoming");
    await eventually(async () => assert.deepEqual(await sections(alice), [[day(1), "Buy oat milk"], [day(3), "Water the roses"]]));
    assert.match(await alice.page.locator("#open h2").first().innerText(), /^Tomorrow · \w+day/);
    await alice.inspect("upcoming", WIDE, NARROW);
  },

  async "she puts todos off by menu and by hand, and takes it back"({ alice }) {
    await alice.go("Today");
    await alice.sees("Write the report", "Call the plumber");
    await alice.putOff("Write the report", /Tomorrow/);
    await alice.sees("Call the plumber");
    await alice.reads("“Write the report” is now due Tomorrow.");
    await alice.isSettled();
    await alice.undo();
    await alice.sees("Write the report", "Call the plumber");
    await alice.isSettled();
    await alice.button("Put off Call the plumber").focus();
    await alice.press("Enter");
    await alice.inspect("put-off", WIDE, NARROW);
    await alice.press("ArrowDown", "ArrowUp", "Escape");
    await alice.isAt("Put off Call the plumber");
    await alice.drag(alice.button(/^Drag Write the report/), alice.page.locator("[data-section=today] h2"));
    await eventually(async () => assert.deepEqual(await sections(alice), [["today", "Write the report", "Call the plumber"]]));
    await alice.isSettled();
    await alice.undo();
    await eventually(async () => assert.deepEqual(await sections(alice), [["overdue", "Write the report"], ["today", "Call the plumber"]]));
    await alice.go("Upcoming");
    await alice.sees("Buy oat milk", "Water the roses");
    await alice.drag(alice.button(/^Drag Buy oat milk/), alice.page.locator(`[data-section="${day(3)}"] h2`));
    await eventually(async () => assert.match(await alice.row("Buy oat milk").innerText(), /09:30/));
    await eventually(async () => assert.deepEqual(await sections(alice), [[day(3), "Buy oat milk", "Water the roses"]]));
    await alice.undo();
    await eventually(async () => assert.deepEqual(await sections(alice), [[day(1), "Buy oat milk"], [day(3), "Water the roses"]]));
    await alice.isSettled();
    await alice.reload();
  },
};
