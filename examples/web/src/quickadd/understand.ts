import { plus } from "./days";
import { isSign, type Mark, markOf } from "./marks";
import { firstDay, goesOn, type Rule, spelled } from "./recurrence";
import { type Phrase, saidIn } from "./timing";
import { SPACES, type Word, wordsOf } from "./words";

export interface Span {
  start: number;
  end: number;
  kind: "day" | "time" | "rule" | "reminder" | "tag" | "list" | "priority";
  value: string | number;
}

export interface Understood {
  title: string;
  day?: string;
  time?: string;
  rule?: string;
  reminders: number[];
  notes: string[];
  spans: Span[];
}

interface Schedule {
  day: string;
  time?: string | undefined;
  rule?: Rule;
  reminders: number[];
  notes: string[];
}

const MOST = { tag: 50, list: 1, priority: 1 };
const MAX_REMINDERS = 10;
const AROUND = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, "g");

/**
 * What quick add understands of a line, as the server does: one grammar twice, held to the same phrases. `now` is what the
 * clock shows, as in 2026-11-27T10:00; what is plain is left alone.
 */
export function understood(text: string, now: string, hasList: (name: string) => boolean, plain = new Set<string>()): Understood {
  const words = wordsOf(text);
  const isPlain = (part: Word[]) => plain.has(part.map((word) => word.text).join(" "));
  const phrases = saidIn(words, now.slice(0, 10), isPlain);
  const schedule = scheduleOf(phrases, now);
  const spans = [
    ...(schedule ? phrases.map((phrase) => spanOf(words, phrase, schedule)) : []),
    ...marksIn(words, hasList, isPlain),
  ].sort((one, other) => one.start - other.start);
  const { day, time, rule, reminders = [], notes = [] } = schedule ?? {};
  return {
    title: titleOf(text, spans),
    ...(day ? { day } : {}),
    ...(time ? { time } : {}),
    ...(rule ? { rule: spelled(rule) } : {}),
    reminders,
    notes,
    spans,
  };
}

function titleOf(text: string, spans: Span[]): string {
  const edges = [0, ...spans.flatMap(({ start, end }) => [start, end]), text.length];
  const gaps = edges.flatMap((start, at) => (at % 2 ? [] : text.slice(start, edges[at + 1]).replace(AROUND, "")));
  return gaps.filter(Boolean).join(" ");
}

/** Of two priorities or two lists neither counts, and of too many tags none. */
function marksIn(words: Word[], hasList: (name: string) => boolean, isPlain: (part: Word[]) => boolean): Span[] {
  const found = words.flatMap((word): (Span & Mark)[] => {
    const mark = !word.hasComma && isSign(word.text) && !isPlain([word]) ? markOf(word.text) : undefined;
    return mark && (mark.kind !== "list" || hasList(mark.value)) ? [{ start: word.start, end: word.end, ...mark }] : [];
  });
  return found.filter(({ kind }) => found.filter((other) => other.kind === kind).length <= MOST[kind]);
}

function spanOf(words: Word[], { value, first, end }: Phrase, { rule }: Schedule): Span {
  const place = { start: words[first]?.start ?? 0, end: words[end - 1]?.end ?? 0, kind: value.kind };
  if (value.kind === "reminder") return { ...place, value: value.minutes };
  if (value.kind === "rule") return { ...place, value: rule ? spelled(rule) : "" };
  return { ...place, value: value.kind === "day" ? (value.day ?? "") : value.time };
}

/** What the phrases say together, or nothing where they don't fit together. */
function scheduleOf(phrases: Phrase[], now: string): Schedule | undefined {
  const values = phrases.map(({ value }) => value);
  const day = values.find((value) => value.kind === "day")?.day;
  const time = values.find((value) => value.kind === "time")?.time;
  const spoken = values.find((value) => value.kind === "rule");
  const reminders = values.flatMap((value) => (value.kind === "reminder" ? value.minutes : []));
  const isOdd = reminders.length > MAX_REMINDERS || new Set(reminders).size < reminders.length || (reminders.length && !time);
  if (!phrases.length || isOdd) return undefined;
  // A time alone is the next such moment.
  const today = now.slice(0, 10);
  const soonest = !time || time > now.slice(11) ? today : plus(today, 1);
  if (!spoken) return { day: day ?? soonest, time, reminders, notes: [] };
  if (day && spoken.since) return undefined;
  const first = firstDay(spoken.rule, spoken.since ?? day ?? soonest);
  if (!first || (day && first !== day)) return undefined;
  const [rule, notes] = forEveryMonth(spoken.rule, first);
  return goesOn(rule, first) ? { day: first, time, rule, reminders, notes } : undefined;
}

/** The 31st of every month is its last day; what other days leave out is noted. */
function forEveryMonth(rule: Rule, first: string): [Rule, string[]] {
  const { freq, months, monthDays, weekdays } = rule;
  if (freq === "YEARLY") return [rule, String(months) === "2" && monthDays.includes(29) ? ["leap_years"] : []];
  if (freq !== "MONTHLY" || weekdays.length) return [rule, []];
  const days = monthDays.length ? monthDays : [Number(first.slice(8))];
  if (!days.includes(31)) return [rule, days.some((day) => day === 29 || day === 30) ? ["short_months"] : []];
  const kept = days.filter((day) => day !== 31 && day !== -1);
  return [{ ...rule, monthDays: [...kept, -1] }, ["last_day"]];
}
