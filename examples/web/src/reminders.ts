import type { Reminder, Todo } from "./api";
import { clockIn, daysLater, dueMoment, instantIn, momentWords, timeWords, today, zone } from "./dates";

export const MOST_REMINDERS = 10;
const HOUR = 60;
const DAY = 24 * HOUR;
const EARLIEST_MINUTES = 28 * DAY;
const MINUTE_MS = 60_000;
const UNITS: [minutes: number, name: string][] = [[7 * DAY, "week"], [DAY, "day"], [HOUR, "hour"], [1, "minute"]];

/** In milliseconds. The minutes of a whole day are counted on the clock, from its midnight. */
export function momentOf(reminder: Reminder, todo: Todo): number {
  if ("at" in reminder) return instantIn(reminder.at, todo.time_zone ?? zone());
  const moment = dueMoment(todo);
  if (todo.due_time) return moment - reminder.minutes_before * MINUTE_MS;
  const day = new Date(moment);
  return day.setMinutes(-reminder.minutes_before);
}

/**
 * All the moments at which a todo reminds as it is now. `next_reminder_at` is no part of the version, so that of a row
 * which was read a while ago may have passed, and that of a row which is being changed is not known yet.
 */
export function momentsOf(todo: Todo): number[] {
  if (todo.completed || todo.deleted_at) return [];
  const begins = todo.starts_on ? Date.parse(`${todo.starts_on}T00:00`) : 0;
  return todo.reminders.map((reminder) => momentOf(reminder, todo)).filter((moment) => moment >= begins);
}

export function nextMoment(todo: Todo): number | undefined {
  const coming = momentsOf(todo).filter((moment) => moment > Date.now());
  return coming.length ? Math.min(...coming) : undefined;
}

/** A day and a time that were typed, as the todo has them: by the clock of its zone. */
export function reminderAt(local: string, todo: Todo): Reminder {
  return { at: todo.time_zone ? clockIn(todo.time_zone, Date.parse(local)) : local };
}

/** The usual ones for a todo with a time, for a whole day, and for one without a day. */
export function presetsFor(todo: Todo): Reminder[] {
  if (todo.due_date) {
    const minutes = todo.due_time ? [0, 10, HOUR, DAY] : [-9 * HOUR, 6 * HOUR, 15 * HOUR, 7 * DAY - 9 * HOUR];
    return minutes.map((minutes_before) => ({ minutes_before }));
  }
  const monday = daysLater((8 - new Date().getDay()) % 7 || 7);
  return [...new Set([`${today()}T18:00`, `${daysLater(1)}T09:00`, `${monday}T09:00`])].map((at) => ({ at }));
}

/** "10 minutes before", "at 09:00 that day", "Tomorrow, 09:30" */
export function reminderWords(reminder: Reminder, todo: Todo): string {
  if ("at" in reminder) return momentWords(momentOf(reminder, todo));
  const { minutes_before: minutes } = reminder;
  if (!todo.due_time) return wholeDayWords(minutes);
  return minutes ? `${span(Math.abs(minutes))} ${minutes > 0 ? "before" : "after"}` : "when it is due";
}

function wholeDayWords(minutes: number): string {
  const days = Math.max(Math.ceil(minutes / DAY), 0);
  const clock = days * DAY - minutes;
  const time = timeWords({ day: today(), time: `${two(Math.floor(clock / HOUR))}:${two(clock % HOUR)}` });
  if (days === 0) return `at ${time} that day`;
  return days === 1 ? `at ${time} on the day before` : `at ${time}, ${span(days * DAY)} before`;
}

function span(minutes: number): string {
  const [size, unit] = UNITS.find(([size]) => minutes % size === 0) ?? [1, "minute"];
  return `${minutes / size} ${unit}${minutes === size ? "" : "s"}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

export function isSame(one: Reminder, other: Reminder): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** As the server has them: minutes first, the earliest ahead, then the moments. */
export function inOrder(reminders: Reminder[]): Reminder[] {
  return reminders.toSorted((one, other) => (place(one) < place(other) ? -1 : 1));
}

function place(reminder: Reminder): string {
  return "at" in reminder ? `after ${reminder.at}` : String(EARLIEST_MINUTES - reminder.minutes_before).padStart(5, "0");
}
