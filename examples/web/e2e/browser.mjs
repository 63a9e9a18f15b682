// A person in a browser: what they do on the page, and what they must see.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const { PAGE, API, BROWSER, ARTIFACTS } = process.env;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const PATIENCE_MS = 15_000;
export const WIDE = { width: 1280, height: 860 };
export const NARROW = { width: 390, height: 844 };

export function launch() {
  return chromium.launch({
    executablePath: BROWSER,
    args: [
      "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
      // Chromium's sandbox does not work for root, which is who runs in most containers.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  });
}

/** Waits until the check no longer throws. */
export async function eventually(check) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function fill(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name=${name}]`);
    await (name === "priority" || name === "list" ? field.selectOption({ label: value }) : field.fill(value));
  }
}

export class Person {
  /** A browser of their own, with nothing in it yet. */
  static async arrive(browser, name, viewport) {
    const context = await browser.newContext({ viewport, timezoneId: "Europe/Berlin", locale: "en-GB" });
    context.setDefaultTimeout(PATIENCE_MS);
    const person = new Person(context, await context.newPage(), name);
    await person.page.goto(PAGE);
    return person;
  }

  constructor(context, page, name) {
    Object.assign(this, { context, page, name, answers: [], faults: [] });
    this.email = `${name.toLowerCase()}@example.com`;
    page.on("response", (response) => this.answers.push({ url: response.url(), status: response.status() }));
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("dialog", (dialog) => dialog.accept());
  }

  async signUp() {
    await this.page.getByRole("button", { name: "Create an account" }).click();
    await this.page.getByLabel("Name").fill(this.name);
    await this.fillCredentials();
    await this.page.getByRole("button", { name: "Create account" }).click();
    await this.page.locator("[data-view^='list:']").first().waitFor({ state: "attached" });
  }

  async signIn() {
    await this.fillCredentials();
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.locator("[data-view^='list:']").first().waitFor({ state: "attached" });
  }

  async fillCredentials() {
    await this.page.getByLabel("E-mail").fill(this.email);
    await this.page.getByLabel("Password").fill("correct horse battery");
  }

  async add(title, fields = {}) {
    const form = this.page.locator("#add");
    await form.getByLabel("New todo").fill(title);
    await fill(form, fields);
    await form.getByRole("button", { name: "Add" }).click();
  }

  async edit(title, fields) {
    await this.page.getByRole("button", { name: `Edit ${title}` }).click();
    const dialog = this.page.getByRole("dialog");
    await fill(dialog, fields);
    await dialog.getByRole("button", { name: "Save" }).click();
  }

  /** Goes to a view, a list or a tag of the sidebar, by its name. */
  async go(name) {
    const menu = this.page.locator("#menu");
    if (await menu.isVisible()) await menu.click();
    await this.page.locator("#sidebar li button").filter({ has: this.page.getByText(name, { exact: true }) }).click();
  }

  open() {
    return this.page.locator("#open .todo-title").allTextContents();
  }

  async sees(...titles) {
    await eventually(async () => assert.deepEqual(await this.open(), titles));
  }

  async reads(text) {
    await eventually(async () => assert.ok((await this.page.locator("body").innerText()).includes(text), text));
  }

  /** Nothing is waiting to be sent, so that what is on the page is what the server has. */
  async isSettled() {
    await this.page.locator("#todos[aria-busy=false]").waitFor();
  }

  async reload() {
    await this.isSettled();
    await this.page.reload();
    await this.page.locator("[data-view^='list:']").first().waitFor({ state: "attached" });
  }

  statuses(part) {
    return this.answers.filter(({ url }) => url.includes(part)).map(({ status }) => status);
  }

  /** Judges the page as it stands with axe, in both colour schemes, and keeps pictures of it. */
  async inspect(name, ...viewports) {
    await this.page.addScriptTag({ path: AXE });
    for (const viewport of viewports) {
      for (const colorScheme of ["light", "dark"]) {
        await this.page.setViewportSize(viewport);
        await this.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await this.page.screenshot({ path: join(ARTIFACTS, `${name}-${viewport.width}-${colorScheme}.png`) });
        const { violations } = await this.page.evaluate(() => globalThis.axe.run());
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
        assert.deepEqual(found, [], `${name}, ${colorScheme}, ${viewport.width} px`);
        const tooWide = await this.page.evaluate(() =>
          [...document.querySelectorAll("body, dialog[open], #toast, .card, .todo")]
            .filter((box) => box.scrollWidth > box.clientWidth + 1)
            .map((box) => box.outerHTML.slice(0, 80)),
        );
        assert.deepEqual(tooWide, [], `${name} scrolls sideways at ${viewport.width} px`);
      }
    }
    await this.page.setViewportSize(viewports[0]);
  }
}
