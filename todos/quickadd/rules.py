"""Rules of recurrence as they are said: every 2 weeks on Tuesday, every last Friday of the month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import NamedTuple

from todos.quickadd.days import MONTHS, WEEKDAYS, date_in, day, in_some_days, month_and_day
from todos.quickadd.words import Cursor, number_of, ordinal_of
from todos.recurrence.rule import DAYS, Rule, RuleRefused, parse

Parts = dict[str, str]
FREQUENCIES = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
WORKING_DAYS = "MO,TU,WE,TH,FR"
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
LEAP_YEAR = 2028


class Spoken(NamedTuple):
    rule: Rule
    # The day from which on it counts, where that is said.
    since: date | None


def rule_phrase(cursor: Cursor, today: date) -> Spoken | None:
    cursor.take("on")
    if not cursor.take("every"):
        return None
    parts = first_of(cursor, by_unit, by_date, by_place, by_weekdays)
    if parts is None:
        return None
    if parts["FREQ"] in {"DAILY", "WEEKLY"}:
        parts |= first_of(cursor, in_months) or {}
    since = limits(cursor, parts, today)
    try:
        return Spoken(parse(";".join(f"{name}={value}" for name, value in parts.items())), since)
    except RuleRefused:
        return None


def first_of(cursor: Cursor, *readers: Callable[[Cursor], Parts | None]) -> Parts | None:
    """What the first of them reads that can."""
    place = cursor.place
    for read in readers:
        if parts := read(cursor):
            return parts
        cursor.go_back(place)
    return None


def by_unit(cursor: Cursor) -> Parts | None:
    """every day, every 2 weeks on Tuesday, every third month on the 1st."""
    if cursor.take("fortnight"):
        return {"FREQ": "WEEKLY", "INTERVAL": "2"}
    count, is_plural = interval(cursor)
    unit = cursor.word.removesuffix("s")
    if not count or unit not in FREQUENCIES or cursor.word.endswith("s") != is_plural:
        return None
    cursor.step()
    freq = FREQUENCIES[unit]
    named = first_of(cursor, NAMING[freq])
    place = cursor.place
    # Of a month on Monday nobody knows which one.
    if named is None and cursor.take("on") and cursor.word.lower() in WEEKDAYS:
        return None
    cursor.go_back(place)
    return {"FREQ": freq, "INTERVAL": str(count)} | (named or {})


def interval(cursor: Cursor) -> tuple[int, bool]:
    """How many, and whether the unit stands in the plural then."""
    if cursor.take("other"):
        return 2, False
    word = cursor.word
    if number := number_of(word):
        cursor.step()
        return number, True
    if nth := nth_of(word):
        cursor.step()
        return nth if nth > 1 else 0, False
    cursor.take("1")
    return 1, False


def nth_of(word: str) -> int:
    return ORDINALS.get(word, 0) or ordinal_of(word)


def by_weekdays(cursor: Cursor) -> Parts | None:
    """every Monday and Thursday, every other Friday, every weekday."""
    if is_working_day(cursor, "day"):
        return {"FREQ": "WEEKLY", "BYDAY": WORKING_DAYS}
    count = "2" if cursor.take("other") else "1"
    days = cursor.listed(weekday)
    return {"FREQ": "WEEKLY", "INTERVAL": count, "BYDAY": ",".join(days)} if days else None


def is_working_day(cursor: Cursor, ending: str) -> bool:
    """A weekday, a workday or a working day; with `days`, more of them."""
    return bool(cursor.take(f"week{ending}", f"work{ending}")) or cursor.take_all("working", ending)


def weekday(cursor: Cursor) -> str | None:
    number = WEEKDAYS.get(cursor.word.lower())
    if number is None:
        return None
    cursor.step()
    return DAYS[number]


def on_weekdays(cursor: Cursor) -> Parts | None:
    if not cursor.take("on"):
        return None
    if is_working_day(cursor, "days"):
        return {"BYDAY": WORKING_DAYS}
    days = cursor.listed(weekday)
    return {"BYDAY": ",".join(days)} if days else None


def by_date(cursor: Cursor) -> Parts | None:
    """every 1 Dec, every 24 December and 25 December."""
    dates = cursor.listed(month_and_day)
    months, days = ({each[part] for each in dates} for part in (0, 1))
    if not dates or set(product(months, days)) != set(dates):
        return None
    if not all(date_in(LEAP_YEAR, *each) for each in dates):
        return None
    return {"FREQ": "YEARLY", "BYMONTH": written(months), "BYMONTHDAY": written(days)}


def written(numbers: set[int]) -> str:
    return ",".join(map(str, sorted(numbers)))


def on_dates(cursor: Cursor) -> Parts | None:
    """on 1 Dec, on the last Friday of November."""
    return first_of(cursor, by_date, places_in_year) if cursor.take("on") else None


def places_in_year(cursor: Cursor) -> Parts | None:
    found = places(cursor)
    month = MONTHS.get(cursor.word.lower(), 0) if found and cursor.take("of", "in") else 0
    if not month or not found or "BYSETPOS" in found or found.get("BYMONTHDAY", "-1") != "-1":
        return None
    cursor.step()
    return {**found, "FREQ": "YEARLY", "BYMONTH": str(month)}


def by_place(cursor: Cursor) -> Parts | None:
    """every 1st and 15th, every last Friday of the month, every fourth Thursday of November."""
    return first_of(cursor, places_in_year, places_in_month)


def places_in_month(cursor: Cursor) -> Parts | None:
    found = places(cursor)
    is_said = cursor.take_all("of", "the", "month")
    # The second Friday may be every other one, the last day any.
    is_plain = found is not None and found.get("BYMONTHDAY", "-1") != "-1"
    return {"FREQ": "MONTHLY", **found} if found and (is_said or is_plain) else None


def on_places(cursor: Cursor) -> Parts | None:
    return places(cursor) if cursor.take("on") else None


def places(cursor: Cursor) -> Parts | None:
    """the 1st and 15th, the last day, the first Monday and the third Monday, the last working day."""
    found = cursor.listed(place)
    names = {name for name, _ in found}
    if len(names) != 1:
        return None
    (name,) = names
    parts = {name: ",".join(value for _, value in found)}
    return {"BYDAY": WORKING_DAYS, **parts} if name == "BYSETPOS" else parts


def place(cursor: Cursor) -> tuple[str, str] | None:
    cursor.take("the")
    nth = -1 if cursor.word == "last" else nth_of(cursor.word)
    if not nth or nth > 31:
        return None
    cursor.step()
    if (day := weekday(cursor)) is not None:
        return "BYDAY", f"{nth}{day}"
    if is_working_day(cursor, "day"):
        return "BYSETPOS", str(nth)
    is_day = cursor.take("day")
    return ("BYMONTHDAY", str(nth)) if nth > 0 or is_day else None


def in_months(cursor: Cursor) -> Parts | None:
    months = cursor.listed(month) if cursor.take("in") else []
    return {"BYMONTH": written(set(months))} if months else None


def month(cursor: Cursor) -> int | None:
    number = MONTHS.get(cursor.word.lower())
    if number:
        cursor.step()
    return number


NAMING = {"DAILY": lambda cursor: None, "WEEKLY": on_weekdays, "MONTHLY": on_places, "YEARLY": on_dates}


def limits(cursor: Cursor, parts: Parts, today: date) -> date | None:
    """`from 1 Dec`, `until 1 March`, `for 5 times`: adds them to the parts, and gives where it begins."""
    since = None
    place = cursor.place
    while True:
        is_after_comma = cursor.pass_comma()
        if since is None and cursor.take("from", "starting") and (begin := limit(cursor, today)):
            since = begin
        elif "UNTIL" not in parts and cursor.take("until", "till") and (last := limit(cursor, today)):
            parts["UNTIL"] = last.isoformat().replace("-", "")
        elif "COUNT" not in parts and (cursor.take("for") or is_after_comma) and (times := number_of(cursor.word)):
            cursor.step()
            if not cursor.take("times"):
                break
            parts["COUNT"] = str(times)
        else:
            break
        place = cursor.place
    cursor.go_back(place)
    return since


def limit(cursor: Cursor, today: date) -> date | None:
    cursor.take("on")
    found = in_some_days(cursor, today) or day(cursor, today)
    return found and found.date
