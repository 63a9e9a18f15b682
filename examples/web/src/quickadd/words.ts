export interface Word {
  /** Without the comma that may follow, and so is `end`. */
  text: string;
  start: number;
  end: number;
  hasComma: boolean;
}

// Named one by one, because languages differ in what they call a space.
export const SPACES = " \\t\\n\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const WORD = new RegExp(`[^${SPACES}]+`, "g");
const SPACE = new RegExp(`^[${SPACES}]$`);
const NUMBERS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: found, index } of text.matchAll(WORD)) {
    // What is inside of quotation marks is taken already.
    if (index >= (words.at(-1)?.end ?? 0)) words.push(wordAt(text, index, index + found.length));
  }
  return words;
}

function wordAt(text: string, start: number, end: number): Word {
  if (["#\"", "+\""].includes(text.slice(start, start + 2))) {
    const close = text.indexOf('"', start + 2);
    const isEnd = close > 0 && (close + 1 === text.length || SPACE.test(text.charAt(close + 1)));
    if (isEnd) return { text: text.slice(start, close + 1), start, end: close + 1, hasComma: false };
  }
  const hasComma = text[end - 1] === "," && end - start > 1;
  const last = hasComma ? end - 1 : end;
  return { text: text.slice(start, last), start, end: last, hasComma };
}

/** Stands before a word. A comma stops it, unless it is told to pass. */
export class Cursor {
  private passed = -1;
  private readonly first: number;

  constructor(readonly words: Word[], public at: number) {
    this.first = at;
  }

  get isAtComma(): boolean {
    return this.at > Math.max(this.first, this.passed) && Boolean(this.words[this.at - 1]?.hasComma);
  }

  get word(): string {
    return this.isAtComma ? "" : (this.words[this.at]?.text ?? "");
  }

  get lower(): string {
    return this.word.toLowerCase();
  }

  step(): void {
    this.at += 1;
  }

  /** The next word, if it is one of these. */
  take(...choices: string[]): string {
    const { word } = this;
    if (!word || !choices.includes(word)) return "";
    this.step();
    return word;
  }

  takeAll(...wanted: string[]): boolean {
    return this.tried(() => wanted.every((word) => this.take(word)) || undefined) ?? false;
  }

  passComma(): boolean {
    if (!this.isAtComma) return false;
    this.passed = this.at;
    return true;
  }

  /** What is read, or nothing, and then it stands where it stood before. */
  tried<T>(read: (cursor: this) => T | undefined): T | undefined {
    const { at, passed } = this;
    const found = read(this);
    if (found === undefined) [this.at, this.passed] = [at, passed];
    return found;
  }

  /** `a`, `a and b`, `a, b and c`. */
  listed<T>(read: (cursor: this) => T | undefined): T[] {
    const found: T[] = [];
    for (;;) {
      const item = this.tried((cursor) => {
        if (!found.length) return read(cursor);
        const comma = cursor.passComma();
        return cursor.take("and") || comma ? read(cursor) : undefined;
      });
      if (item === undefined) return found;
      found.push(item);
    }
  }
}

/** A number from 2 to 999 in digits or from two to twelve in words; 0 if it is none. */
export function numberOf(word: string): number {
  if (NUMBERS.includes(word)) return NUMBERS.indexOf(word) + 2;
  return /^[1-9]\d{0,2}$/.test(word) && word !== "1" ? Number(word) : 0;
}

/** 31 of `31st`, 0 of what is written otherwise. */
export function ordinalOf(word: string): number {
  const [, digits = "", ending] = /^([1-9]\d{0,2})(st|nd|rd|th)$/.exec(word) ?? [];
  const right = Math.floor(Number(digits) / 10) % 10 === 1 ? "th" : (["th", "st", "nd", "rd"][Number(digits) % 10] ?? "th");
  return ending === right ? Number(digits) : 0;
}
