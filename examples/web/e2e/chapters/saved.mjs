import assert from "node:assert/strict";
import { eventually, NARROW, WIDE } from "../browser.mjs";

const editor = (alice) => alice.page.locator("#saved-editor");
const names = (alice) => alice.page.locator("#saved .name").allInnerTexts();
const saved = async (alice) => (await alice.request("GET", "/views")).results;
const search = (alice, words) => alice.page.locator("#search").fill(words);

async function save(alice, name) {
  await alice.button("Save as a view").click();
  await editor(alice).getByLabel("Name").fill(name);
  await alice.button("Save", editor(alice)).click();
  await eventually(async () => assert.equal(await alice.page.locator("#view-title").innerText(), name));
  await alice.isSettled();
}

export default {
  async "what she looks for is saved as a view, with a colour and a count"({ alice }) {
    await alice.makeList("Flat");
    assert.ok(await alice.page.locator("#save-view").isHidden(), "a list is in the sidebar already");
    const { list } = await alice.request("POST", "/todos", { title: "Varnish the door", list: (await listNamed(alice, "Flat")).id });
    for (const title of ["Oil the door", "Buy brushes"]) await alice.request("POST", "/todos", { title, list, priority: 3 });
    await alice.go("All");
    await search(alice, "the door");
    await alice.sees("Oil the door", "Varnish the door");
    await alice.button("Save as a view").click();
    await alice.button("Save", editor(alice)).click();
    await alice.reads("A view needs a name.");
    await alice.page.getByRole("radio", { name: "Teal" }).check();
    await alice.inspect("saved-editor", WIDE, NARROW);
    await alice.button("Cancel", editor(alice)).click();
    await save(alice, "Doors");
    assert.equal(await alice.page.locator("#search").inputValue(), "");
    await alice.sees("Oil the door", "Varnish the door");
    await eventually(async () => assert.equal(await alice.entry("Doors").locator(".count").innerText(), "2"));
    await alice.button("Edit this view").click();
    await alice.page.getByRole("radio", { name: "Teal" }).check();
    await alice.button("Save", editor(alice)).click();
    await alice.isSettled();
    assert.deepEqual((await saved(alice)).map(({ color, query }) => [color, query.q]), [["#0f9aa8", "the door"]]);
    await alice.reload();
    await alice.go("Doors");
    await alice.sees("Oil the door", "Varnish the door");
    await alice.inspect("saved-view", WIDE, NARROW);
  },

  async "a list in another order is one, too; what is chosen in a view narrows it"({ alice }) {
    await alice.go("Flat");
    await alice.page.locator("#ordering").selectOption("title");
    await alice.sees("Buy brushes", "Oil the door", "Varnish the door");
    await save(alice, "Flat by title");
    await alice.sees("Buy brushes", "Oil the door", "Varnish the door");
    await alice.page.locator("#priority").selectOption("3");
    await alice.sees("Buy brushes", "Oil the door");
    await alice.page.locator("#priority").selectOption("0");
    await alice.check("Oil the door");
    await alice.isSettled();
    assert.ok(await alice.row("Oil the door").getByRole("checkbox").isChecked());
    assert.ok(await alice.page.locator("#add").isHidden());
  },

  async "views are put in order, by hand and by keyboard, and renamed"({ alice }) {
    await eventually(async () => assert.deepEqual(await names(alice), ["Doors", "Flat by title"]));
    await alice.drag(alice.entry("Flat by title"), alice.entry("Doors"), 0.1);
    await eventually(async () => assert.deepEqual(await names(alice), ["Flat by title", "Doors"]));
    await alice.isSettled();
    await alice.entry("Flat by title").focus();
    await alice.press("Alt+ArrowDown");
    await eventually(async () => assert.deepEqual(await names(alice), ["Doors", "Flat by title"]));
    await alice.isSettled();
    await alice.entry("Doors").hover();
    await alice.button("Edit Doors").click();
    await editor(alice).getByLabel("Name").fill("Doors and gates");
    await alice.button("Save", editor(alice)).click();
    await alice.isSettled();
    await alice.reload();
    await eventually(async () => assert.deepEqual(await names(alice), ["Doors and gates", "Flat by title"]));
  },

  async "a view that the service understands no more is shown as broken, not as empty"({ alice }) {
    await alice.page.route("**/api/v1/todos?*include*", async (route) => {
      const response = await route.fetch();
      if (response.status() !== 200) return route.fulfill({ response });
      const screen = await response.json();
      for (const view of screen.views) view.broken = view.name === "Doors and gates";
      return route.fulfill({ response, json: screen });
    });
    await alice.reload();
    await eventually(async () => assert.equal(await alice.entry("Doors and gates").locator(".count").innerText(), "broken"));
    await alice.entry("Doors and gates").click();
    await alice.reads("The service does not understand this view any more.", "#saved-editor");
    await alice.inspect("saved-broken", WIDE, NARROW);
    await alice.button("Cancel", editor(alice)).click();
    await alice.page.unroute("**/api/v1/todos?*include*");
    await alice.reload();
  },

  async "a view is deleted and made anew; one that was deleted elsewhere is left"({ alice }) {
    await alice.go("Flat by title");
    await alice.isSettled();
    await alice.button("Edit this view").click();
    await alice.button("Delete", editor(alice)).click();
    await eventually(async () => assert.deepEqual(await names(alice), ["Doors and gates"]));
    assert.equal(await alice.page.locator("#view-title").innerText(), "Inbox");
    await alice.isSettled();
    await alice.undo();
    await eventually(async () => assert.deepEqual(await names(alice), ["Doors and gates", "Flat by title"]));
    await alice.isSettled();
    await alice.go("Flat by title");
    await alice.sees("Buy brushes", "Oil the door", "Varnish the door");
    const [, view] = await saved(alice);
    // She would leave it as soon as she heard of that.
    await alice.looksAway();
    await alice.request("DELETE", `/views/${view.id}`);
    await alice.check("Varnish the door");
    await eventually(async () => assert.equal(await alice.page.locator("#view-title").innerText(), "Inbox"));
    await eventually(async () => assert.deepEqual(await names(alice), ["Doors and gates"]));
    await alice.looksBack();
  },
};

async function listNamed(alice, name) {
  return (await alice.request("GET", "/lists")).results.find((list) => list.name === name);
}
