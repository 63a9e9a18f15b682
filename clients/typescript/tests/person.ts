/** Somebody with an account of their own, whose client talks to the service through a proxy. */
import { after } from "node:test";
import { createTodoClient, type TodoClient, type TodoClientOptions } from "todo-api-client";
import { Proxy } from "./proxy.js";

const { API, TOKENS } = process.env as Record<"API" | "TOKENS", string>;

export interface Person {
  todos: TodoClient;
  proxy: Proxy;
  /** What `getToken` was asked, in this order. */
  asked: boolean[];
  /** The tokens that it gave. */
  given: string[];
}

export async function person(options: Partial<TodoClientOptions> = {}): Promise<Person> {
  const name = crypto.randomUUID();
  const proxy = new Proxy(API);
  await proxy.start();
  after(() => proxy.stop());
  const asked: boolean[] = [];
  const given: string[] = [];
  const getToken = async ({ isRefused }: { isRefused: boolean }) => {
    asked.push(isRefused);
    const token = await tokenOf(name, given.at(-1));
    given.push(token);
    return token;
  };
  return { todos: createTodoClient({ baseUrl: proxy.url, getToken, ...options }), proxy, asked, given };
}

/** Another one than the last: tokens of one second are alike. */
export async function tokenOf(name: string, last?: string): Promise<string> {
  for (;;) {
    const response = await fetch(TOKENS, { headers: { Cookie: `session=${name}` } });
    const { token } = (await response.json()) as { token: string };
    if (token !== last) return token;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Titles of all todos that the account has, read past every fault. */
export async function titles({ todos, proxy }: Person): Promise<string[]> {
  proxy.faults = [];
  const { data } = await todos.GET("/api/v1/todos");
  return data!.results.map(({ title }) => title);
}
