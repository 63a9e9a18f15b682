import { dateIn, day, inSomeDays, MONTHS, monthAndDay, WEEKDAYS } from "./days";
import { type Parts, type Rule, ruleOf } from "./recurrence";
import { type Cursor, numberOf, ordinalOf } from "./words";

/** A rule, and the day from which on it counts where that is said. */
export interface Spoken {
  kind: "rule";
  rule: Rule;
  since: string | undefined;
}

const CODES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const WORKING_DAYS = "MO,TU,WE,TH,FR";
const FREQUENCIES = new Map([["day", "DAILY"], ["week", "WEEKLY"], ["month", "MONTHLY"], ["year", "YEARLY"]]);
const ORDINALS = ["first", "second", "third", "fourth", "fifth"];
const NAMING: Record<string, (cursor: Cursor) => Parts | undefined> = { WEEKLY: onWeekdays, MONTHLY: onPlaces, YEARLY: onDates };
const LEAP_YEAR = 2028;

export function rulePhrase(cursor: Cursor, today: string): Spoken | undefined {
  cursor.take("on");
  if (!cursor.take("every")) return undefined;
  const parts = firstOf(cursor, byUnit, byDate, byPlace, byWeekdays);
  if (!parts) return undefined;
  if (parts.FREQ === "DAILY" || parts.FREQ === "WEEKLY") Object.assign(parts, cursor.tried(inMonths));
  const since = limits(cursor, parts, today);
  const rule = ruleOf(parts);
  return rule && { kind: "rule", rule, since };
}

function firstOf(cursor: Cursor, ...readers: ((cursor: Cursor) => Parts | undefined)[]): Parts | undefined {
  for (const read of readers) {
    const parts = cursor.tried(read);
    if (parts) return parts;
  }
  return undefined;
}

/** every day, every 2 weeks on Tuesday, every third month on the 1st. */
function byUnit(cursor: Cursor): Parts | undefined {
  if (cursor.take("fortnight")) return { FREQ: "WEEKLY", INTERVAL: "2" };
  const [count, isPlural] = interval(cursor);
  const FREQ = FREQUENCIES.get(cursor.word.replace(/s$/, ""));
  if (!count || !FREQ || cursor.word.endsWith("s") !== isPlural) return undefined;
  cursor.step();
  const naming = NAMING[FREQ];
  const named = naming && cursor.tried(naming);
  // Of a month on Monday nobody knows which one.
  if (!named && cursor.words[cursor.at]?.text === "on" && WEEKDAYS.has(cursor.words[cursor.at + 1]?.text.toLowerCase() ?? "")) return undefined;
  return { FREQ, INTERVAL: String(count), ...named };
}

/** How many, and whether the unit stands in the plural then. */
function interval(cursor: Cursor): [number, boolean] {
  if (cursor.take("other")) return [2, false];
  const number = numberOf(cursor.word);
  const nth = nthOf(cursor.word);
  if (number || nth) cursor.step();
  if (number) return [number, true];
  if (nth) return [nth > 1 ? nth : 0, false];
  cursor.take("1");
  return [1, false];
}

function nthOf(word: string): number {
  return ORDINALS.indexOf(word) + 1 || ordinalOf(word);
}

/** every Monday and Thursday, every other Friday, every weekday. */
function byWeekdays(cursor: Cursor): Parts | undefined {
  if (isWorkingDay(cursor, "day")) return { FREQ: "WEEKLY", BYDAY: WORKING_DAYS };
  const INTERVAL = cursor.take("other") ? "2" : "1";
  const days = cursor.listed(weekday);
  return days.length ? { FREQ: "WEEKLY", INTERVAL, BYDAY: days.join(",") } : undefined;
}

function isWorkingDay(cursor: Cursor, ending: string): boolean {
  return Boolean(cursor.take(`week${ending}`, `work${ending}`)) || cursor.takeAll("working", ending);
}

function weekday(cursor: Cursor): string | undefined {
  const number = WEEKDAYS.get(cursor.lower);
  if (number !== undefined) cursor.step();
  return number === undefined ? undefined : CODES[number];
}

function onWeekdays(cursor: Cursor): Parts | undefined {
  if (!cursor.take("on")) return undefined;
  if (isWorkingDay(cursor, "days")) return { BYDAY: WORKING_DAYS };
  const days = cursor.listed(weekday);
  return days.length ? { BYDAY: days.join(",") } : undefined;
}

/** every 1 Dec, every 24 December and 25 December. */
function byDate(cursor: Cursor): Parts | undefined {
  const dates = cursor.listed(monthAndDay);
  const [months, days] = [new Set(dates.map(([month]) => month)), new Set(dates.map(([, number]) => number))];
  const isProduct = new Set(dates.map(String)).size === months.size * days.size;
  if (!dates.length || !isProduct || !dates.every((pair) => dateIn(LEAP_YEAR, ...pair))) return undefined;
  return { FREQ: "YEARLY", BYMONTH: written(months), BYMONTHDAY: written(days) };
}

function written(numbers: Iterable<number>): string {
  return [...numbers].sort((one, other) => one - other).join(",");
}

/** on 1 Dec, on the last Friday of November. */
function onDates(cursor: Cursor): Parts | undefined {
  return cursor.take("on") ? firstOf(cursor, byDate, placesInYear) : undefined;
}

function placesInYear(cursor: Cursor): Parts | undefined {
  const found = places(cursor);
  const month = found && cursor.take("of", "in") ? MONTHS.get(cursor.lower) : undefined;
  if (!found || !month || found.BYSETPOS || (found.BYMONTHDAY ?? "-1") !== "-1") return undefined;
  cursor.step();
  return { ...found, FREQ: "YEARLY", BYMONTH: String(month) };
}

/** every 1st and 15th, every last Friday of the month, every fourth Thursday of November. */
function byPlace(cursor: Cursor): Parts | undefined {
  return firstOf(cursor, placesInYear, placesInMonth);
}

function placesInMonth(cursor: Cursor): Parts | undefined {
  const found = places(cursor);
  const isSaid = cursor.takeAll("of", "the", "month");
  // The second Friday may be every other one, the last day any.
  const isPlain = (found?.BYMONTHDAY ?? "-1") !== "-1";
  return found && (isSaid || isPlain) ? { FREQ: "MONTHLY", ...found } : undefined;
}

function onPlaces(cursor: Cursor): Parts | undefined {
  return cursor.take("on") ? places(cursor) : undefined;
}

/** the 1st and 15th, the last day, the first Monday and the third Monday, the last working day. */
function places(cursor: Cursor): Parts | undefined {
  const found = cursor.listed(place);
  const [name] = found[0] ?? [];
  if (!name || found.some(([other]) => other !== name)) return undefined;
  const parts = { [name]: found.map(([, value]) => value).join(",") };
  return name === "BYSETPOS" ? { BYDAY: WORKING_DAYS, ...parts } : parts;
}

function place(cursor: Cursor): [string, string] | undefined {
  cursor.take("the");
  const nth = cursor.word === "last" ? -1 : nthOf(cursor.word);
  if (!nth || nth > 31) return undefined;
  cursor.step();
  const day = weekday(cursor);
  if (day) return ["BYDAY", `${nth}${day}`];
  if (isWorkingDay(cursor, "day")) return ["BYSETPOS", String(nth)];
  const isDay = cursor.take("day");
  return nth > 0 || isDay ? ["BYMONTHDAY", String(nth)] : undefined;
}

function inMonths(cursor: Cursor): Parts | undefined {
  const months = cursor.take("in") ? cursor.listed(month) : [];
  return months.length ? { BYMONTH: written(new Set(months)) } : undefined;
}

function month(cursor: Cursor): number | undefined {
  const number = MONTHS.get(cursor.lower);
  if (number) cursor.step();
  return number;
}

/** `from 1 Dec`, `until 1 March`, `for 5 times`: adds them to the parts, and gives where it begins. */
function limits(cursor: Cursor, parts: Parts, today: string): string | undefined {
  let since: string | undefined;
  const one = () => {
    const isAfterComma = cursor.passComma();
    if (!since && cursor.take("from", "starting")) return (since = limit(cursor, today));
    if (!parts.UNTIL && cursor.take("until", "till")) return (parts.UNTIL = limit(cursor, today)?.replaceAll("-", ""));
    const times = !parts.COUNT && (cursor.take("for") || isAfterComma) ? numberOf(cursor.word) : 0;
    if (!times) return undefined;
    cursor.step();
    return cursor.take("times") ? (parts.COUNT = String(times)) : undefined;
  };
  while (cursor.tried(one));
  return since;
}

function limit(cursor: Cursor, today: string): string | undefined {
  cursor.take("on");
  return (inSomeDays(cursor, today) ?? day(cursor, today))?.day;
}
