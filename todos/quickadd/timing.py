"""Which words of a text say when: its days, times, rules and reminders, where nothing about them is ambiguous."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from todos.quickadd.days import MONTHS, UNITS, WEEKDAYS, Clarity, Day, day_phrase
from todos.quickadd.marks import SIGNS
from todos.quickadd.rules import Spoken, rule_phrase
from todos.quickadd.times import Time, reminder_phrase, time_phrase
from todos.quickadd.words import Cursor, Word

# What the kinds day, time, rule and reminder have; of a reminder it is minutes.
Value = Day | Time | Spoken | int

PARTS_OF_DAYS = frozenset({"morning", "afternoon", "evening", "night", "weekend", "hour", "minute", "quarter"})
SPANS_OF_TIME = frozenset({*UNITS, *PARTS_OF_DAYS, *(f"{name}s" for name in PARTS_OF_DAYS), "weekday", "weekdays"})
REPEATED = SPANS_OF_TIME | WEEKDAYS.keys() | MONTHS.keys()
# Words that may begin to say when, beside numbers, weekdays and months.
BEGINNINGS = frozenset({"today", "tomorrow", "the", "on", "by", "due", "in", "at", "noon", "every", "remind"})
# A day or a time behind one of these is one of several, and so nothing about when is certain.
AMONG_OTHERS = frozenset({"to", "or", "and", "until", "till", "through", "than", "except", "but", "not", "vs"}) | {
    *("&", "-", "\u2013", "\u2014", "/", "\u2192", "->"),
    *WEEKDAYS,
}
# Behind one of these it belongs to the sentence.
IN_A_SENTENCE = frozenset(
    {
        *("the", "a", "an", "of", "for", "from", "before", "after", "since", "between", "during", "about", "around"),
        *(",", "like", "past", "without", "this", "that", "these", "those", "next", "last", "coming", "previous"),
        *("each", "every", "any", "some", "no", "one", "only", "almost", "nearly"),
        *("my", "your", "his", "her", "its", "our", "their", "is", "are", "was", "were", "as", "per", "via"),
        *("black", "good", "cyber", "ash", "palm", "easter", "whit", "shrove", "maundy", "holy", "giving"),
        *("freaky", "ruby", "bloody", "super", "casual", "high", "yesterday", "tonight", *SPANS_OF_TIME),
    }
)
# In front of one of these it is clear that a sentence goes on behind a day or a time. A rule might end by its `for`.
GOING_ON = frozenset({"about", "with", "at", "for"})
GOING_ON_BEHIND_A_RULE = GOING_ON - {"for"}


class Phrase(NamedTuple):
    """Words from `first` to the one before `end`, and what they mean."""

    kind: str
    value: Value
    first: int
    end: int

    @property
    def clarity(self) -> Clarity:
        return self.value.clarity if isinstance(self.value, Day | Time) else Clarity.CLEAR

    @property
    def is_void(self) -> bool:
        return isinstance(self.value, Day) and self.value.date is None


def said_in(words: Sequence[Word], today: date) -> list[Phrase]:
    """All of them, or none if there is more than one of a kind or something about when is left over."""
    found = list(phrases_in(words, today))
    chosen: list[Phrase] = []
    for run in runs_of(words, found):
        if stands_well(words, run):
            lead = word_before(words, run[0].first)
            if lead in AMONG_OTHERS:
                return []
            if lead not in IN_A_SENTENCE and makes_sense(run):
                chosen += run
    places = {phrase.first for phrase in chosen}
    left = {phrase.kind for phrase in found if phrase.first not in places}
    kinds = Counter(phrase.kind for phrase in chosen)
    is_partial = bool(left & {"rule", "reminder"}) or ("day" in left and not kinds.keys() & {"day", "rule"})
    is_ambiguous = any(kinds[kind] > 1 for kind in ("day", "time", "rule"))
    return [] if is_partial or is_ambiguous or has_another_rule(words, chosen) else chosen


def phrases_in(words: Sequence[Word], today: date) -> Iterator[Phrase]:
    at = 0
    while at < len(words):
        phrase = phrase_at(words, at, today)
        if phrase:
            yield phrase
        at = phrase.end if phrase else at + 1


def phrase_at(words: Sequence[Word], at: int, today: date) -> Phrase | None:
    word = words[at].text
    if not ("0" <= word[0] <= "9" or word in BEGINNINGS or word.lower() in WEEKDAYS or word.lower() in MONTHS):
        return None
    for kind, read in READERS:
        cursor = Cursor(words, at)
        value = read(cursor, today)
        if value is not None and not cursor.is_at_comma:
            return Phrase(kind, value, at, cursor.at)
    return None


READERS: tuple[tuple[str, Callable[[Cursor, date], Value | None]], ...] = (
    ("rule", rule_phrase),
    ("reminder", lambda cursor, today: reminder_phrase(cursor)),
    ("day", day_phrase),
    ("time", lambda cursor, today: time_phrase(cursor)),
)


def runs_of(words: Sequence[Word], found: Sequence[Phrase]) -> Iterator[list[Phrase]]:
    """Those that follow upon each other, with nothing but marks between them."""
    run: list[Phrase] = []
    for phrase in found:
        if run and not is_marks(words[run[-1].end : phrase.first]):
            yield run
            run = []
        run.append(phrase)
    if run:
        yield run


def is_marks(words: Sequence[Word]) -> bool:
    return all(word.text[0] in SIGNS for word in words)


def stands_well(words: Sequence[Word], run: Sequence[Phrase]) -> bool:
    """At the end, or clear and in front of a word with which a sentence goes on."""
    following = (words[at].text for at in range(run[-1].end, len(words)) if words[at].text[0] not in SIGNS)
    word = next(following, None)
    if word is None:
        return True
    has_rule = any(phrase.kind == "rule" for phrase in run)
    is_clear = all(phrase.clarity is Clarity.CLEAR for phrase in run)
    return is_clear and word in (GOING_ON_BEHIND_A_RULE if has_rule else GOING_ON)


def makes_sense(run: Sequence[Phrase]) -> bool:
    """A word that may mean something else needs company; days that are past or contradict themselves spoil all."""
    if any(phrase.is_void for phrase in run):
        return False
    return len(run) > 1 or run[0].clarity is not Clarity.WEAK


def word_before(words: Sequence[Word], at: int) -> str:
    """In small letters; a comma counts as a word."""
    before = next((words[place] for place in range(at - 1, -1, -1) if words[place].text[0] not in SIGNS), None)
    if before is None:
        return ""
    return "," if before.has_comma else before.text.lower()


def has_another_rule(words: Sequence[Word], chosen: Sequence[Phrase]) -> bool:
    """Whether `every morning` or the like is not understood."""
    known = {at for phrase in chosen if phrase.kind == "rule" for at in (phrase.first, phrase.first + 1)}
    others = (at for at, word in enumerate(words) if word.text == "every" and at not in known)
    return any(word.text.lower() in REPEATED for at in others for word in words[at + 1 : at + 3])
