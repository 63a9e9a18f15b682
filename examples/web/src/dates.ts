import type { Todo, TodoChange } from "./api";

const DAY_MS = 86_400_000;

/** A day as in 2026-11-22 and perhaps a time as in 09:30, both of the reader's calendar and clock. */
export interface Due {
  day: string;
  time?: string | undefined;
}

export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The day as the calendar of this browser has it. */
export function today(): string {
  return dayOf(new Date());
}

export function dayOf(moment: Date): string {
  return [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

export function daysLater(days: number, day = today()): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** When it is due for who looks at it: a todo with a zone of its own is due at one moment everywhere, any other floats. */
export function dueOf(todo: Todo): Due | undefined {
  if (!todo.due_date) return undefined;
  if (!isElsewhere(todo)) return { day: todo.due_date, time: todo.due_time?.slice(0, 5) };
  const moment = new Date(todo.due_at ?? "");
  return { day: dayOf(moment), time: moment.toTimeString().slice(0, 5) };
}

/** The change that makes a todo due then. One that has a zone of its own stays bound to a moment. */
export function dueChange(todo: Todo, due: Due | undefined): TodoChange {
  // Without a day there is nothing to repeat.
  const ended = todo.rrule && !due ? { rrule: null } : {};
  const change = { due_date: due?.day ?? null, due_time: due?.time ?? null, ...ended, ...(due ? {} : withoutMinutes(todo)) };
  return todo.time_zone ? { ...change, time_zone: due?.time ? zone() : null } : change;
}

/** Without a day there is nothing to count minutes from. */
function withoutMinutes({ reminders }: Todo): TodoChange {
  const kept = reminders.filter((reminder) => "at" in reminder);
  return kept.length < reminders.length ? { reminders: kept } : {};
}

/** The moment at which it is due, in milliseconds; of a whole day its midnight. */
export function dueMoment(todo: Todo): number {
  if (isElsewhere(todo)) return Date.parse(todo.due_at ?? "");
  return Date.parse(`${todo.due_date}T${todo.due_time ?? "00:00"}`);
}

/** The moment at which a clock in that zone shows this day and time, the first of two, and after a gap by as much as the gap. */
export function instantIn(local: string, timeZone: string): number {
  const wall = Date.parse(`${local}Z`);
  const by = (near: number) => wall - (Date.parse(`${clockIn(timeZone, near)}Z`) - near);
  const [before, after] = [by(wall - DAY_MS), by(wall + DAY_MS)];
  const isShown = (moment: number) => Date.parse(`${clockIn(timeZone, moment)}Z`) === wall;
  return isShown(before) || !isShown(after) ? before : after;
}

/** What a clock in that zone shows, as in 2026-11-27T09:30. */
export function clockIn(timeZone: string, moment: number): string {
  // Swedish writes dates as machines do.
  const written = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(moment);
  return written.replace(" ", "T");
}

/** "Tomorrow, 09:30" */
export function momentWords(moment: number): string {
  return dueWords(momentDue(moment));
}

/** The day and the time at which the reader's clock shows it. */
export function momentDue(moment: number): Due {
  const [day = "", time] = clockIn(zone(), moment).split("T");
  return { day, time };
}

/** "17:30 in New York", for a todo that was made for another zone than the reader's. */
export function elsewhereWords(todo: Todo): string {
  if (!isElsewhere(todo)) return "";
  const place = todo.time_zone?.split("/").at(-1)?.replaceAll("_", " ");
  return `${timeWords({ day: todo.due_date ?? "", time: todo.due_time?.slice(0, 5) })} in ${place}`;
}

function isElsewhere(todo: Todo): boolean {
  return Boolean(todo.due_at && todo.time_zone && todo.time_zone !== zone());
}

/** "Today", "Tomorrow", "Fri, 27 Nov" and perhaps a time. */
export function dueWords(due: Due): string {
  const words = dayWords(due.day, "short");
  return due.time ? `${words}, ${timeWords(due)}` : words;
}

export function dayWords(day: string, length: "short" | "long"): string {
  const days = Math.round((Date.parse(day) - Date.parse(today())) / DAY_MS);
  const near = Math.abs(days) <= 1 ? nearWords(days) : "";
  if (near && length === "short") return near;
  // A date without a time is read as midnight UTC, so it is shown in UTC as well.
  const written = new Intl.DateTimeFormat(language(), {
    weekday: length,
    day: "numeric",
    month: length,
    year: day.slice(0, 4) === today().slice(0, 4) ? undefined : "numeric",
    timeZone: "UTC",
  }).format(Date.parse(day));
  return near ? `${near} · ${written}` : written;
}

/** "Sat 28" */
export function dayHint(day: string): string {
  return new Intl.DateTimeFormat(language(), { weekday: "short", day: "numeric", timeZone: "UTC" }).format(Date.parse(day));
}

export function dueState(due: Due): "overdue" | "today" | "later" {
  if (due.day !== today()) return due.day < today() ? "overdue" : "later";
  return due.time && due.time <= new Date().toTimeString().slice(0, 5) ? "overdue" : "today";
}

/** The days that a todo can be put off to, with their names. */
export function laterDays(): [name: string, day: string][] {
  const weekday = new Date().getDay();
  return [
    [nearWords(0), today()],
    [nearWords(1), daysLater(1)],
    [weekday % 6 === 0 ? "Next weekend" : "This weekend", daysLater(6 - weekday || 7)],
    ["Next week", daysLater((8 - weekday) % 7 || 7)],
  ];
}

function nearWords(days: number): string {
  const words = new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(days, "day");
  return words.charAt(0).toLocaleUpperCase(language()) + words.slice(1);
}

export function timeWords({ day, time }: Due): string {
  return new Intl.DateTimeFormat(language(), { timeStyle: "short" }).format(new Date(`${day}T${time}`));
}

export function language(): string {
  return document.documentElement.lang;
}
