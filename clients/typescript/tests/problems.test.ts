import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, type Catalogue, Problem, say, type Todo } from "todo-api-client";
import { person } from "./person.js";

const todo = "/api/v1/todos";
const one = `${todo}/{id}` as const;

test("a 412 brings the row as it is now", async () => {
  const { todos } = await person();
  const { id, version } = await answerOf(todos.POST(todo, { body: { title: "Milk" } }));
  const path = { id };
  await answerOf(todos.PATCH(one, { params: { path }, body: { title: "Oat milk" } }));

  const stale = { params: { path, header: { "If-Match": `"${version}"` } }, body: { title: "Soy milk" } };
  const { error } = await todos.PATCH(one, stale);

  assert.ok(error?.code === "stale");
  assert.equal((error.current as Todo).title, "Oat milk");
  const problem: unknown = await answerOf(todos.PATCH(one, stale)).catch((thrown: unknown) => thrown);
  assert.ok(problem instanceof Problem);
  assert.deepEqual([problem.status, problem.code, (problem.current as Todo).title], [412, "stale", "Oat milk"]);
});

test("faults of single values are named, and said in a sentence", async () => {
  const { todos, proxy } = await person();

  const problem: unknown = await answerOf(todos.POST(todo, { body: { title: "" } })).catch((thrown: unknown) => thrown);

  assert.ok(problem instanceof Problem);
  assert.deepEqual(problem.errors.map(({ pointer, code }) => [pointer, code]), [["/title", "blank"]]);
  assert.match(problem.message, /^title: /);
  assert.ok(problem.requestId);
  assert.equal(proxy.passed[0]!.status, 400);
});

test("an answer that is not the service's is a problem too", async () => {
  const { todos, proxy } = await person();
  proxy.faults = [{ kind: "answer", status: 502, headers: { "Content-Type": "text/html" }, body: "<h1>Bad Gateway</h1>" }];

  const sent = answerOf(todos.GET(todo));

  await assert.rejects(sent, { name: "Problem", status: 502, code: "unexplained" });
  assert.deepEqual(proxy.passed.map(({ fault }) => fault), ["answer"]);
});

test("what is refused is said in another language, by its code and params", async () => {
  const { todos } = await person();
  const german: Catalogue = { max_length: ({ max }) => `Höchstens ${max.toLocaleString("de")} Zeichen.` };
  const refused = async (body: object): Promise<Problem> =>
    answerOf(todos.POST(todo, { body: body as { title: string } })).then(
      () => assert.fail("it was taken"),
      (thrown: Problem) => thrown,
    );

  const long = await refused({ title: "x".repeat(501) });
  const blank = await refused({ title: "" });

  assert.equal(say(german, long), "Höchstens 500 Zeichen.");
  assert.equal(say(german, long.errors[0]!), "Höchstens 500 Zeichen.");
  assert.equal(say(german, blank), "This can't be blank.");
});
