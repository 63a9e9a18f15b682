import { daysIn, partsOf, plus, weekdayOf } from "./days";

/** The parts of a rule of RFC 5545 as they were read. */
export type Parts = Record<string, string | undefined>;

export interface Rule {
  freq: string;
  interval: number;
  months: number[];
  monthDays: number[];
  /** The nth such day of a month; 0 is every one. */
  weekdays: [nth: number, day: string][];
  positions: number[];
  count: string | undefined;
  until: string | undefined;
}

const CODES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const LONGEST = 200;
const MOST_WEEKDAYS = 5;
/** A Monday that is 29 February comes after 40 years at most. */
const MOST_DAYS = 15_000;
const MONDAY = Date.parse("1970-01-05");

/** The rule, if it is one that the server takes. */
export function ruleOf(parts: Parts): Rule | undefined {
  const given = Object.entries(parts).filter(([, value]) => value);
  const numbers = (name: string) => inOrder((parts[name]?.split(",") ?? []).map(Number));
  const weekdays = [...new Set(parts.BYDAY?.split(",") ?? [])].map((day): [number, string] => [Number(day.slice(0, -2)), day.slice(-2)]);
  const isLong = given.map((pair) => pair.join("=")).join(";").length > LONGEST;
  if (isLong || (parts.COUNT && parts.UNTIL) || weekdays.some(([nth]) => nth > MOST_WEEKDAYS)) return undefined;
  return {
    freq: parts.FREQ ?? "",
    interval: Number(parts.INTERVAL ?? 1),
    months: numbers("BYMONTH"),
    monthDays: numbers("BYMONTHDAY"),
    weekdays: weekdays.sort(([one, day], [other, then]) => Number(one < 0) - Number(other < 0) || one - other || CODES.indexOf(day) - CODES.indexOf(then)),
    positions: numbers("BYSETPOS"),
    count: parts.COUNT,
    until: parts.UNTIL,
  };
}

/** Each once; those counted from the end come last. */
function inOrder(numbers: number[]): number[] {
  return [...new Set(numbers)].sort((one, other) => Number(one < 0) - Number(other < 0) || one - other);
}

export function spelled(rule: Rule): string {
  const parts = {
    FREQ: rule.freq,
    INTERVAL: rule.interval > 1 ? String(rule.interval) : "",
    BYMONTH: rule.months.join(","),
    BYMONTHDAY: rule.monthDays.join(","),
    BYDAY: rule.weekdays.map(([nth, day]) => `${nth || ""}${day}`).join(","),
    BYSETPOS: rule.positions.join(","),
    COUNT: rule.count,
    UNTIL: rule.until,
  };
  return Object.entries(parts).flatMap(([name, value]) => (value ? `${name}=${value}` : [])).join(";");
}

/** The first day that the rule names from then on. Periods that are left out are counted from there. */
export function firstDay(rule: Rule, earliest: string): string | undefined {
  const monthDays = rule.monthDays.map((number) => (number === 31 && rule.freq === "MONTHLY" ? -1 : number));
  return search({ ...rule, interval: 1, monthDays }, earliest, earliest);
}

/** Whether it names another day after the first. */
export function goesOn(rule: Rule, first: string): boolean {
  return !rule.until || Boolean(search(rule, first, plus(first, 1)));
}

function search(rule: Rule, start: string, from: string): string | undefined {
  const until = rule.until ?? "99991231";
  for (let day = from, left = MOST_DAYS; left && day.replaceAll("-", "") <= until; day = plus(day, 1), left -= 1) {
    if ((period(rule, day) - period(rule, start)) % rule.interval === 0 && isNamed(rule, start, day)) return day;
  }
  return undefined;
}

function period({ freq }: Rule, day: string): number {
  const [year = 0, month = 0] = partsOf(day);
  const days = (Date.parse(day) - MONDAY) / 86_400_000;
  return { DAILY: days, WEEKLY: Math.floor(days / 7), MONTHLY: year * 12 + month, YEARLY: year }[freq] ?? 0;
}

function isNamed(rule: Rule, start: string, day: string): boolean {
  const [, month = 0, number = 0] = partsOf(day);
  if (rule.months.length && !rule.months.includes(month)) return false;
  if (rule.weekdays.length) return isNamedWeekday(rule, day);
  if (rule.monthDays.length) return rule.monthDays.includes(number) || rule.monthDays.includes(number - lengthOf(day) - 1);
  if (rule.freq === "DAILY") return true;
  if (rule.freq === "WEEKLY") return weekdayOf(day) === weekdayOf(start);
  return day.slice(rule.freq === "YEARLY" ? 5 : 8) === start.slice(rule.freq === "YEARLY" ? 5 : 8);
}

function isNamedWeekday(rule: Rule, day: string): boolean {
  const number = Number(day.slice(8));
  const nth = Math.ceil(number / 7);
  const fromEnd = -Math.ceil((lengthOf(day) - number + 1) / 7);
  const code = (each: string) => CODES[weekdayOf(each)];
  if (!rule.weekdays.some(([each, name]) => name === code(day) && [0, nth, fromEnd].includes(each))) return false;
  if (!rule.positions.length) return true;
  const month = Array.from({ length: lengthOf(day) }, (_, index) => plus(`${day.slice(0, 8)}01`, index));
  const candidates = month.filter((each) => rule.weekdays.some(([, name]) => name === code(each)));
  const place = candidates.indexOf(day);
  return rule.positions.includes(place + 1) || rule.positions.includes(place - candidates.length);
}

function lengthOf(day: string): number {
  const [year = 0, month = 0] = partsOf(day);
  return daysIn(year, month);
}
