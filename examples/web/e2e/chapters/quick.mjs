import assert from "node:assert/strict";
import { day, eventually, NARROW, WIDE } from "../browser.mjs";

const LINE = "Pay rent every month on the 31st #home +Garden !3 at 9:00";

export default {
  async "what Alice types is coloured as it is understood, without a request"({ alice }) {
    await alice.go("Inbox");
    await alice.isSettled();
    alice.answers.length = 0;
    await alice.page.getByLabel("New todo").pressSequentially(LINE);
    await sees(alice, "every month on the 31st", "#home", "+Garden", "!3", "at 9:00");
    await alice.reads("Every month on the last day", "#understood");
    await alice.reads("Not every month has a 31st", "#understood");
    assert.deepEqual(alice.answers.filter(({ method }) => method === "POST"), []);
    const [line, behind] = await Promise.all(["#add-title", ".behind"].map((place) => alice.page.locator(place).boundingBox()));
    assert.deepEqual(behind, line, "the colours lie behind the text");
    await alice.inspect("quick-add", WIDE, NARROW);
  },

  async "Esc and a click turn a part back into plain text"({ alice }) {
    const input = alice.page.getByLabel("New todo");
    await input.focus();
    await alice.press("End", "Escape");
    await sees(alice, "every month on the 31st", "#home", "+Garden", "!3");
    await alice.button(/leave “#home” in the title/).click();
    await sees(alice, "every month on the 31st", "+Garden", "!3");
    await alice.page.locator(".behind mark").last().evaluate((mark) => mark.scrollIntoView());
    const box = await alice.page.locator(".behind mark").last().boundingBox();
    await alice.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await sees(alice, "every month on the 31st", "+Garden");
    await alice.press("Enter");
    await alice.isSettled();
    assert.equal(await input.inputValue(), "");
    await sees(alice);
    const todo = await found(alice, "Pay rent #home !3 at 9:00");
    assert.equal(todo.rrule, "FREQ=MONTHLY;BYMONTHDAY=-1");
    assert.deepEqual([todo.priority, todo.tags, todo.due_time], [0, [], null]);
    await alice.go("Garden");
    await alice.reads("Pay rent #home !3 at 9:00", "#open");
    await alice.request("POST", "/todos/bulk", { operations: [{ op: "delete", id: todo.id }] });
  },

  async "a line goes before the fields, and what is ambiguous is a title"({ alice }) {
    await alice.go("Today");
    await alice.isSettled();
    await alice.add("Ask Ann tomorrow at 8am about Friday #work remind me 10 minutes before", { tags: "friends" });
    await alice.add("Call Bob Monday or Tuesday");
    await alice.isSettled();
    const asked = await found(alice, "Ask Ann tomorrow at 8am about Friday remind me 10 minutes before");
    const called = await found(alice, "Call Bob Monday or Tuesday");
    assert.deepEqual([asked.due_date, asked.tags], [day(0), ["friends", "work"]], "of half of what is said nothing is taken");
    assert.deepEqual([called.due_date, called.due_time], [day(0), null], "the day is the view's");
    await alice.add("Ask Ann tomorrow at 8am about Friday #work", { tags: "friends" });
    await alice.isSettled();
    const again = await found(alice, "Ask Ann about Friday");
    assert.deepEqual([again.due_date, again.due_time, again.tags], [day(1), "08:00", ["friends", "work"]]);
    const operations = [asked, called, again].map(({ id }) => ({ op: "delete", id }));
    await alice.request("POST", "/todos/bulk", { operations });
  },

  async "a line that says only when makes nothing"({ alice }) {
    await alice.add("tomorrow at 9am");
    await alice.reads("A todo needs a title.", "#add");
    const input = alice.page.getByLabel("New todo");
    await input.fill("");
    await sees(alice);
    await alice.press("Escape");
    await alice.go("Inbox");
    await alice.isSettled();
  },
};

/** The parts that are coloured, in order. */
async function sees(person, ...parts) {
  await eventually(async () => assert.deepEqual(await person.page.locator(".behind mark").allTextContents(), parts));
}

async function found(person, title) {
  const { results } = await person.request("GET", "/todos?page_size=200&starts=all");
  const todo = results.find((each) => each.title === title);
  assert.ok(todo, `no “${title}” among ${results.map((each) => each.title).join(", ")}`);
  return todo;
}
