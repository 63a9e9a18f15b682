"""Times of day as they are said, and how long before it one wants to be reminded."""

from __future__ import annotations

from datetime import time
from typing import NamedTuple

from todos.quickadd.days import Clarity
from todos.quickadd.words import Cursor, number_of

# 3:30 is in the afternoon for most who write it so, and at night for the rest; 03:30 and 3:30pm are certain.
AT_NIGHT_OR_NOT = range(1, 7)
HALVES = {"am": 0, "pm": 12}
LENGTHS = {"minute": 1, "min": 1, "hour": 60, "day": 1440, "week": 10_080}
MINUTES = {name + ending: minutes for name, minutes in LENGTHS.items() for ending in ("", "s")}
EARLIEST_MINUTES = 40_320


class Time(NamedTuple):
    time: time
    clarity: Clarity


def time_phrase(cursor: Cursor) -> Time | None:
    """With the word that leads to it: at 9:00, by noon."""
    lead = cursor.take("at", "by", "due")
    if lead == "due":
        cursor.take("at", "by")
    found = time_of_day(cursor)
    return found._replace(clarity=Clarity.CLEAR) if found and lead else found


def time_of_day(cursor: Cursor) -> Time | None:
    word = cursor.word
    if not word:
        return None
    cursor.step()
    if word == "noon":
        return Time(time(12), Clarity.WEAK)
    half = word[-2:].lower()
    clock = clock_of(word)
    if half in HALVES:
        clock = clock_of(word[:-2])
    elif clock and cursor.word.lower() in HALVES:
        half = cursor.word.lower()
        cursor.step()
    if not clock:
        return None
    hour, minute, length = clock
    if half in HALVES:
        is_there = 1 <= hour <= 12
        return Time(time(hour % 12 + HALVES[half], minute), Clarity.CLEAR) if is_there else None
    if length < 4 or (length == 4 and hour in AT_NIGHT_OR_NOT):
        # A number alone may be anything.
        return None
    return Time(time(hour, minute), Clarity.BARE if length == 5 else Clarity.WEAK)


def clock_of(word: str) -> tuple[int, int, int] | None:
    """Hour and minute of `9`, `9:30` or `09:30`, and how long that is."""
    hour, colon, minute = word.partition(":")
    if not (word.isascii() and hour.isdigit() and len(hour) <= 2) or (colon and not is_minute(minute)):
        return None
    return (int(hour), int(minute or 0), len(word)) if int(hour) < 24 else None


def is_minute(text: str) -> bool:
    return len(text) == 2 and text.isdigit() and text < "60"


def reminder_phrase(cursor: Cursor) -> int | None:
    """The minutes of `remind me 10 minutes before`."""
    if not cursor.take_all("remind", "me"):
        return None
    count = 1 if cursor.take("a", "an", "1", "one") else number_of(cursor.word)
    if count > 1:
        cursor.step()
    unit = cursor.word
    if not count or unit not in MINUTES or (unit != "min" and (count > 1) == (unit in LENGTHS)):
        return None
    cursor.step()
    minutes = count * MINUTES[unit]
    return minutes if minutes <= EARLIEST_MINUTES and cursor.take("before") else None
