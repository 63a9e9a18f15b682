import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, createTodoClient, fromBetterAuth, patient, SignedOut, SignInUnavailable } from "todo-api-client";
import { person, tokenOf } from "./person.js";
import { problem } from "./proxy.js";

const me = "/api/v1/me";
const TOKENS = process.env.TOKENS!;

test("a token is asked for once, however many wait for it", async () => {
  const alice = await person();

  await Promise.all(Array.from({ length: 5 }, () => answerOf(alice.todos.GET(me))));

  assert.deepEqual(alice.asked, [false]);
  assert.deepEqual(new Set(alice.proxy.passed.map(({ token }) => token)), new Set(alice.given));
});

test("a 401 brings one newer token for all that were refused, and each is sent again", async () => {
  const alice = await person();
  await answerOf(alice.todos.GET(me));
  alice.proxy.refused = alice.given[0];

  const answers = await Promise.all(Array.from({ length: 5 }, () => answerOf(alice.todos.GET(me))));

  assert.equal(answers.length, 5);
  assert.deepEqual(alice.asked, [false, true]);
  assert.equal(alice.proxy.passed.filter(({ fault }) => fault === "answer").length, 5);
});

test("what is refused after the newer token has come takes that one", async () => {
  const alice = await person();
  await answerOf(alice.todos.GET(me));
  const refusal = problem(401, "unauthenticated");
  let release = () => {};
  alice.proxy.faults = [refusal, { ...refusal, after: new Promise<void>((resolve) => (release = resolve)) }];
  const both = [answerOf(alice.todos.GET(me)), answerOf(alice.todos.GET(me))];

  await Promise.race(both);
  release();

  await Promise.all(both);
  assert.deepEqual(alice.asked, [false, true]);
  assert.equal(alice.proxy.passed.filter(({ fault }) => fault === "answer").length, 2);
});

test("a newer token that is refused as well ends the session", async () => {
  const alice = await person();
  alice.proxy.faults = [problem(401, "unauthenticated"), problem(401, "unauthenticated")];

  await assert.rejects(alice.todos.GET(me), SignedOut);
  assert.equal(alice.proxy.passed.length, 2);
});

test("nothing is sent while nobody is signed in", async () => {
  const nobody = await person({ getToken: async () => null });

  await assert.rejects(nobody.todos.GET(me), SignedOut);
  assert.equal(nobody.proxy.passed.length, 0);
});

test("what one person wrote is never sent with the token of another who has signed in meanwhile", async () => {
  const tokens = [await tokenOf(crypto.randomUUID()), await tokenOf(crypto.randomUUID())];
  const alice = await person({ getToken: async () => tokens.shift() });
  alice.proxy.faults = [problem(401, "unauthenticated")];

  await assert.rejects(alice.todos.POST("/api/v1/todos", { body: { title: "Diary" } }), SignedOut);
  assert.equal(tokens.length, 0);
  assert.deepEqual(alice.proxy.passed.map(({ fault }) => fault), ["answer"]);
});

test("after the end of a session the next person has their own token, and what waited is not sent", async () => {
  const tokens = [await tokenOf(crypto.randomUUID()), await tokenOf(crypto.randomUUID())];
  const mallory = tokens[1];
  const { todos, proxy } = await person({ getToken: async () => tokens.shift() });
  proxy.faults = [problem(503, "unavailable", { "Retry-After": "5" })];
  const waiting = todos.POST("/api/v1/todos", { body: { title: "Diary" } });
  while (proxy.passed.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));

  todos.endSession();

  await assert.rejects(waiting, { name: "AbortError" });
  await answerOf(todos.GET(me));
  assert.deepEqual(proxy.passed.map(({ method }) => method), ["POST", "GET"]);
  assert.equal(proxy.passed[1]!.token, mallory);
});

/** As Better Auth's client answers. */
const betterAuth = (ask: () => Promise<Response>) => ({
  token: async () => {
    const response = await ask();
    if (response.ok) return { data: (await response.json()) as { token: string }, error: null };
    return { data: null, error: { status: response.status } };
  },
});

test("a token comes from Better Auth's client, and its 401 means that nobody is signed in", async () => {
  let cookie = `session=${crypto.randomUUID()}`;
  const getToken = fromBetterAuth(betterAuth(() => fetch(TOKENS, { headers: { Cookie: cookie } })));
  const { todos } = await person({ getToken });
  assert.ok((await answerOf(todos.GET(me))).subject);

  const signedOut = fromBetterAuth(betterAuth(async () => new Response("{}", { status: 401 })));
  await assert.rejects((await person({ getToken: signedOut })).todos.GET(me), SignedOut);
});

test("an outage of Better Auth signs nobody out: it is asked again, then told as what it is", async () => {
  const answers = [502, 502];
  const token = await tokenOf(crypto.randomUUID());
  const asked = async () => Response.json({ token }, { status: answers.shift() ?? 200 });
  const { todos, proxy } = await person({ getToken: fromBetterAuth(betterAuth(asked)) });
  await answerOf(todos.GET(me));
  assert.deepEqual(answers, []);

  const unreachable = fromBetterAuth(betterAuth(() => fetch("http://127.0.0.1:1")));
  const away = createTodoClient({ baseUrl: proxy.url, getToken: unreachable, retry: patient(0) });
  await assert.rejects(away.GET(me), SignInUnavailable);
});
