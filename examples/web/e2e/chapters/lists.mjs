import assert from "node:assert/strict";
import { eventually, NARROW, WIDE } from "../browser.mjs";

const names = (alice) => alice.page.locator("#lists .name").allInnerTexts();

export default {
  async "lists have colours and are renamed"({ alice }) {
    await alice.entry("Garden").hover();
    await alice.button("Edit Garden").click();
    await alice.page.getByRole("radio", { name: "Green" }).check();
    await alice.inspect("list-editor", WIDE, NARROW);
    await alice.page.locator("#list-editor").getByLabel("Name").fill("Allotment");
    await alice.button("Save").click();
    await eventually(async () => assert.ok((await names(alice)).includes("Allotment")));
    await alice.reload();
    const color = await alice.entry("Allotment").locator(".dot").evaluate((dot) => getComputedStyle(dot).backgroundColor);
    assert.equal(color, "rgb(47, 158, 95)");
    await alice.go("Allotment");
    await alice.button("Edit this list").click();
    await alice.page.locator("#list-editor").getByLabel("Name").fill("");
    await alice.button("Save").click();
    await alice.reads("A list needs a name.");
    await alice.page.locator("#list-editor").getByLabel("Name").fill("Garden");
    await alice.button("Save").click();
    await eventually(async () => assert.ok((await names(alice)).includes("Garden")));
    await alice.isSettled();
  },

  async "a todo is dragged onto a list, a day and a tag"({ alice }) {
    await alice.go("Errands");
    await alice.sees("Bank", "Post", "Library", "Bakery");
    await alice.drag(alice.button(/^Reorder Library/), alice.entry("Garden"));
    await alice.sees("Bank", "Post", "Bakery");
    await alice.isSettled();
    await alice.undo();
    await alice.sees("Bank", "Post", "Library", "Bakery");
    await alice.isSettled();
    await alice.drag(alice.button(/^Reorder Post/), alice.entry("Today"));
    await alice.reads("Today", '#todos .todo:has-text("Post")');
    await alice.isSettled();
    await alice.undo();
    await alice.isSettled();
    await alice.drag(alice.button(/^Reorder Post/), alice.entry("work"));
    await alice.reads("work", '#todos .todo:has-text("Post")');
    await alice.isSettled();
    await alice.undo();
    await eventually(async () => assert.equal(await alice.row("Post").locator(".tag").count(), 0));
    await alice.isSettled();
  },

  async "lists are put in order, by hand and by keyboard"({ alice }) {
    await eventually(async () => assert.deepEqual(await names(alice), ["Garden", "Trip", "Errands"]));
    await alice.drag(alice.entry("Errands"), alice.entry("Garden"), 0.1);
    await eventually(async () => assert.deepEqual(await names(alice), ["Errands", "Garden", "Trip"]));
    assert.equal(await alice.page.locator("#view-title").innerText(), "Errands", "letting go is no click");
    await alice.isSettled();
    await alice.entry("Errands").focus();
    await alice.press("Alt+ArrowDown");
    await eventually(async () => assert.deepEqual(await names(alice), ["Garden", "Errands", "Trip"]));
    await alice.isSettled();
    await alice.reload();
    await eventually(async () => assert.deepEqual(await names(alice), ["Garden", "Errands", "Trip"]));
  },

  async "a list goes into the archive and comes back, goes into the trash and comes back"({ alice }) {
    await alice.go("Errands");
    await alice.button("Edit this list").click();
    await alice.button("Archive").click();
    await eventually(async () => assert.deepEqual(await names(alice), ["Garden", "Trip"]));
    await alice.isSettled();
    await alice.go("All");
    await alice.isSettled();
    assert.ok(!(await alice.open()).includes("Bank"));
    await alice.page.locator("#archived summary").click();
    await alice.page.locator("#archived-lists").getByText("Errands").click();
    await alice.sees("Bank", "Post", "Library", "Bakery");
    assert.ok(await alice.page.locator("#add").isHidden(), "an archived list takes no new ones");
    await alice.button("Edit this list").click();
    await alice.button("Take out of the archive").click();
    await eventually(async () => assert.deepEqual(await names(alice), ["Garden", "Errands", "Trip"]));
    await alice.isSettled();
    await alice.button("Edit this list").click();
    await alice.button("Delete", alice.page.locator("#list-editor")).click();
    await eventually(async () => assert.deepEqual(await names(alice), ["Garden", "Trip"]));
    await alice.isSettled();
    await alice.undo();
    await eventually(async () => assert.deepEqual(await names(alice), ["Garden", "Errands", "Trip"]));
    await alice.isSettled();
    await alice.go("Errands");
    await alice.sees("Bank", "Post", "Library", "Bakery");
  },

  async "what goes to the trash comes back"({ alice }) {
    await alice.go("Garden");
    await alice.moveToTrash("Water the roses");
    await alice.sees();
    await alice.undo();
    await alice.sees("Water the roses");
    await alice.isSettled();
    await alice.moveToTrash("Water the roses");
    await alice.isSettled();
    await alice.go("Trash");
    await alice.sees("Water the roses", "Night train", "From elsewhere");
    await alice.button("Restore Water the roses").click();
    await alice.sees("Night train", "From elsewhere");
    await alice.go("Garden");
    await alice.sees("Water the roses");
    await alice.go("Trash");
    await alice.button("Delete From elsewhere for good").click();
    await alice.sees("Night train");
    await alice.reload();
    await alice.go("Trash");
    await alice.sees("Night train");
  },
};
