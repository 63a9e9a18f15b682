"""What is understood of a text, and where; the rest is the title."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import accumulate
from typing import NamedTuple

from todos.quickadd.days import Day
from todos.quickadd.marks import list_of, priority_of, tag_of
from todos.quickadd.rules import Spoken
from todos.quickadd.schedule import due
from todos.quickadd.times import Time
from todos.quickadd.timing import Phrase, said_in
from todos.quickadd.words import SPACES, Word, words_of
from todos.recurrence.rule import Rule

MAX_TEXT = 1_000
MAX_TAGS = 50
MAX_REMINDERS = 10
LAST_OF_TWO_BYTES = "\uffff"


class Span(NamedTuple):
    """From `start` to before `end`, in UTF-16 code units, as JavaScript counts."""

    start: int
    end: int
    kind: str
    value: str | int


class Piece(NamedTuple):
    """The same in words."""

    first: int
    end: int
    kind: str
    value: str | int


class Schedule(NamedTuple):
    due_date: date | None = None
    due_time: time | None = None
    rule: Rule | None = None
    # Minutes before.
    reminders: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


class Understood(NamedTuple):
    title: str
    schedule: Schedule
    tags: tuple[str, ...]
    list_name: str
    priority: int
    spans: tuple[Span, ...]


NOTHING = Schedule()


def understood(text: str, now: datetime, has_list: Callable[[str], bool]) -> Understood:
    """Of a text of at most MAX_TEXT characters. `now` is what the reader's clock shows, without a zone."""
    words = words_of(text)
    phrases = said_in(words, now.date())
    schedule = schedule_of(phrases, now)
    marks = marks_in(words, has_list)
    said = [] if schedule is NOTHING else [piece_of(phrase, schedule) for phrase in phrases]
    pieces = sorted((*said, *marks))
    named: dict[str, list[str | int]] = {"tag": [], "list": [""], "priority": [0]}
    for mark in marks:
        named[mark.kind].append(mark.value)
    return Understood(
        title=title_of(text, words, pieces),
        schedule=schedule,
        tags=tuple(map(str, named["tag"])),
        list_name=str(named["list"][-1]),
        priority=int(named["priority"][-1]),
        spans=tuple(spans_of(text, words, pieces)),
    )


def lists_named(text: str) -> list[str]:
    """The lists that a text may name."""
    return [name for word in words_of(text) if not word.has_comma and (name := list_of(word.text))]


def schedule_of(phrases: Sequence[Phrase], now: datetime) -> Schedule:
    """What the phrases say together, or nothing where they don't fit together."""
    values = [phrase.value for phrase in phrases]
    day = next((value.date for value in values if isinstance(value, Day)), None)
    at = next((value.time for value in values if isinstance(value, Time)), None)
    spoken = next((value for value in values if isinstance(value, Spoken)), None)
    minutes = [value for value in values if isinstance(value, int)]
    is_odd = len(minutes) > MAX_REMINDERS or len({*minutes}) < len(minutes) or (minutes and not at)
    found = due(day, at, spoken, now) if phrases and not is_odd else None
    return Schedule(found.day, at, found.rule, tuple(minutes), found.notes) if found else NOTHING


def piece_of(phrase: Phrase, schedule: Schedule) -> Piece:
    match phrase.value:
        case int(minutes):
            value: str | int = minutes
        case Time(at, _):
            value = at.isoformat("minutes")
        case Spoken():
            value = str(schedule.rule)
        case Day(day, _):
            value = str(day)
    return Piece(phrase.first, phrase.end, phrase.kind, value)


def marks_in(words: Sequence[Word], has_list: Callable[[str], bool]) -> list[Piece]:
    """Of two priorities or two lists neither counts, and of too many tags none."""
    found: dict[str, list[Piece]] = {"tag": [], "list": [], "priority": []}
    for at, word in enumerate(words):
        for kind, read in (("tag", tag_of), ("list", list_of), ("priority", priority_of)):
            value = "" if word.has_comma else read(word.text)
            if value and (kind != "list" or has_list(str(value))):
                found[kind].append(Piece(at, at + 1, kind, value))
    most = {"tag": MAX_TAGS, "list": 1, "priority": 1}
    return [piece for kind, pieces in found.items() if len(pieces) <= most[kind] for piece in pieces]


def title_of(text: str, words: Sequence[Word], pieces: Sequence[Piece]) -> str:
    """What stands between the pieces, with a space for each of them."""
    edges = [0, *(edge for piece in pieces for edge in place_of(words, piece)), len(text)]
    left = (text[start:end].strip(SPACES) for start, end in zip(edges[::2], edges[1::2], strict=True))
    return " ".join(filter(None, left))


def place_of(words: Sequence[Word], piece: Piece) -> tuple[int, int]:
    return words[piece.first].start, words[piece.end - 1].end


def spans_of(text: str, words: Sequence[Word], pieces: Sequence[Piece]) -> Iterator[Span]:
    # How many letters before each place take two code units.
    wide = [0, *accumulate(letter > LAST_OF_TWO_BYTES for letter in text)]
    for piece in pieces:
        start, end = place_of(words, piece)
        yield Span(start + wide[start], end + wide[end], piece.kind, piece.value)
