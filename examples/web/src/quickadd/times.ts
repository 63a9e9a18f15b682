import { BARE, CLEAR, WEAK } from "./days";
import { type Cursor, numberOf } from "./words";

export interface Time {
  kind: "time";
  time: string;
  clarity: number;
}

export interface Reminder {
  kind: "reminder";
  minutes: number;
}

const LENGTHS = new Map([["minute", 1], ["min", 1], ["hour", 60], ["day", 1440], ["week", 10_080]]);
const EARLIEST_MINUTES = 40_320;

/** With the word that leads to it: at 9:00, by noon. */
export function timePhrase(cursor: Cursor): Time | undefined {
  const lead = cursor.take("at", "by", "due");
  if (lead === "due") cursor.take("at", "by");
  const found = timeOfDay(cursor);
  return found && lead ? { ...found, clarity: CLEAR } : found;
}

function timeOfDay(cursor: Cursor): Time | undefined {
  const { word } = cursor;
  if (!word) return undefined;
  cursor.step();
  if (word === "noon") return timeAt(12, 0, WEAK);
  const [, hours = "", minutes = "", attached] = /^(\d\d?)(?::([0-5]\d))?([ap]m)?$/i.exec(word) ?? [];
  const hour = Number(hours);
  if (!hours || hour > 23) return undefined;
  const half = attached ?? (/^[ap]m$/i.test(cursor.word) ? cursor.word : undefined);
  if (half && !attached) cursor.step();
  if (half) {
    return hour >= 1 && hour <= 12 ? timeAt((hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0), Number(minutes), CLEAR) : undefined;
  }
  // A number alone may be anything, and 3:30 be in the afternoon or at night; 03:30 and 3:30pm are certain.
  if (!minutes || (hours.length === 1 && hour >= 1 && hour <= 6)) return undefined;
  return timeAt(hour, Number(minutes), hours.length === 2 ? BARE : WEAK);
}

function timeAt(hour: number, minute: number, clarity: number): Time {
  return { kind: "time", time: [hour, minute].map((part) => String(part).padStart(2, "0")).join(":"), clarity };
}

/** The minutes of `remind me 10 minutes before`. */
export function reminderPhrase(cursor: Cursor): Reminder | undefined {
  if (!cursor.takeAll("remind", "me")) return undefined;
  const count = cursor.take("a", "an", "1", "one") ? 1 : numberOf(cursor.word);
  if (count > 1) cursor.step();
  const unit = cursor.word;
  const length = LENGTHS.get(unit) ?? (unit.endsWith("s") ? LENGTHS.get(unit.slice(0, -1)) : undefined);
  if (!count || !length || (unit !== "min" && count > 1 === LENGTHS.has(unit))) return undefined;
  cursor.step();
  const minutes = count * length;
  return minutes <= EARLIEST_MINUTES && cursor.take("before") ? { kind: "reminder", minutes } : undefined;
}
