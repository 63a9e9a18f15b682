import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf } from "todo-api-client";
import { person } from "./person.js";
import { problem } from "./proxy.js";

const todo = "/api/v1/todos";

test("every POST has a key of its own, unless it takes none or changes nothing", async () => {
  const { todos, proxy } = await person();

  await answerOf(todos.POST(todo, { body: { title: "Milk" } }));
  await answerOf(todos.POST(todo, { body: { title: "Milk" } }));
  await answerOf(todos.POST("/api/v1/todos/quick", { body: { text: "Milk", dry_run: true } }));
  await answerOf(todos.POST("/api/v1/me/calendar"));

  const keys = proxy.passed.map(({ key }) => key);
  assert.deepEqual(keys.map(Boolean), [true, true, false, false]);
  assert.notEqual(keys[0], keys[1]);
});

test("the caller's own key is sent as it is", async () => {
  const { todos, proxy } = await person();
  const send = () => todos.POST(todo, { params: { header: { "Idempotency-Key": "mine" } }, body: { title: "Milk" } });

  const [first, second] = [await answerOf(send()), await answerOf(send())];

  assert.equal(first.id, second.id);
  assert.deepEqual(proxy.passed.map(({ key }) => key), ["mine", "mine"]);
});

test("a day's keys that are used up cost nothing but the key", async () => {
  const { todos, proxy } = await person();
  proxy.faults = [problem(409, "too_many_keys")];

  await answerOf(todos.POST(todo, { body: { title: "Milk" } }));

  assert.deepEqual(proxy.passed.map(({ key, status }) => [Boolean(key), status]), [[true, undefined], [false, 201]]);
});

test("without room for the caller's own key they are told", async () => {
  const { todos, proxy } = await person();
  proxy.faults = [problem(409, "too_many_keys")];

  const { error } = await todos.POST(todo, { params: { header: { "Idempotency-Key": "mine" } }, body: { title: "Milk" } });

  assert.equal(error?.code, "too_many_keys");
  assert.equal(proxy.passed.length, 1);
});
