import assert from "node:assert/strict";
import { API, eventually, NARROW, WIDE } from "../browser.mjs";

/** As a calendar reads it, which is signed in nowhere. */
async function read(address) {
  const answer = await fetch(address);
  return { status: answer.status, text: await answer.text() };
}

export default {
  async "a calendar shows her todos, at an address that she is told once"({ alice }) {
    await alice.go("Inbox");
    await alice.add("Water the plants", { due_date: "2031-03-04" });
    await alice.isSettled();
    const dialog = alice.page.locator("#calendar");
    const shown = dialog.getByLabel("Address", { exact: true });
    await alice.button("Calendar").click();
    await alice.button("Make an address", dialog).click();
    await alice.reads("Copy it now: it is not shown again.");
    const first = await shown.inputValue();
    assert.ok(first.startsWith(`${API}/api/v1/calendar/`), first);
    await alice.inspect("calendar", WIDE, NARROW);
    const tasks = await read(first);
    assert.ok(tasks.text.includes("BEGIN:VTODO") && tasks.text.includes("SUMMARY:Water the plants"));
    await dialog.getByLabel(/know no tasks/).check();
    const events = await read(await shown.inputValue());
    assert.ok(events.text.includes("BEGIN:VEVENT") && events.text.includes("DTSTART;VALUE=DATE:20310304"));

    await alice.button("Close", dialog).click();
    // A dialog hears of its end a moment after the click.
    await eventually(async () => assert.equal(await shown.inputValue(), ""));
    await alice.button("Calendar").click();
    await alice.reads("last read on");
    assert.ok(await shown.isHidden());
    await alice.button("Replace the address", dialog).click();
    await alice.reads("Copy it now: it is not shown again.");
    const second = (await shown.inputValue()).replace("?as=events", "");
    assert.deepEqual([(await read(first)).status, (await read(second)).status], [404, 200]);
    await alice.button("Revoke", dialog).click();
    await eventually(async () => assert.equal((await read(second)).status, 404));
    await alice.button("Make an address", dialog).waitFor();
    await alice.press("Escape");
    await alice.moveToTrash("Water the plants");
    await alice.isSettled();
  },
};
