import assert from "node:assert/strict";
import { eventually, TOKEN_LIFE_MS } from "../browser.mjs";

/** All that this browser keeps of the page: its storage, its databases, its caches. */
async function kept() {
  const answer = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: reject }));
  const rows = async ({ name }) => {
    const database = await answer(indexedDB.open(name));
    const stores = [...database.objectStoreNames];
    const found = await Promise.all(stores.map((store) => answer(database.transaction(store).objectStore(store).getAll())));
    database.close();
    return found;
  };
  const databases = await Promise.all((await indexedDB.databases()).map(rows));
  const caches_ = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
  return { text: JSON.stringify([{ ...localStorage }, databases]), addresses: caches_.flat().map(({ url }) => new URL(url).pathname) };
}

export default {
  async "she signs out; Bob at her computer sees only his own; back again, all is there"({ alice, bob }) {
    const before = await alice.page.evaluate(kept);
    assert.ok(before.text.includes("Buy rice milk"));
    assert.ok(!before.text.includes("eyJ"), "no token is kept");
    assert.deepEqual(before.addresses.filter((path) => path !== "/" && !path.startsWith("/assets/")), []);
    await alice.look("Buy rice milk");
    await alice.button("Sign out").click();
    await alice.reads("Welcome back");
    await eventually(async () => assert.ok(!(await alice.page.evaluate(kept)).text.includes("Buy rice milk")));
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

  async "her session is ended from elsewhere, and the page says so; what waits is kept until she is back"({ alice, bob }) {
    await alice.go("Inbox");
    await alice.isSettled();
    await alice.context.setOffline(true);
    await alice.add("Written when the session had ended");
    await alice.reads("1 change waits for the network");
    await alice.context.clearCookies();
    await alice.page.waitForTimeout(TOKEN_LIFE_MS + 2_000);
    await alice.context.setOffline(false);
    await alice.reads("Your session has ended. Sign in again to send the change that waits.");
    assert.ok(!(await alice.page.content()).includes("Buy rice milk"));
    assert.ok(!(await alice.page.evaluate(kept)).text.includes("Buy rice milk"));

    const guest = Object.assign(Object.create(alice), { email: bob.email });
    await guest.signIn();
    await guest.sees("Feed the cat");
    await guest.button("Sign out").click();
    await alice.reads("Welcome back");
    // Better Auth takes three sign-ins in ten seconds.
    await alice.page.waitForTimeout(10_000);
    await alice.signIn();
    await alice.isSettled();
    assert.ok((await alice.open()).includes("Written when the session had ended"));
    const { results } = await alice.request("GET", "/todos?q=session");
    assert.deepEqual(results.map(({ title }) => title), ["Written when the session had ended"]);
  },

  async "nothing went wrong behind the scenes"({ alice, bob }) {
    assert.deepEqual([...alice.faults, ...bob.faults], []);
    const failures = [...alice.answers, ...bob.answers].filter(({ status }) => status >= 500 && status !== 503);
    assert.deepEqual(failures, []);
  },
};
