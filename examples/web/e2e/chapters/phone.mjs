import assert from "node:assert/strict";
import { eventually, NARROW, WIDE } from "../browser.mjs";

export default {
  async "on a phone the menu lies over the page, and the details are a page"({ alice }) {
    await alice.go("Inbox");
    await alice.sees("Call the plumber", "Buy oat milk", "Write the report");
    await alice.isSettled();
    await alice.inspect("todos", WIDE, NARROW);
    await alice.page.setViewportSize(NARROW);
    const before = await alice.page.locator("#view-title").boundingBox();
    await alice.page.locator("#menu").click();
    await alice.inspect("menu", NARROW);
    assert.deepEqual(await alice.page.locator("#view-title").boundingBox(), before, "nothing is pushed aside");
    assert.ok(await alice.page.locator("#todos").evaluate((todos) => todos.inert), "and nothing below can be reached");
    await alice.press("Escape");
    await alice.isAt("Views and lists");
    await alice.page.locator("#menu").click();
    await alice.page.mouse.click(NARROW.width - 10, 300);
    await eventually(async () => assert.equal(await alice.page.locator("#menu").getAttribute("aria-expanded"), "false"));
    await alice.look("Buy oat milk");
    const { width, height } = await alice.details.boundingBox();
    assert.deepEqual({ width, height }, NARROW);
    await alice.inspect("details", NARROW, WIDE);
    await alice.page.setViewportSize(NARROW);
    await alice.button("Close the details").click();
    await alice.isAt("Buy oat milk");
    await alice.page.setViewportSize(WIDE);
  },
};
