// A person in a browser: what they do on the page, and what they must see.
import assert from "node:assert/strict";
import { API, eventually, inspect, PAGE, PATIENCE_MS } from "./browser.mjs";

export class Person {
  /** A browser of their own, with nothing in it yet. */
  static async arrive(browser, name, viewport, locale = "en-GB") {
    const context = await browser.newContext({ viewport, timezoneId: "Europe/Berlin", locale });
    context.setDefaultTimeout(PATIENCE_MS);
    const person = new Person(context, await context.newPage(), name);
    await person.page.goto(PAGE);
    return person;
  }

  constructor(context, page, name) {
    Object.assign(this, { context, name, answers: [], faults: [] });
    this.email = `${name.toLowerCase()}@example.com`;
    this.follow(page);
  }

  inAnotherTab(page) {
    return new Person(this.context, page, this.name);
  }

  /** Looks at this page from now on. */
  follow(page) {
    this.page = page;
    page.on("response", (response) => {
      this.answers.push({ url: response.url(), status: response.status(), method: response.request().method() });
    });
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("dialog", (dialog) => dialog.accept());
  }

  async signUp() {
    await this.button("Create an account").click();
    await this.page.locator("#sign-in [name=name]").fill(this.name);
    await this.fillCredentials();
    await this.button("Create account").click();
    await this.isIn();
  }

  async signIn() {
    await this.fillCredentials();
    await this.button("Sign in").click();
    await this.isIn();
  }

  async fillCredentials() {
    await this.page.getByLabel("E-mail").fill(this.email);
    await this.page.getByLabel("Password").fill("correct horse battery");
  }

  /** The page has come, and with it the lists. */
  async isIn() {
    await this.page.locator("#views [data-drop^='list:']:not([data-drop='list:'])").waitFor({ state: "attached" });
    await this.isSettled();
  }

  button(name, inside = this.page) {
    return inside.getByRole("button", { name, exact: typeof name === "string" });
  }

  async add(title, fields = {}) {
    const form = this.page.locator("#add");
    await form.getByLabel("New todo").fill(title);
    await this.fill(form, fields);
    await this.button("Add", form).click();
  }

  async fill(form, fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = form.locator(`[name=${name}]`);
      if (name === "notes" && !(await field.isVisible())) await form.locator("#edit-notes").click();
      await (name === "priority" || name === "list" ? field.selectOption({ label: value }) : field.fill(value));
    }
  }

  row(title) {
    return this.page.locator("#todos .todo").filter({ has: this.page.getByText(title, { exact: true }) });
  }

  get details() {
    return this.page.locator("#details");
  }

  async look(title) {
    await this.row(title).locator("button.open").click();
    await eventually(async () => assert.equal(await this.details.locator("[name=title]").inputValue(), title));
  }

  async edit(title, fields) {
    await this.look(title);
    await this.fill(this.details, fields);
    await this.button("Close the details").click();
    await this.details.waitFor({ state: "hidden" });
  }

  async check(title) {
    await this.row(title).getByRole("checkbox").click();
  }

  async putOff(title, day) {
    await this.row(title).hover();
    await this.button(`Put off ${title}`).click();
    await this.page.getByRole("menuitem", { name: day }).click();
  }

  async moveToTrash(title) {
    await this.row(title).hover();
    await this.button(`Move ${title} to the trash`).click();
  }

  /** Drags from the middle of one thing to a place in another, in steps as a hand does. */
  async drag(from, to, share = 0.5) {
    await from.scrollIntoViewIfNeeded();
    await from.hover();
    const [start, end] = [await from.boundingBox(), await to.boundingBox()];
    await this.page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(end.x + end.width / 2, end.y + end.height * share, { steps: 8 });
    await this.page.mouse.up();
  }

  entry(name) {
    return this.page.locator("#sidebar .entry").filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Goes to a view, a list or a tag of the sidebar, by its name. */
  async go(name) {
    const menu = this.page.locator("#menu");
    if (await menu.isVisible()) await menu.click();
    await this.entry(name).click();
  }

  async makeList(name) {
    await this.page.getByLabel("New list", { exact: true }).fill(name);
    await this.page.keyboard.press("Enter");
    await eventually(async () => assert.equal(await this.page.locator("#view-title").innerText(), name));
    await this.isSettled();
  }

  open() {
    return this.page.locator("#open .todo-title").allTextContents();
  }

  async sees(...titles) {
    await eventually(async () => assert.deepEqual(await this.open(), titles));
  }

  async reads(text, where = "body") {
    await eventually(async () => {
      const words = await this.page.locator(where).innerText();
      assert.ok(words.includes(text), `“${text}” in “${words}”`);
    });
  }

  async undo() {
    await this.button("Undo").click();
  }

  /** What has the focus says so of itself. */
  async isAt(text) {
    await eventually(async () => {
      const words = await this.page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.textContent);
      assert.ok(words.includes(text), `the focus is at “${words}”, not at “${text}”`);
    });
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Nothing is waiting to be sent, so that what is on the page is what the server has. */
  async isSettled() {
    await this.page.locator("#todos[aria-busy=false]").waitFor();
  }

  /** A page that is not seen asks for nothing, so what others change is not heard of. */
  async looksAway() {
    await this.page.evaluate(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }));
  }

  async looksBack() {
    await this.page.evaluate(() => delete document.hidden);
  }

  async reload() {
    await this.isSettled();
    await this.page.reload();
    await this.isIn();
  }

  /** A request that the page itself would not make, as another client of theirs would. */
  async request(method, path, data) {
    const headers = { Authorization: `Bearer ${await this.token()}` };
    const response = await this.context.request.fetch(`${API}/api/v1${path}`, { method, data, headers });
    assert.ok(response.ok(), await response.text());
    return response.status() === 204 ? undefined : response.json();
  }

  /** Better Auth limits how often somebody asks, also the page; a token is good for five seconds. */
  async token() {
    while (!(Date.now() < this.keptUntil)) {
      const answer = await this.context.request.get(`${PAGE}/api/auth/token`);
      if (answer.ok()) [this.kept, this.keptUntil] = [(await answer.json()).token, Date.now() + 3000];
      else await this.waitToAskAgain(answer);
    }
    return this.kept;
  }

  async waitToAskAgain(refusal) {
    assert.equal(refusal.status(), 429, await refusal.text());
    await this.page.waitForTimeout(1000);
  }

  statuses(part) {
    return this.answers.filter(({ url }) => url.includes(part)).map(({ status }) => status);
  }

  readsOfScreens() {
    return this.answers.filter(({ url, method }) => url.startsWith(`${API}/api/v1/todos?`) && method === "GET");
  }

  async inspect(name, ...viewports) {
    await inspect(this.page, name, viewports);
  }
}
