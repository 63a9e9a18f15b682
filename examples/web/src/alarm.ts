import type { ComingReminder, Todo } from "./api";
import { dueOf, dueWords, momentWords } from "./dates";
import { openDetails } from "./details";
import { canNotify, forgetNotices, show } from "./notices";
import { readReminders, readTodo } from "./reading";
import { momentsOf } from "./reminders";
import { store } from "./store";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const ASK_AGAIN_MS = 5 * MINUTE_MS;
const CHECK_MS = 5_000;
const RUNG = "reminders that came up";
// What one tab has stored the others read a moment later.
const SPREAD_MS = 100;

let coming: ComingReminder[] = [];
/** The account's number when they were asked for; 0 while nobody is signed in. */
let version = 0;
let asking = new AbortController();
let timer = 0;

/** Asks for the reminders to come whenever something has changed, and by itself before those that it knows run out. */
export function follow(latest: number | undefined): void {
  if (latest === undefined) return forget();
  if (latest === version) return;
  version = latest;
  void ask();
}

function forget(): void {
  if (!version) return;
  asking.abort();
  [coming, version] = [[], 0];
  clearTimeout(timer);
  forgetNotices();
}

export async function ask(): Promise<void> {
  if (!version || !navigator.onLine) return;
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  await store.guarded(async () => {
    const found = await readReminders(new Date(Date.now() + DAY_MS), signal);
    // The server leaves out what has just passed by its clock. Whether that still stands is asked when it comes up.
    const near = coming.filter(({ at }) => Date.parse(at) < Date.now() + MINUTE_MS);
    coming = [...new Map([...near, ...found].map((each) => [keyOf(each), each])).values()];
  });
  wait();
}

function wait(): void {
  clearTimeout(timer);
  if (coming.length === 0) return;
  const first = Math.min(...coming.map(({ at }) => Date.parse(at)));
  timer = window.setTimeout(() => void ring(), Math.max(first - Date.now(), 0));
}

/** What has come up is shown, unless it could only be shown on a page that nobody sees: then when somebody looks. */
async function ring(): Promise<void> {
  if (document.hidden && !canNotify()) return;
  const isDue = ({ at }: ComingReminder) => Date.parse(at) <= Date.now();
  const due = coming.filter(isDue);
  coming = coming.filter((each) => !isDue(each));
  wait();
  for (const reminder of await ours(due)) await showIfItStands(reminder);
}

function keyOf({ todo, at }: ComingReminder): string {
  return `${todo} ${at}`;
}

/** Of several tabs one shows each, whichever comes first. */
function ours(due: ComingReminder[]): Promise<ComingReminder[]> {
  const take = () => {
    const rung = JSON.parse(localStorage.getItem(RUNG) ?? "[]") as string[];
    const yesterday = Date.now() - DAY_MS;
    const recent = rung.filter((key) => Date.parse(key.split(" ")[1] ?? "") > yesterday);
    const own = due.filter((each) => !rung.includes(keyOf(each)));
    localStorage.setItem(RUNG, JSON.stringify([...recent, ...own.map(keyOf)]));
    return own;
  };
  if (!navigator.locks) return Promise.resolve(take());
  return new Promise((resolve) => {
    void navigator.locks.request(RUNG, async () => {
      resolve(take());
      await new Promise((spread) => setTimeout(spread, SPREAD_MS));
    });
  });
}

/** Not of what has been done, or put off, since it was asked for; without an answer what is known has to do. */
async function showIfItStands(reminder: ComingReminder): Promise<void> {
  const { todo: id, at } = reminder;
  const stands = (todo: Todo) => momentsOf(todo).includes(Date.parse(at));
  const known = store.todo(id);
  if (store.hasUnsent && known && !stands(known)) return;
  const rows = await rowsNow(id);
  if (!version || (rows && !rows.some(stands))) return;
  const row = rows?.[0] ?? known;
  const due = row && dueOf(row);
  show({
    key: keyOf(reminder),
    title: row?.title ?? reminder.title,
    words: due ? `Due ${dueWords(due)}` : momentWords(Date.parse(at)),
    open: () => openDetails(id),
  });
}

async function rowsNow(id: string): Promise<Todo[] | undefined> {
  if (!navigator.onLine) return undefined;
  const patience = new AbortController();
  setTimeout(() => patience.abort(), CHECK_MS);
  return store.guarded(() => readTodo(id, patience.signal));
}

// Timers stand still while a computer sleeps, so they are set anew as well.
setInterval(() => void ask(), ASK_AGAIN_MS);
document.addEventListener("visibilitychange", () => document.hidden || void ring());
