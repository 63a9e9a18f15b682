import type { LoggedCompletion, Todo } from "./api";
import { takeBackKnown } from "./recurring";
import { readLog } from "./reading";
import { store } from "./store";
import { showToast } from "./toast";

const PAGE_SIZE = 50;

/** The latest first, as far as they have been read. */
let completions: LoggedCompletion[] = [];
/** Their todos, as they were when those were read. */
let todos = new Map<string, Todo>();
let next: string | undefined;
/** The account's number when they were asked for; 0 where they are not shown. */
let version = 0;
let asking = new AbortController();

/** Asks for what was done of todos that repeat, where what is completed is shown, whenever something has changed. */
export function followLog(latest = 0): void {
  const { kind, search, priority } = store.view;
  const wanted = kind === "completed" && !search && !priority ? latest : 0;
  if (wanted === version) return;
  version = wanted;
  if (wanted) return void ask();
  asking.abort();
  [completions, todos, next] = [[], new Map(), undefined];
}

export async function moreOfLog(): Promise<void> {
  if (next) await ask(next);
}

export function hasMoreOfLog(): boolean {
  return next !== undefined;
}

/** All that was done, back to where both the todos and the completions have been read. */
export function withCompletions(done: Todo[]): (Todo | LoggedCompletion)[] {
  // The last occurrence of all stands there as a todo.
  const isLast = (one: LoggedCompletion) => done.some(({ id, completed_at }) => id === one.todo && completed_at === one.completed_at);
  const from = [store.hasMore ? oldest(done) : "", next ? oldest(completions) : ""].sort().at(-1) ?? "";
  return [...done, ...completions.filter((one) => !isLast(one))].filter(({ completed_at }) => (completed_at ?? "") >= from);
}

function oldest(rows: { completed_at: string | null }[]): string {
  return rows.map(({ completed_at }) => completed_at ?? "").sort()[0] ?? "";
}

/** The todo of a completion, if that is its latest and can be taken back. */
export function canBeTakenBack({ id, todo }: LoggedCompletion): Todo | undefined {
  const row = todos.get(todo);
  const isLatest = completions.find((one) => one.todo === todo)?.id === id;
  return isLatest && row?.rrule && !row.completed ? row : undefined;
}

export function takeBackLogged({ id, title }: LoggedCompletion, row: Todo): void {
  completions = completions.filter((one) => one.id !== id);
  todos.delete(row.id);
  store.change([takeBackKnown(row)], ({ status, version }) => {
    if (status === "applied" && version === row.version) store.tell(`“${title}” was done by a rule that it does not have any more.`);
    void ask();
  });
  showToast(`“${title}” is due again.`);
}

async function ask(cursor?: string): Promise<void> {
  if (!version) return;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const size = cursor ? PAGE_SIZE : Math.min(Math.max(completions.length, PAGE_SIZE), 200);
  await store.guarded(async () => {
    const found = await readLog(size, cursor, signal);
    const known = new Map(found.todos.map((todo) => [todo.id, todo]));
    completions = cursor ? [...completions, ...found.completions] : found.completions;
    todos = cursor ? new Map([...known, ...todos]) : known;
    next = found.next;
  });
}
