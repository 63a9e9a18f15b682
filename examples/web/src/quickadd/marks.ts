const PUNCTUATION = /[!"#$%&'()*+,./:;<=>?@[\\\]^`{|}~]/;
const SHOWN = /[^\p{C}\p{Z}]/u;
const SHOWN_AND_NO_DIGIT = /[^\p{C}\p{Z}0-9_-]/u;

export type Mark = { kind: "tag" | "list"; value: string } | { kind: "priority"; value: number };

/** What a word says by its sign: #tag, +list, !3. What is quoted may have spaces; #42 and +1 are numbers. */
export function markOf(word: string): Mark | undefined {
  if (/^![1-3]$/.test(word)) return { kind: "priority", value: Number(word[1]) };
  if (word.startsWith("#")) return named("tag", word.slice(1), 60);
  return word.startsWith("+") ? named("list", word.slice(1), 100) : undefined;
}

export function isSign(word: string): boolean {
  return /^[#+!]/.test(word);
}

function named(kind: "tag" | "list", written: string, longest: number): Mark | undefined {
  const isQuoted = written.startsWith('"');
  const name = isQuoted ? (/^".+"$/s.test(written) ? written.slice(1, -1).trim() : "") : written;
  const isName = isQuoted ? SHOWN.test(name) : !PUNCTUATION.test(name) && SHOWN_AND_NO_DIGIT.test(name);
  return isName && [...name].length <= longest ? { kind, value: name } : undefined;
}
