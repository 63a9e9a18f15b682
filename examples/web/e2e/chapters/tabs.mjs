import { Person } from "../person.mjs";
import { PAGE } from "../browser.mjs";

export default {
  async "a second tab hears of a change within a second"({ alice }) {
    const second = new Person(alice.context, await alice.context.newPage(), "Alice");
    await second.page.goto(PAGE);
    await second.isIn();
    await second.sees("Call the plumber", "Buy oat milk", "Write the report");
    const isSent = alice.page.waitForResponse((response) => response.request().method() === "POST");
    const isHeard = second.page.waitForRequest((request) => request.url().includes("/api/v1/todos?"));
    await alice.go("Inbox");
    await alice.isSettled();
    await alice.add("Seen in both");
    await isSent;
    const sent = performance.now();
    await isHeard;
    const passed = performance.now() - sent;
    if (passed > 1000) throw new Error(`it took ${passed} ms`);
    await second.sees("Call the plumber", "Buy oat milk", "Write the report", "Seen in both");
    await second.row("Seen in both").hover();
    await second.moveToTrash("Seen in both");
    await alice.sees("Call the plumber", "Buy oat milk", "Write the report");
    await second.isSettled();
    await second.page.close();
    alice.faults.push(...second.faults);
  },
};
