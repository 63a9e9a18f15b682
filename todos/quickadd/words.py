"""A text as words with their places, and a cursor that goes along them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

# Named one by one, because languages differ in what they call a space.
SPACES = (
    " \t\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
WORD = re.compile(f"[^{SPACES}]+")
T = TypeVar("T")
QUOTING = ('#"', '+"')
NUMBERS = {
    name: number
    for number, name in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 2
    )
}


class Word(NamedTuple):
    """`text` is without the comma that may follow, and so is `end`."""

    text: str
    start: int
    end: int
    has_comma: bool = False


def words_of(text: str) -> list[Word]:
    words: list[Word] = []
    for found in WORD.finditer(text):
        if words and found.start() < words[-1].end:
            # Inside of quotation marks.
            continue
        words.append(word_at(text, found.start(), found.end()))
    return words


def word_at(text: str, start: int, end: int) -> Word:
    if text.startswith(QUOTING, start):
        close = text.find('"', start + 2)
        if close > 0 and (close + 1 == len(text) or text[close + 1] in SPACES):
            return Word(text[start : close + 1], start, close + 1)
    has_comma = text[end - 1] == "," and end - start > 1
    end -= has_comma
    return Word(text[start:end], start, end, has_comma)


class Cursor:
    """Stands before a word. A comma stops it, unless it is told to pass."""

    def __init__(self, words: Sequence[Word], at: int = 0) -> None:
        self.words, self.at, self.first, self.passed = words, at, at, -1

    @property
    def is_at_comma(self) -> bool:
        return self.at > max(self.first, self.passed) and self.words[self.at - 1].has_comma

    @property
    def word(self) -> str:
        """The next one, or nothing where the text or a part of it ends."""
        return "" if self.at >= len(self.words) or self.is_at_comma else self.words[self.at].text

    def step(self) -> None:
        self.at += 1

    def take(self, *choices: str) -> str:
        """The next word, if it is one of these."""
        word = self.word
        if word not in choices:
            return ""
        self.at += 1
        return word

    def take_all(self, *wanted: str) -> bool:
        """The next words, if they are these."""
        place = self.place
        for each in wanted:
            if not self.take(each):
                self.go_back(place)
                return False
        return True

    def pass_comma(self) -> bool:
        if not self.is_at_comma:
            return False
        self.passed = self.at
        return True

    @property
    def place(self) -> tuple[int, int]:
        return self.at, self.passed

    def go_back(self, place: tuple[int, int]) -> None:
        self.at, self.passed = place

    def listed(self, read: Callable[[Cursor], T | None]) -> list[T]:
        """What is read of `a`, `a and b` or `a, b and c`."""
        found: list[T] = []
        place = self.place
        while (item := read(self)) is not None:
            found.append(item)
            place = self.place
            if not self.pass_comma() | bool(self.take("and")):
                return found
        self.go_back(place)
        return found


def number_of(word: str) -> int:
    """A number from 2 to 999 in digits or from two to twelve in words; 0 if it is none."""
    if word in NUMBERS:
        return NUMBERS[word]
    is_number = word.isascii() and word.isdigit() and len(word) <= 3 and word[0] != "0"
    return int(word) if is_number and word != "1" else 0


def ordinal_of(word: str) -> int:
    """31 of `31st`, 0 of what is written otherwise."""
    digits, ending = word[:-2], word[-2:]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 3 and digits[0] != "0"):
        return 0
    number = int(digits)
    right = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return number if ending == right else 0
