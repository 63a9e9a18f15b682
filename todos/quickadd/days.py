"""Days as they are said: tomorrow, Friday, 1 Dec, in 3 weeks."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from enum import IntEnum
from typing import NamedTuple

from todos.quickadd.words import Cursor, number_of, ordinal_of

NAMES_OF_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT_DAYS = {
    **{name[:3]: number for number, name in enumerate(NAMES_OF_DAYS)},
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}
WEEKDAYS = {name: number for number, name in enumerate(NAMES_OF_DAYS)} | SHORT_DAYS
NAMES_OF_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
MONTHS = {
    **{name: number for number, name in enumerate(NAMES_OF_MONTHS, 1)},
    **{name[:3]: number for number, name in enumerate(NAMES_OF_MONTHS, 1)},
    "sept": 9,
}
# Also words that say something else.
HOMONYMS = frozenset({"wed", "sat", "sun"})
LAST_YEAR = 9998
# 29 February comes after eight years at most.
YEARS_AHEAD = 8
UNITS = {name + ending: name for name in ("day", "week", "month", "year") for ending in ("", "s")}


class Clarity(IntEnum):
    """How surely words mean a day or a time: in company only, at the end of the text, or also before its end."""

    WEAK = 0
    BARE = 1
    CLEAR = 2


class Day(NamedTuple):
    """`date` is none where what is said is past, does not exist or contradicts itself."""

    date: date | None
    clarity: Clarity


def day_phrase(cursor: Cursor, today: date) -> Day | None:
    """With the word that leads to it: on Friday, by 1 Dec, due tomorrow, on the 15th."""
    lead = cursor.take("due")
    lead = cursor.take("on", "by") or lead
    if not lead:
        return in_some_days(cursor, today) or day(cursor, today)
    place = cursor.place
    found = calendar_day(cursor, today) if cursor.take("the") else None
    if found is None:
        cursor.go_back(place)
        found = of_month(cursor, today) or day(cursor, today)
    return found and found._replace(clarity=Clarity.CLEAR)


def day(cursor: Cursor, today: date) -> Day | None:
    word = cursor.word
    if word in {"today", "tomorrow"}:
        cursor.step()
        return Day(today + timedelta(days=word == "tomorrow"), Clarity.CLEAR)
    if cursor.take_all("the", "day", "after", "tomorrow"):
        return Day(today + timedelta(days=2), Clarity.CLEAR)
    if word.lower() in WEEKDAYS:
        return weekday(cursor, today)
    return iso_day(cursor, today) or calendar_day(cursor, today)


def weekday(cursor: Cursor, today: date) -> Day:
    """The next one, which is never today; with a date the two have to agree."""
    name = cursor.word.lower()
    cursor.step()
    place = cursor.place
    cursor.pass_comma()
    on = calendar_day(cursor, today)
    if on:
        return on if on.date and on.date.weekday() == WEEKDAYS[name] else on._replace(date=None)
    cursor.go_back(place)
    ahead = (WEEKDAYS[name] - today.weekday() - 1) % 7 + 1
    return Day(today + timedelta(days=ahead), Clarity.WEAK if name in HOMONYMS else Clarity.BARE)


def iso_day(cursor: Cursor, today: date) -> Day | None:
    word = cursor.word
    if len(word) != 10 or not word.isascii() or word[4] != "-" or word[7] != "-":
        return None
    year, month, number = word[:4], word[5:7], word[8:]
    if not (year + month + number).isdigit():
        return None
    cursor.step()
    return Day(not_before(today, date_in(int(year), int(month), int(number))), Clarity.CLEAR)


def calendar_day(cursor: Cursor, today: date) -> Day | None:
    """1 Dec, 1st of December, Dec 1, each perhaps with a year; without one, the next that comes, today included."""
    pair = month_and_day(cursor)
    if pair is None:
        return None
    place = cursor.place
    cursor.pass_comma()
    if year := year_of(cursor.word):
        cursor.step()
        return Day(not_before(today, date_in(year, *pair)), Clarity.BARE)
    cursor.go_back(place)
    return Day(next_date(*pair, today), Clarity.BARE)


def not_before(today: date, found: date | None) -> date | None:
    return found if found and today <= found and found.year <= LAST_YEAR else None


def month_and_day(cursor: Cursor) -> tuple[int, int] | None:
    place = cursor.place
    number = day_number(cursor.word)
    if number:
        cursor.step()
        cursor.take("of")
        month = MONTHS.get(cursor.word.lower(), 0)
    else:
        month = MONTHS.get(cursor.word.lower(), 0)
        if month:
            cursor.step()
            number = day_number(cursor.word)
    if month and number:
        cursor.step()
        return month, number
    cursor.go_back(place)
    return None


def day_number(word: str) -> int:
    is_plain = word.isascii() and word.isdigit() and len(word) <= 2
    return int(word) if is_plain else ordinal_of(word)


def year_of(word: str) -> int:
    is_year = len(word) == 4 and word.isascii() and word.isdigit() and 1000 <= int(word) <= LAST_YEAR
    return int(word) if is_year else 0


def of_month(cursor: Cursor, today: date) -> Day | None:
    """The 15th: of this month, or of the next that has one."""
    place = cursor.place
    number = ordinal_of(cursor.word) if cursor.take("the") else 0
    if not 1 <= number <= 31:
        cursor.go_back(place)
        return None
    cursor.step()
    months = (today.year * 12 + today.month - 1 + ahead for ahead in range(3))
    found = (date_in(month // 12, month % 12 + 1, number) for month in months)
    return Day(next(day for day in found if day and day >= today), Clarity.CLEAR)


def in_some_days(cursor: Cursor, today: date) -> Day | None:
    place = cursor.place
    if cursor.take("in"):
        count = 1 if cursor.take("a", "1", "one") else number_of(cursor.word)
        if count > 1:
            cursor.step()
        unit = cursor.word
        if count and unit in UNITS and unit.endswith("s") == (count > 1):
            cursor.step()
            return Day(later(today, count, UNITS[unit]), Clarity.BARE)
    cursor.go_back(place)
    return None


def later(today: date, count: int, unit: str) -> date:
    """A month later is the same day of it, or its last."""
    if unit in {"day", "week"}:
        return today + timedelta(days=count * (7 if unit == "week" else 1))
    month = today.year * 12 + today.month - 1 + count * (12 if unit == "year" else 1)
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def next_date(month: int, number: int, today: date) -> date | None:
    found = (date_in(today.year + ahead, month, number) for ahead in range(YEARS_AHEAD + 1))
    return next((day for day in found if day and day >= today), None)


def date_in(year: int, month: int, number: int) -> date | None:
    is_there = 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= number <= monthrange(year, month)[1]
    return date(year, month, number) if is_there else None
