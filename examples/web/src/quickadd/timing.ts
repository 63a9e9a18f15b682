import { CLEAR, type Day, dayPhrase, MONTHS, UNITS, WEAK, WEEKDAYS } from "./days";
import { isSign } from "./marks";
import { rulePhrase, type Spoken } from "./rules";
import { type Reminder, reminderPhrase, type Time, timePhrase } from "./times";
import { Cursor, type Word } from "./words";

export type Value = Day | Time | Spoken | Reminder;

/** Words from `first` to the one before `end`, and what they mean. */
export interface Phrase {
  value: Value;
  first: number;
  end: number;
}

const PARTS_OF_DAYS = words("morning afternoon evening night weekend hour minute quarter");
const SPANS_OF_TIME = [...UNITS.keys(), ...PARTS_OF_DAYS, ...PARTS_OF_DAYS.map((name) => `${name}s`), "weekday", "weekdays"];
const REPEATED = new Set([...SPANS_OF_TIME, ...WEEKDAYS.keys(), ...MONTHS.keys()]);
/** Words that may begin to say when, beside numbers, weekdays and months. */
const BEGINNINGS = new Set(words("today tomorrow the on by due in at noon every remind"));
/** A day or a time behind one of these is one of several, and so nothing about when is certain. */
const AMONG_OTHERS = new Set([...words("to or and until till through than except but not vs & - – — / → ->"), ...WEEKDAYS.keys()]);
/** Behind one of these it belongs to the sentence. */
const IN_A_SENTENCE = new Set([
  ...words("the a an of for from before after since between during about around , like past without this that these those"),
  ...words("next last coming previous each every any some no one only almost nearly my your his her its our their is are"),
  ...words("was were as per via black good cyber ash palm easter whit shrove maundy holy giving freaky ruby bloody super"),
  ...words("casual high yesterday tonight"),
  ...SPANS_OF_TIME,
]);
/** In front of one of these it is clear that a sentence goes on. A rule might end by its `for`. */
const GOING_ON = words("about with at for");
const READERS: ((cursor: Cursor, today: string) => Value | undefined)[] = [rulePhrase, reminderPhrase, dayPhrase, timePhrase];

function words(text: string): string[] {
  return text.split(" ");
}

/** All that says when, or nothing if there is more than one of a kind or something is left over. */
export function saidIn(words: Word[], today: string, isPlain: (words: Word[]) => boolean): Phrase[] {
  const found = phrasesIn(words, today).filter(({ first, end }) => !isPlain(words.slice(first, end)));
  const chosen: Phrase[] = [];
  for (const run of runsOf(words, found)) {
    if (!standsWell(words, run)) continue;
    const lead = wordBefore(words, run[0]?.first ?? 0);
    if (AMONG_OTHERS.has(lead)) return [];
    if (!IN_A_SENTENCE.has(lead) && makesSense(run)) chosen.push(...run);
  }
  const count = (kind: string, phrases: Phrase[]) => phrases.filter(({ value }) => value.kind === kind).length;
  const left = found.filter((phrase) => !chosen.includes(phrase));
  const isPartial = count("rule", left) || count("reminder", left) || (count("day", left) && !count("day", chosen) && !count("rule", chosen));
  const isAmbiguous = ["day", "time", "rule"].some((kind) => count(kind, chosen) > 1);
  return isPartial || isAmbiguous || hasAnotherRule(words, chosen) ? [] : chosen;
}

function phrasesIn(words: Word[], today: string): Phrase[] {
  const found: Phrase[] = [];
  for (let at = 0; at < words.length; ) {
    const phrase = phraseAt(words, at, today);
    if (phrase) found.push(phrase);
    at = phrase?.end ?? at + 1;
  }
  return found;
}

function phraseAt(words: Word[], at: number, today: string): Phrase | undefined {
  const { text = "" } = words[at] ?? {};
  const lower = text.toLowerCase();
  if (!/^\d/.test(text) && !BEGINNINGS.has(text) && !WEEKDAYS.has(lower) && !MONTHS.has(lower)) return undefined;
  for (const read of READERS) {
    const cursor = new Cursor(words, at);
    const value = read(cursor, today);
    if (value && !cursor.isAtComma) return { value, first: at, end: cursor.at };
  }
  return undefined;
}

/** Those that follow upon each other, with nothing but signs between them. */
function runsOf(words: Word[], found: Phrase[]): Phrase[][] {
  const runs: Phrase[][] = [];
  for (const phrase of found) {
    const run = runs.at(-1);
    const end = run?.at(-1)?.end ?? 0;
    const isNext = run && words.slice(end, phrase.first).every(({ text }) => isSign(text));
    if (isNext) run.push(phrase);
    else runs.push([phrase]);
  }
  return runs;
}

/** At the end, or clear and in front of a word with which a sentence goes on. */
function standsWell(words: Word[], run: Phrase[]): boolean {
  const next = words.slice(run.at(-1)?.end).find(({ text }) => !isSign(text));
  if (!next) return true;
  const hasRule = run.some(({ value }) => value.kind === "rule");
  return run.every(({ value }) => clarityOf(value) === CLEAR) && GOING_ON.includes(next.text) && !(hasRule && next.text === "for");
}

/** A word that may mean something else needs company; days that are past or contradict themselves spoil all. */
function makesSense(run: Phrase[]): boolean {
  if (run.some(({ value }) => value.kind === "day" && !value.day)) return false;
  return run.length > 1 || run.every(({ value }) => clarityOf(value) !== WEAK);
}

function clarityOf(value: Value): number {
  return "clarity" in value ? value.clarity : CLEAR;
}

/** In small letters; a comma counts as a word. */
function wordBefore(words: Word[], at: number): string {
  const before = words.slice(0, at).findLast(({ text }) => !isSign(text));
  return before?.hasComma ? "," : (before?.text.toLowerCase() ?? "");
}

/** Whether `every morning` or the like is not understood. */
function hasAnotherRule(words: Word[], chosen: Phrase[]): boolean {
  const known = chosen.flatMap(({ value, first }) => (value.kind === "rule" ? [first, first + 1] : []));
  return words.some(({ text }, at) => {
    const following = words.slice(at + 1, at + 3).map((word) => word.text.toLowerCase());
    return text === "every" && !known.includes(at) && following.some((word) => REPEATED.has(word));
  });
}
