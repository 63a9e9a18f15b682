import assert from "node:assert/strict";
import { TOKEN_LIFE_MS } from "../browser.mjs";

export default {
  async "she signs out; Bob at her computer sees only his own; back again, all is there"({ alice, bob }) {
    await alice.look("Buy rice milk");
    await alice.button("Sign out").click();
    await alice.reads("Welcome back");
    assert.equal(await alice.details.locator("[name=title]").inputValue(), "");
    assert.ok(!(await alice.page.content()).includes("Buy rice milk"));
    const guest = Object.assign(Object.create(alice), { email: bob.email });
    await guest.signIn();
    await guest.sees("Feed the cat");
    await guest.button("Sign out").click();
    await alice.reads("Welcome back");
    await alice.signIn();
    await alice.reads("Buy rice milk");
    assert.ok(!(await alice.open()).includes("Feed the cat"));
  },

  async "her session is ended from elsewhere, and the page says so"({ alice }) {
    await alice.isSettled();
    await alice.context.clearCookies();
    await alice.page.waitForTimeout(TOKEN_LIFE_MS + 2_000);
    await alice.go("Today");
    await alice.reads("Your session has ended. Sign in again.");
    assert.ok(!(await alice.page.content()).includes("Buy rice milk"));
  },

  async "nothing went wrong behind the scenes"({ alice, bob }) {
    assert.deepEqual([...alice.faults, ...bob.faults], []);
    const failures = [...alice.answers, ...bob.answers].filter(({ status }) => status >= 500 && status !== 503);
    assert.deepEqual(failures, []);
  },
};
