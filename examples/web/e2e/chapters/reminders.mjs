import assert from "node:assert/strict";
import { day, eventually, NARROW, WIDE } from "../browser.mjs";

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
    // Pointed at, the message stays for as long as the rest takes.
    await alice.page.locator("#toast").hover();
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

  async "what is completed or in the archive is silent, and says so"({ alice }) {
    await alice.go("Visits");
    await alice.look("Dentist");
    await alice.row("Dentist").locator(".reminds").waitFor();
    const box = alice.details.getByRole("checkbox", { name: "Complete Dentist" });
    await box.click();
    await alice.reads("Silent, for it is completed.", "#reminders");
    assert.equal(await alice.row("Dentist").locator(".reminds").count(), 0);
    await box.click();
    await alice.reads("Next: Tomorrow, 08:00.", "#reminders");
    await alice.press("Escape");
    await alice.isSettled();
    await alice.button("Edit this list").click();
    await alice.button("Archive").click();
    await alice.isSettled();
    await alice.page.locator("#archived summary").click();
    await alice.page.locator("#archived-lists").getByText("Visits").click();
    await alice.look("Dentist");
    await alice.reads("Silent, for its list is in the archive.", "#reminders");
    assert.equal(await alice.row("Dentist").locator(".reminds").count(), 0);
    await alice.press("Escape");
    await alice.button("Edit this list").click();
    await alice.button("Take out of the archive").click();
    await alice.row("Dentist").locator(".reminds").waitFor();
    await alice.isSettled();
  },
};
