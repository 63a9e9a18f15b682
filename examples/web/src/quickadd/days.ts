import { Cursor, numberOf, ordinalOf } from "./words";

/** How surely words mean a day or a time: in company only, at the end of the text, or also before its end. */
export const [WEAK, BARE, CLEAR] = [0, 1, 2] as const;

/** A day as in 2026-11-27; none where what is said is past, does not exist or contradicts itself. */
export interface Day {
  kind: "day";
  day: string | undefined;
  clarity: number;
}

const NAMES_OF_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const NAMES_OF_MONTHS = [
  "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
];
export const WEEKDAYS = new Map([
  ...NAMES_OF_DAYS.flatMap((name, number): [string, number][] => [[name, number], [name.slice(0, 3), number]]),
  ...Object.entries({ tues: 1, weds: 2, thur: 3, thurs: 3 }),
]);
export const MONTHS = new Map([
  ...NAMES_OF_MONTHS.flatMap((name, index): [string, number][] => [[name, index + 1], [name.slice(0, 3), index + 1]]),
  ["sept", 9],
]);
/** Also words that say something else. */
const HOMONYMS = ["wed", "sat", "sun"];
const LAST_YEAR = 9998;
const YEARS_AHEAD = 8;
export const UNITS = new Map(["day", "week", "month", "year"].flatMap((name): [string, string][] => [[name, name], [`${name}s`, name]]));

/** With the word that leads to it: on Friday, by 1 Dec, due tomorrow, on the 15th. */
export function dayPhrase(cursor: Cursor, today: string): Day | undefined {
  const due = cursor.take("due");
  if (!(cursor.take("on", "by") || due)) return inSomeDays(cursor, today) ?? day(cursor, today);
  const found = cursor.tried(() => (cursor.take("the") ? calendarDay(cursor, today) : undefined));
  const led = found ?? ofMonth(cursor, today) ?? day(cursor, today);
  return led && { ...led, clarity: CLEAR };
}

export function day(cursor: Cursor, today: string): Day | undefined {
  const { word, lower } = cursor;
  if (cursor.take("today", "tomorrow")) return dayAt(plus(today, word === "tomorrow" ? 1 : 0), CLEAR);
  if (cursor.takeAll("the", "day", "after", "tomorrow")) return dayAt(plus(today, 2), CLEAR);
  return WEEKDAYS.has(lower) ? weekday(cursor, today) : (isoDay(cursor, today) ?? calendarDay(cursor, today));
}

function dayAt(day: string | undefined, clarity: number): Day {
  return { kind: "day", day, clarity };
}

/** The next one, which is never today; with a date the two have to agree. */
function weekday(cursor: Cursor, today: string): Day {
  const name = cursor.lower;
  const number = WEEKDAYS.get(name) ?? 0;
  cursor.step();
  const on = cursor.tried(() => (cursor.passComma(), calendarDay(cursor, today)));
  if (on) return on.day && weekdayOf(on.day) === number ? on : dayAt(undefined, BARE);
  return dayAt(plus(today, ((number - weekdayOf(today) + 6) % 7) + 1), HOMONYMS.includes(name) ? WEAK : BARE);
}

function isoDay(cursor: Cursor, today: string): Day | undefined {
  const [, year, month, number] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(cursor.word) ?? [];
  if (!year) return undefined;
  cursor.step();
  return dayAt(notBefore(today, dateIn(Number(year), Number(month), Number(number))), CLEAR);
}

/** 1 Dec, 1st of December, Dec 1, each perhaps with a year; without one, the next that comes, today included. */
function calendarDay(cursor: Cursor, today: string): Day | undefined {
  const pair = monthAndDay(cursor);
  if (!pair) return undefined;
  const year = cursor.tried(() => {
    cursor.passComma();
    const isYear = /^[1-9]\d{3}$/.test(cursor.word) && Number(cursor.word) <= LAST_YEAR;
    return isYear ? Number(cursor.words[cursor.at++]?.text) : undefined;
  });
  return dayAt(year ? notBefore(today, dateIn(year, ...pair)) : nextDate(pair, today), BARE);
}

function notBefore(today: string, found: string | undefined): string | undefined {
  return found && found >= today && Number(found.slice(0, 4)) <= LAST_YEAR ? found : undefined;
}

export function monthAndDay(cursor: Cursor): [number, number] | undefined {
  return cursor.tried(() => {
    let number = dayNumber(cursor.word);
    if (number) {
      cursor.step();
      cursor.take("of");
    }
    const month = MONTHS.get(cursor.lower);
    if (month) cursor.step();
    if (month && !number) {
      number = dayNumber(cursor.word);
      if (number) cursor.step();
    }
    return month && number ? [month, number] : undefined;
  });
}

function dayNumber(word: string): number {
  return /^\d\d?$/.test(word) ? Number(word) : ordinalOf(word);
}

/** The 15th: of this month, or of the next that has one. */
function ofMonth(cursor: Cursor, today: string): Day | undefined {
  return cursor.tried(() => {
    const number = cursor.take("the") ? ordinalOf(cursor.word) : 0;
    if (!number || number > 31) return undefined;
    cursor.step();
    const [year = 0, month = 0] = partsOf(today);
    const found = [0, 1, 2].map((ahead) => year * 12 + month - 1 + ahead).map((at) => dateIn(Math.floor(at / 12), (at % 12) + 1, number));
    return dayAt(found.find((each) => each && each >= today), CLEAR);
  });
}

export function inSomeDays(cursor: Cursor, today: string): Day | undefined {
  return cursor.tried(() => {
    if (!cursor.take("in")) return undefined;
    const count = cursor.take("a", "1", "one") ? 1 : numberOf(cursor.word);
    if (count > 1) cursor.step();
    const { word } = cursor;
    const unit = UNITS.get(word);
    if (!count || !unit || word.endsWith("s") !== count > 1) return undefined;
    cursor.step();
    return dayAt(later(today, count, unit), BARE);
  });
}

/** A month later is the same day of it, or its last. */
function later(today: string, count: number, unit: string): string {
  if (unit === "day" || unit === "week") return plus(today, count * (unit === "week" ? 7 : 1));
  const [year = 0, month = 0, number = 0] = partsOf(today);
  const at = year * 12 + month - 1 + count * (unit === "year" ? 12 : 1);
  const [there, then] = [Math.floor(at / 12), (at % 12) + 1];
  return dateIn(there, then, Math.min(number, daysIn(there, then))) ?? today;
}

function nextDate(pair: [number, number], today: string): string | undefined {
  const year = Number(today.slice(0, 4));
  for (let ahead = 0; ahead <= YEARS_AHEAD; ahead += 1) {
    const found = dateIn(year + ahead, ...pair);
    if (found && found >= today) return found;
  }
  return undefined;
}

export function dateIn(year: number, month: number, number: number): string | undefined {
  const isThere = year >= 1 && month >= 1 && month <= 12 && number >= 1 && number <= daysIn(year, month);
  return isThere ? [String(year).padStart(4, "0"), ...[month, number].map((part) => String(part).padStart(2, "0"))].join("-") : undefined;
}

export function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

export function partsOf(day: string): number[] {
  return day.split("-").map(Number);
}

export function plus(day: string, count: number): string {
  return new Date(Date.parse(day) + count * 86_400_000).toISOString().slice(0, 10);
}

/** 0 is Monday. */
export function weekdayOf(day: string): number {
  return (new Date(day).getUTCDay() + 6) % 7;
}
