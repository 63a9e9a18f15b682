import type { Occurrences, Todo } from "./api";
import { dayWords, language } from "./dates";

/** The parts of a rule of RFC 5545, as in FREQ=WEEKLY;BYDAY=MO,TH. */
export type Parts = Partial<Record<string, string>>;

export const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
export const UNITS: Record<string, string> = { DAILY: "day", WEEKLY: "week", MONTHLY: "month", YEARLY: "year" };
const WORKING_DAYS = "MO,TU,WE,TH,FR";
const NTH: Record<string, string> = { 1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", "-1": "last" };
const ENDINGS: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };
const ordinals = new Intl.PluralRules("en", { type: "ordinal" });

export function partsOf(rrule: string): Parts {
  return Object.fromEntries(rrule.split(";").map((part) => part.split("=")));
}

export function ruleOf(parts: Parts): string {
  return Object.entries(parts).flatMap(([name, value]) => (value ? `${name}=${value}` : [])).join(";");
}

/** The rules that a todo of that day is offered. Each names its days, so that it means the same when the todo is moved. */
export function rulesFor(day: string): string[] {
  const [, month, number] = day.split("-").map(Number);
  return [
    "FREQ=DAILY",
    `FREQ=WEEKLY;BYDAY=${WORKING_DAYS}`,
    `FREQ=WEEKLY;BYDAY=${weekdayOf(day)}`,
    `FREQ=MONTHLY;BYMONTHDAY=${number}`,
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    `FREQ=MONTHLY;BYDAY=${nthWeekdayOf(day)}`,
    `FREQ=YEARLY;BYMONTH=${month};BYMONTHDAY=${number}`,
  ];
}

export function weekdayOf(day: string): string {
  return WEEKDAYS[(new Date(day).getUTCDay() + 6) % 7] ?? "";
}

/** The second Tuesday is 2TU, and the fifth is the last one. */
export function nthWeekdayOf(day: string): string {
  const nth = Math.ceil(Number(day.slice(8)) / 7);
  return `${nth > 4 ? -1 : nth}${weekdayOf(day)}`;
}

/** "every 2 weeks on Tuesday"; of rules that this page can't make, only that there is one. The server says it of all. */
export function ruleWords(rrule: string): string {
  const { FREQ = "", INTERVAL = "1", ...parts } = partsOf(rrule);
  const unit = UNITS[FREQ];
  if (!unit || parts.BYSETPOS || (parts.BYDAY && (parts.BYMONTHDAY || parts.BYMONTH))) return "by a rule of its own";
  const often = INTERVAL === "1" ? `every ${unit}` : `every ${INTERVAL} ${unit}s`;
  const days = daysIn(parts);
  return `${often}${days && ` on ${days}`}${endOf(parts)}`;
}

/** "Every week on Friday. Then Fri, 4 Dec · Fri, 11 Dec · Fri, 18 Dec." */
export function seriesWords({ sentence, days }: Pick<Occurrences, "sentence" | "days">, todo: Todo): string {
  const words = `${sentenceCase(sentence ?? "")}.`;
  if (todo.repeat_from === "completion") return `${words} Counted from the day on which you complete it.`;
  const next = days.slice(1).map((day) => dayWords(day, "short"));
  return next.length ? `${words} Then ${next.join(" · ")}.` : `${words} This is the last time.`;
}

export function sentenceCase(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function daysIn({ BYDAY, BYMONTHDAY, BYMONTH }: Parts): string {
  if (BYDAY === WORKING_DAYS) return "working days";
  if (BYDAY) return listed(BYDAY.split(",").map(weekdayWords));
  const days = BYMONTHDAY?.split(",") ?? [];
  const months = BYMONTH?.split(",").map(monthName) ?? [];
  if (months.length) return listed(months.flatMap((month) => (days.length ? days.map((day) => `${day} ${month}`) : month)));
  return days.length ? `the ${listed(days.map((day) => dayNumber(Number(day))))}` : "";
}

function endOf({ COUNT, UNTIL }: Parts): string {
  if (COUNT) return `, ${COUNT} times`;
  return UNTIL ? `, until ${named(isoDay(UNTIL), { day: "numeric", month: "long", year: "numeric" })}` : "";
}

/** 20261231 as 2026-12-31. */
export function isoDay(until: string): string {
  return `${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6)}`;
}

export function dayNumber(day: number): string {
  if (day < 0) return day === -1 ? "last day" : `${dayNumber(-day)} last day`;
  return `${day}${ENDINGS[ordinals.select(day)]}`;
}

export function weekdayWords(code: string): string {
  const [, nth = "", day = ""] = /^(-?\d*)(\w\w)$/.exec(code) ?? [];
  return nth ? `the ${NTH[nth] ?? `${nth}.`} ${weekdayName(day, "long")}` : weekdayName(day, "long");
}

export function weekdayName(code: string, length: "short" | "long"): string {
  // The 1st of January 2024 was a Monday.
  return named(`2024-01-0${WEEKDAYS.indexOf(code) + 1}`, { weekday: length });
}

function monthName(month: string): string {
  return named(`2024-${month.padStart(2, "0")}-01`, { month: "long" });
}

function named(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language(), { ...options, timeZone: "UTC" }).format(Date.parse(day));
}

function listed(words: string[]): string {
  return new Intl.ListFormat(language()).format(words);
}
