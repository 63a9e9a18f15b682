import assert from "node:assert/strict";
import { day, eventually, NARROW, WIDE } from "../browser.mjs";

const FERNS = "Water the ferns";

async function named(alice, title) {
  const { results } = await alice.request("GET", `/todos?q=${encodeURIComponent(title)}`);
  return results.find((todo) => todo.title === title);
}

async function completionsOf(alice, title) {
  const { id } = await named(alice, title);
  return (await alice.request("GET", `/todos/${id}/completions`)).results;
}

async function choose(alice, repetition) {
  await alice.page.locator("#repeat").click();
  await alice.page.getByRole("menuitem", { name: repetition }).click();
}

const meaning = (alice) => alice.page.locator("#series > .hint").innerText();

export default {
  async "a todo repeats, and she reads what that means and which days come"({ alice }) {
    await alice.makeList("Habits");
    await alice.add(FERNS, { due_date: day(0) });
    await alice.isSettled();
    await alice.look(FERNS);
    await alice.page.locator("#repeat").focus();
    await alice.press("Enter");
    await alice.page.getByRole("menuitem", { name: "Every month on the last day" }).waitFor();
    await alice.inspect("repeat-menu", WIDE, NARROW);
    await alice.press("ArrowDown", "Enter");
    await eventually(async () => assert.match(await meaning(alice), /^Every day\. Then Tomorrow · .+ · .+\.$/));
    assert.equal((await named(alice, FERNS)).rrule, "FREQ=DAILY");
    await alice.reads("Repeats every day", "#todos .repeats");
    await alice.isAt("Every day");
  },

  async "done is done for this time: on it goes with its subtasks open, and back by Undo"({ alice }) {
    await alice.details.getByLabel("New subtask").fill("Fill the can");
    await alice.press("Enter");
    await alice.details.getByRole("checkbox", { name: "Complete Fill the can" }).click();
    await alice.reads("1/1", "#subtasks h3");
    await alice.isSettled();
    await alice.check(FERNS);
    await alice.reads(`“${FERNS}” is done, and due again Tomorrow.`, "#toast");
    await eventually(async () => assert.match(await alice.row(FERNS).innerText(), /Tomorrow/));
    await alice.reads("0/1", "#subtasks h3");
    await alice.reads("Done once", "#history summary");
    await alice.isSettled();
    await alice.undo();
    await eventually(async () => assert.match(await alice.row(FERNS).innerText(), /Today/));
    await alice.reads("1/1", "#subtasks h3");
    await alice.isSettled();
    assert.deepEqual(await completionsOf(alice, FERNS), []);
    assert.ok(await alice.page.locator("#history").isHidden());
  },

  async "what was done stands in the details, with how often in a row and how often not"({ alice }) {
    await alice.details.getByRole("checkbox", { name: `Complete ${FERNS}` }).click();
    await alice.reads("Done once", "#history summary");
    await alice.row(FERNS).locator("button.open").focus();
    await alice.press("x");
    await alice.reads("Done 2 times in a row", "#history summary");
    await alice.page.locator("#history summary").click();
    assert.deepEqual(await alice.page.locator("#history li").allInnerTexts(), ["Today\nwas due Tomorrow", "Today"]);
    await alice.inspect("repeats", WIDE, NARROW);
    const { list } = await named(alice, FERNS);
    await alice.request("POST", "/todos", { title: "Stretch", list, due_date: day(-3), rrule: "FREQ=DAILY" });
    await alice.reload();
    await alice.go("Habits");
    await alice.look("Stretch");
    await alice.check("Stretch");
    await alice.reads("“Stretch” is done, and due again Today.", "#toast");
    await alice.reads("Done once · 2 missed", "#history summary");
    await alice.press("Escape");
  },

  async "without the network the row waits where it is, for the next day is the server's"({ alice }) {
    await alice.isSettled();
    const before = await named(alice, "Stretch");
    await alice.context.setOffline(true);
    await alice.check("Stretch");
    await eventually(async () => assert.match(await alice.row("Stretch").innerText(), /Today[^]*Sent when you are back/));
    const box = alice.row("Stretch").getByRole("checkbox");
    assert.ok(await box.isChecked());
    await box.click();
    assert.ok(await box.isChecked(), "it is done once");
    await alice.inspect("repeat-offline", WIDE, NARROW);
    await alice.context.setOffline(false);
    await eventually(async () => assert.match(await alice.row("Stretch").innerText(), /Tomorrow/));
    await alice.isSettled();
    assert.equal((await completionsOf(alice, "Stretch")).length, 2);
    assert.notEqual((await named(alice, "Stretch")).version, before.version);
    await alice.look("Stretch");
    await alice.reads("Done 2 times · 2 missed", "#history summary");
  },

  async "an answer that gets lost is no second completion, and a refused one takes nothing back"({ alice }) {
    let isLost = false;
    await alice.page.route("**/api/v1/changes*", async (route) => {
      if (isLost || route.request().method() !== "POST") return route.fallback();
      const response = await route.fetch();
      if (!response.ok()) return route.fulfill({ response });
      isLost = true;
      return route.abort();
    });
    await alice.check("Stretch");
    await alice.reads("“Stretch” is done, and due again", "#toast");
    await alice.isSettled();
    assert.ok(isLost);
    assert.equal((await completionsOf(alice, "Stretch")).length, 3);
    await alice.reads("Done 2 times in a row · 2 missed", "#history summary");
    await alice.press("Escape");

    await alice.context.setOffline(true);
    await alice.check("Stretch");
    await alice.undo();
    const { id } = await named(alice, "Stretch");
    await alice.request("POST", `/todos/${id}/complete`);
    await alice.context.setOffline(false);
    await alice.reads("“Stretch” was changed elsewhere. You see the latest.");
    await alice.isSettled();
    assert.equal((await completionsOf(alice, "Stretch")).length, 4, "what was done elsewhere is still done");
  },

  async "she skips a day and takes it back; without a day a todo repeats no more until she takes that back"({ alice }) {
    const { id, due_date } = await named(alice, "Stretch");
    await alice.putOff("Stretch", "Skip this time");
    await alice.reads("“Stretch” is skipped, and due again", "#toast");
    await alice.isSettled();
    assert.notEqual((await named(alice, "Stretch")).due_date, due_date);
    await alice.undo();
    await alice.isSettled();
    assert.equal((await named(alice, "Stretch")).due_date, due_date);
    await alice.putOff("Stretch", "Skip this time");
    await alice.reads("“Stretch” is skipped, and due again", "#toast");
    await alice.isSettled();
    const skipped = await alice.request("GET", `/todos/${id}`);
    assert.ok(skipped.due_date > due_date);
    assert.equal((await completionsOf(alice, "Stretch")).length, 4);
    await alice.putOff("Stretch", "No date");
    await alice.isSettled();
    assert.equal((await alice.request("GET", `/todos/${id}`)).rrule, null);
    assert.equal(await alice.row("Stretch").locator(".repeats").count(), 0);
    await alice.undo();
    await alice.row("Stretch").locator(".repeats").waitFor();
    await alice.isSettled();
    const back = await alice.request("GET", `/todos/${id}`);
    assert.deepEqual([back.rrule, back.due_date], ["FREQ=DAILY", skipped.due_date]);
  },

  async "a rule of her own is explained, or refused with the reason, before it is saved"({ alice }) {
    await alice.look("Stretch");
    await choose(alice, "Custom…");
    const editor = alice.page.locator("#repeat-editor");
    await alice.fill(editor, { interval: "2" });
    await editor.locator("[name=freq]").selectOption("WEEKLY");
    await editor.getByRole("checkbox", { name: "Tuesday" }).click();
    await editor.getByRole("checkbox", { name: "Thursday" }).click();
    await alice.reads("Every 2 weeks on Tuesday and Thursday. Then ", "#repeat-editor .preview");
    await editor.locator("[name=end]").selectOption("COUNT");
    await alice.fill(editor, { count: "1" });
    await alice.reads("This rule names no day after the first.", "#repeat-editor .form-error");
    await alice.button("Save", editor).click();
    assert.ok(await editor.isVisible(), "nothing is saved that the server refuses");
    await alice.inspect("repeat-refused", WIDE, NARROW);
    await alice.fill(editor, { count: "5" });
    await alice.reads("Thursday, 5 times. Then ", "#repeat-editor .preview");
    assert.equal(await editor.locator(".form-error").innerText(), "");
    await alice.inspect("repeat-editor", WIDE, NARROW);
    await alice.button("Save", editor).click();
    await editor.waitFor({ state: "hidden" });
    await alice.isAt("Every 2 weeks on Tuesday and Thursday, 5 times");
    await eventually(async () => assert.match(await meaning(alice), /^Every 2 weeks on Tuesday and Thursday, 5 times\. Then /));
    assert.equal((await named(alice, "Stretch")).rrule, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=5");
    await alice.page.locator("#series [name=repeat_from]").selectOption("completion");
    await alice.reads("Counted from the day on which you complete it.", "#series");
    await alice.isSettled();
    assert.equal((await named(alice, "Stretch")).repeat_from, "completion");
    await choose(alice, "Custom…");
    assert.deepEqual(
      await editor.locator("[name=interval], [name=freq], [name=end], [name=count]").evaluateAll((all) => all.map(({ value }) => value)),
      ["2", "WEEKLY", "COUNT", "5"],
    );
    await alice.press("Escape");
    await choose(alice, "Never");
    await alice.reads("“Stretch” repeats no more.", "#toast");
    await alice.isSettled();
    await alice.undo();
    await alice.reads("Every 2 weeks on Tuesday and Thursday, 5 times", "#repeat");
    await choose(alice, "Never");
    await alice.isSettled();
    assert.equal((await named(alice, "Stretch")).rrule, null);
    await alice.press("Escape");
    await alice.go("Inbox");
    await alice.isSettled();
  },
};
