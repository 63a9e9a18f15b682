import assert from "node:assert/strict";
import { day, eventually, NARROW, WIDE } from "../browser.mjs";

const NOTES = `## Which

Two **cartons**, see [the shop](https://shop.example/milk) or mailto.
[not this](javascript:alert(1)) <img src=x onerror=alert(1)>

- oat
- [x] rice`;

export default {
  async "she edits in the details, which stand beside the list"({ alice }) {
    await alice.go("Inbox");
    await alice.edit("Buy milk", { title: "Buy oat milk", due_date: day(1), due_time: "09:30", priority: "High" });
    await alice.sees("Call the plumber", "Buy oat milk", "Write the report");
    await alice.reads("Tomorrow, 09:30");
    await alice.edit("Buy oat milk", { tags: "shop, dairy" });
    await alice.edit("Buy oat milk", { tags: "dairy" });
    await alice.reload();
    await alice.look("Buy oat milk");
    const { details } = alice;
    for (const [name, value] of [["due_date", day(1)], ["due_time", "09:30"], ["priority", "3"], ["tags", "dairy"]]) {
      assert.equal(await details.locator(`[name=${name}]`).inputValue(), value);
    }
    const [list, pane] = [await alice.page.locator("#todos").boundingBox(), await details.boundingBox()];
    assert.ok(list.x + list.width <= pane.x, "nothing is covered");
    await alice.press("Escape");
    await details.waitFor({ state: "hidden" });
    await alice.isAt("Buy oat milk");
  },

  async "notes are shown as Markdown, and nothing in them does anything"({ alice }) {
    await alice.look("Buy oat milk");
    await alice.fill(alice.details, { notes: NOTES });
    await alice.details.locator("[name=notes]").blur();
    const shown = alice.details.locator(".markdown");
    await eventually(async () => assert.equal(await shown.locator("h3").innerText(), "Which"));
    assert.equal(await shown.locator("strong").innerText(), "cartons");
    assert.deepEqual(await shown.locator("li").allInnerTexts(), ["oat", "☑ rice"]);
    const links = await shown.locator("a").evaluateAll((all) => all.map(({ href, rel }) => [href, rel]));
    assert.deepEqual(links, [["https://shop.example/milk", "noopener noreferrer nofollow"]]);
    assert.equal(await shown.locator("img, script, [onerror]").count(), 0);
    assert.ok((await shown.innerText()).includes("[not this](javascript:alert(1)) <img src=x onerror=alert(1)>"));
    await alice.reads("Notes", '#todos .todo:has-text("Buy oat milk") .has-notes');
    await alice.isSettled();
  },

  async "subtasks stand below their parent, and the list counts what it shows"({ alice }) {
    await alice.makeList("Trip");
    await alice.add("Pack");
    await alice.look("Pack");
    for (const title of ["Passport", "Tickets", "Socks"]) {
      await alice.details.getByLabel("New subtask").fill(title);
      await alice.press("Enter");
    }
    await alice.sees("Pack", "Passport", "Tickets", "Socks");
    await alice.isSettled();
    assert.equal(await alice.entry("Trip").locator(".count").innerText(), "4");
    await alice.details.getByRole("checkbox", { name: "Complete Passport" }).click();
    await alice.reads("1/3", "#subtasks h3");
    await alice.reads("1/3", "#todos .progress");
    await alice.sees("Pack", "Tickets", "Socks");
    await eventually(async () => assert.equal(await alice.entry("Trip").locator(".count").innerText(), "3"));
    await alice.isSettled();
    await alice.inspect("subtasks", WIDE, NARROW);
    await alice.details.getByRole("button", { name: "Tickets" }).click();
    await eventually(async () => assert.equal(await alice.details.locator("[name=title]").inputValue(), "Tickets"));
    await alice.button("Pack", alice.details).click();
    await alice.details.getByText("Socks").waitFor();
    await alice.press("Escape");
    await alice.reload();
    await alice.go("Trip");
    await alice.sees("Pack", "Tickets", "Socks");
  },

  async "undoing a completion brings back the subtasks that went with it, and no others"({ alice }) {
    await alice.check("Pack");
    await alice.sees();
    await alice.reads("“Pack” is completed.");
    await alice.isSettled();
    await alice.undo();
    await alice.sees("Pack", "Tickets", "Socks");
    await alice.isSettled();
    await alice.reload();
    await alice.go("Trip");
    await alice.sees("Pack", "Tickets", "Socks");
    await alice.reads("1/3", "#todos .progress");
    await alice.check("Pack");
    await alice.isSettled();
    await alice.page.getByText("Completed · 1", { exact: false }).click();
    await alice.isSettled();
    await alice.go("Completed");
    await alice.reads("Today ·", "#open h2");
    await alice.go("Inbox");
  },

  async "a change of the same field elsewhere is not overwritten by what is being typed"({ alice }) {
    await alice.look("Write the report");
    const title = alice.details.locator("[name=title]");
    await title.fill("Write something else");
    const { results } = await alice.request("GET", "/todos?q=Write");
    await alice.request("PATCH", `/todos/${results[0].id}`, { title: "Write the long report", priority: 2 });
    await alice.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await alice.sees("Call the plumber", "Buy oat milk", "Write the long report");
    assert.equal(await title.inputValue(), "Write something else");
    assert.equal(await alice.details.locator("[name=priority]").inputValue(), "2");
    await title.blur();
    await alice.reads("“Write the long report” was changed elsewhere. You see the latest.");
    assert.equal(await title.inputValue(), "Write the long report");
    await alice.fill(alice.details, { title: "Write the report", priority: "High" });
    await alice.button("Close the details").click();
    await alice.sees("Call the plumber", "Buy oat milk", "Write the report");
    await alice.isSettled();
  },
};
