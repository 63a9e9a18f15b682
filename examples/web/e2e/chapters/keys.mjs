import assert from "node:assert/strict";
import { eventually, NARROW, WIDE } from "../browser.mjs";

export default {
  async "the keyboard is enough"({ alice }) {
    await alice.makeList("Errands");
    await alice.page.locator("#todos").focus();
    await alice.press("q");
    for (const title of ["Bank", "Post", "Library", "Bakery"]) {
      await alice.page.keyboard.type(title);
      await alice.press("Enter");
    }
    await alice.sees("Bank", "Post", "Library", "Bakery");
    await alice.press("Escape");
    await alice.isSettled();
    await alice.press("ArrowDown", "ArrowDown");
    await alice.isAt("Post");
    await alice.press("ArrowUp");
    await alice.isAt("Bank");
    await alice.press("x");
    await alice.sees("Post", "Library", "Bakery");
    await alice.isAt("Post");
    await alice.press("Control+z");
    await alice.sees("Bank", "Post", "Library", "Bakery");
    await alice.row("Library").locator("button.open").focus();
    await alice.press("Space");
    await alice.sees("Bank", "Post", "Bakery");
    assert.ok(await alice.details.isHidden(), "Space completes, and opens nothing");
    await alice.press("Control+z");
    await alice.sees("Bank", "Post", "Library", "Bakery");
    await alice.row("Post").locator("button.open").focus();
    await alice.press("Enter");
    await alice.details.waitFor();
    await alice.press("Escape");
    await alice.isAt("Post");
    await alice.press("/");
    await alice.page.keyboard.type("q?x");
    assert.equal(await alice.page.getByLabel("Search").inputValue(), "q?x", "typed letters are letters");
    await alice.page.getByLabel("Search").fill("");
    await alice.press("Escape");
    await alice.sees("Bank", "Post", "Library", "Bakery");
    await alice.press("?");
    await alice.page.locator("#help[open]").waitFor();
    await alice.inspect("help", WIDE, NARROW);
    await alice.press("Escape");
    await alice.isSettled();
  },

  async "several are picked and completed, put off, moved and deleted together"({ alice }) {
    await alice.row("Bank").locator("button.open").click({ modifiers: ["ControlOrMeta"] });
    await alice.row("Library").locator("button.open").click({ modifiers: ["Shift"] });
    await alice.reads("3 picked", "#bulk");
    await alice.inspect("picked", WIDE, NARROW);
    alice.answers.length = 0;
    await alice.button("Complete", alice.page.locator("#bulk")).click();
    await alice.sees("Bakery");
    await alice.isSettled();
    const sent = alice.answers.filter(({ method, status }) => method === "POST" && status === 200);
    assert.deepEqual(sent.map(({ url }) => new URL(url).pathname), ["/api/v1/changes"], "one request for all of them");
    await alice.undo();
    await alice.sees("Bank", "Post", "Library", "Bakery");
    await alice.isSettled();

    await alice.row("Library").locator("button.open").focus();
    await alice.press("Shift+ArrowDown");
    await alice.reads("2 picked", "#bulk");
    await alice.button("Put off", alice.page.locator("#bulk")).click();
    await alice.page.getByRole("menuitem", { name: /Next week(?!end)/ }).click();
    await alice.reads("2 todos are now due");
    await eventually(async () => assert.deepEqual(await alice.page.locator("#open .due").count(), 2));
    await alice.isSettled();
    await alice.undo();
    await eventually(async () => assert.deepEqual(await alice.page.locator("#open .due").count(), 0));
    await alice.isSettled();

    await alice.button("Pick several").click();
    await alice.check("Bank");
    await alice.check("Post");
    await alice.button("Move", alice.page.locator("#bulk")).click();
    await alice.page.getByRole("menuitem", { name: "Garden" }).click();
    await alice.sees("Library", "Bakery");
    await alice.isSettled();
    await alice.undo();
    await alice.sees("Bank", "Post", "Library", "Bakery");
    await alice.isSettled();

    await alice.button("Pick several").click();
    await alice.row("Bank").locator("button.open").click();
    await alice.row("Post").locator("button.open").click();
    await alice.button("Delete", alice.page.locator("#bulk")).click();
    await alice.sees("Library", "Bakery");
    await alice.isSettled();
    await alice.undo();
    await alice.sees("Bank", "Post", "Library", "Bakery");
    await alice.button("Pick several").click();
    await alice.press("Escape");
    assert.ok(await alice.page.locator("#bulk").isHidden());
    await alice.reload();
    await alice.go("Errands");
    await alice.sees("Bank", "Post", "Library", "Bakery");
  },
};
