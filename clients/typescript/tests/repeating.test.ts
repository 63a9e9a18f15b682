import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, patient } from "todo-api-client";
import { person, titles } from "./person.js";
import { problem } from "./proxy.js";

const todo = "/api/v1/todos";
const away = (seconds: number) => problem(503, "unavailable", { "Retry-After": `${seconds}` });

test("after a 503 it waits as long as the answer asks, and reads again", async () => {
  const alice = await person();
  alice.proxy.faults = [away(1)];
  const startedAt = performance.now();

  const page = await answerOf(alice.todos.GET(todo));

  assert.deepEqual(page.results, []);
  assert.ok(performance.now() - startedAt >= 1000);
  assert.deepEqual(alice.proxy.passed.map(({ fault }) => fault), ["answer", undefined]);
});

test("a 503 that asks for more patience than there is, is passed on at once", async () => {
  const alice = await person();
  alice.proxy.faults = [away(60)];
  const startedAt = performance.now();

  const { error, response } = await alice.todos.GET(todo);

  assert.deepEqual([response.status, error?.code], [503, "unavailable"]);
  assert.ok(performance.now() - startedAt < 1000);
});

test("an answer that was lost after the commit leaves one row", async () => {
  const alice = await person();
  alice.proxy.faults = [{ kind: "lose" }];

  const created = await answerOf(alice.todos.POST(todo, { body: { title: "Milk" } }));

  assert.equal(created.title, "Milk");
  const [lost, repeated] = alice.proxy.passed;
  assert.deepEqual([lost!.fault, lost!.status, repeated!.status], ["lose", 201, 201]);
  assert.ok(lost!.key && lost!.key === repeated!.key);
  assert.deepEqual(await titles(alice), ["Milk"]);
});

test("while the first one is still running its repetition waits", async () => {
  const alice = await person();
  alice.proxy.faults = [problem(409, "request_running")];

  await answerOf(alice.todos.POST(todo, { body: { title: "Milk" } }));

  assert.deepEqual(alice.proxy.passed.map(({ fault }) => fault), ["answer", undefined]);
});

test("what might be done twice is not repeated: the failure of the network is told as what it is", async () => {
  const alice = await person();
  const { id } = await answerOf(alice.todos.POST(todo, { body: { title: "Milk" } }));
  alice.proxy.faults = [{ kind: "drop" }];

  const sent = alice.todos.PATCH(`${todo}/{id}`, { params: { path: { id } }, body: { completed: true } });

  await assert.rejects(sent, { name: "TypeError", message: "fetch failed" });
  assert.deepEqual(alice.proxy.passed.map(({ method, fault }) => `${method} ${fault}`), ["POST undefined", "PATCH drop"]);
});

test("a 503 for it is passed on as the problem that it is", async () => {
  const alice = await person();
  alice.proxy.faults = [away(1)];

  const { error } = await alice.todos.PATCH("/api/v1/me", { body: { week_start: 7 } });

  assert.equal(error?.code, "unavailable");
  assert.equal(alice.proxy.passed.length, 1);
});

test("a 429 has done nothing, so whatever it refused is sent again", async () => {
  const alice = await person();
  alice.proxy.faults = [problem(429, "throttled", { "Retry-After": "1" })];

  await answerOf(alice.todos.PATCH("/api/v1/me", { body: { week_start: 7 } }));

  assert.deepEqual(alice.proxy.passed.map(({ fault, status }) => fault ?? status), ["answer", 200]);
});

test("reading gives up after its patience, and tells the failure of the network", async () => {
  const alice = await person({ retry: patient(2) });
  alice.proxy.faults = [{ kind: "drop" }, { kind: "drop" }, { kind: "drop" }];

  await assert.rejects(alice.todos.GET(todo), { name: "TypeError" });
  assert.equal(alice.proxy.passed.length, 2);
});

test("a signal ends the wait", async () => {
  const alice = await person();
  alice.proxy.faults = [away(5)];
  const startedAt = performance.now();

  await assert.rejects(alice.todos.GET(todo, { signal: AbortSignal.timeout(300) }), { name: "TimeoutError" });
  assert.ok(performance.now() - startedAt < 1000);
  assert.equal(alice.proxy.passed.length, 1);
});

test("a signal ends the wait for a token, and the token still comes for others", async () => {
  let give = (_token: string) => {};
  const slow = new Promise<string>((resolve) => (give = resolve));
  const alice = await person({ getToken: () => slow });

  await assert.rejects(alice.todos.GET(todo, { signal: AbortSignal.timeout(100) }), { name: "TimeoutError" });

  assert.equal(alice.proxy.passed.length, 0);
  const other = alice.todos.GET(todo);
  give("no token");
  await assert.rejects(other, { name: "SignedOut" });
  assert.equal(alice.proxy.passed.length, 2);
});
