import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { NARROW, WIDE } from "../browser.mjs";
import { Person } from "../person.mjs";

const dialog = (person) => person.page.locator("#transfer");

async function exported(person, name) {
  const [download] = await Promise.all([person.page.waitForEvent("download"), person.button(name, dialog(person)).click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

async function choose(person, name, mimeType, text) {
  await dialog(person).getByLabel("A file to import").setInputFiles({ name, mimeType, buffer: Buffer.from(text) });
}

export default {
  async "she takes everything along, and what she brings back is there already"({ alice }) {
    await alice.go("Inbox");
    await alice.isSettled();
    await alice.button("Your data").click();
    const { name, text } = await exported(alice, "Export everything");
    assert.match(name, /\.json$/);
    assert.equal(JSON.parse(text).format, "todos");
    const table = await exported(alice, "Export a table");
    assert.match(table.text, /^\ufefftitle,/);
    await choose(alice, name, "application/json", text);
    await alice.reads("New: nothing.");
    await alice.reads("There already:");
    await alice.inspect("transfer", WIDE, NARROW);
    await alice.button("Close", dialog(alice)).click();
  },

  async "a file of another product is shown before it is taken, with what can't be"({ alice }) {
    await alice.button("Your data").click();
    await choose(alice, "notes.json", "application/json", "{");
    await alice.reads("not valid JSON", "#transfer");
    const csv = 'TYPE,CONTENT,PRIORITY,INDENT,DATE\ntask,Sharpen the saw,1,1,2031-05-06\ntask,Water the lawn,4,1,every day\n';
    await choose(alice, "Garden.csv", "text/csv", csv);
    await alice.reads("2 todos", "#transfer");
    await alice.reads("Sharpen the saw", "#transfer");
    await alice.reads("line 3: The date is in words", "#transfer");
    assert.equal(await alice.row("Sharpen the saw").count(), 0);
    await alice.button("Import", dialog(alice)).click();
    await alice.go("All");
    await alice.row("Sharpen the saw").waitFor();
    for (const title of ["Sharpen the saw", "Water the lawn"]) await alice.moveToTrash(title);
    await alice.isSettled();
  },

  async "a browser in German says in German what is refused"({ browser }) {
    const german = await Person.arrive(browser, "Alice", WIDE, "de-AT");
    await german.signIn();
    await german.button("Your data").click();
    await choose(german, "notes.json", "application/json", "{");
    await german.reads("Das ist kein gültiges JSON in UTF-8; siehe Zeile 1, Spalte 2.", "#transfer");
    await choose(german, "Garden.csv", "text/csv", "TYPE,CONTENT,PRIORITY,INDENT,DATE\ntask,Water the lawn,4,1,every day\n");
    await german.reads("line 2: Das Datum steht in Worten da; es ist in den Notizen.", "#transfer");
    assert.deepEqual(german.faults, []);
    await german.context.close();
  },
};
