"""The days that a rule names, in order and to the end of the calendar.

A series begins at its start, whether the rule names that day or not, and what the rule leaves open (the day of the
month, say) is that of the start. Months and years are looked at whole, and those that look alike once.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache

from todos.recurrence.rule import Rule, Weekday

LAST_DAY = date(9998, 12, 31)
WEEK = 7
# After 400 years the calendar repeats, and a walk through it by any number of months or years has then seen as many of
# them or fewer, and sees those again. So if that many in a row have no day that the rule names, none has.
MOST_IDLE_MONTHS = 400 * 12
# Up to here, every so many days are chosen from those of the months; of longer steps there are fewer to look at.
LONGEST_OF_MONTHS = 62


def days_after(rule: Rule, start: date, day: date) -> Iterator[date]:
    """What the rule names after this day. (COUNT counts from the start, so that callers look at it.)"""
    last = LAST_DAY if rule.until is None else min(LAST_DAY, rule.until)
    for each in days_near(with_start(rule, start), start, day, last):
        if each > last:
            return
        if each > day and each >= start:
            yield each


def with_start(rule: Rule, start: date) -> Rule:
    """The rule with what it leaves to its start."""
    if rule.weekdays or rule.month_days or rule.freq == "DAILY":
        return rule
    if rule.freq == "WEEKLY":
        return rule._replace(weekdays=(Weekday(0, start.weekday()),))
    months = rule.months or ((start.month,) if rule.freq == "YEARLY" else ())
    return rule._replace(months=months, month_days=(start.day,))


def days_near(rule: Rule, start: date, day: date, last: date) -> Iterator[date]:
    """Those from the first to the last, with some more at both ends."""
    match rule.freq:
        case "DAILY":
            return days_of_days(rule, start, day, last)
        case "WEEKLY":
            return days_of_weeks(rule, start, day, last)
        case "YEARLY" if not rule.months:
            return days_of_years(rule, start, day, last)
        case _:
            return days_of_months(rule, months(rule, start, day, last))


def days_of_days(rule: Rule, start: date, day: date, last: date) -> Iterator[date]:
    origin = start.toordinal()
    weekdays = {weekday.day for weekday in rule.weekdays} or {*range(WEEK)}
    # Of seven steps each is another weekday, or all are the same.
    turns = [turn for turn in range(WEEK) if (origin - 1 + turn * rule.interval) % WEEK in weekdays]
    if not turns:
        return iter(())
    if len(turns) in {1, WEEK}:
        origin += turns[0] * rule.interval
        rule = rule._replace(weekdays=(), interval=rule.interval * WEEK // len(turns))
    if rule.interval > LONGEST_OF_MONTHS or not (rule.months or rule.month_days or rule.weekdays):
        return days_of_steps(rule, steps(rule, origin, day.toordinal(), last.toordinal()))
    each_month = rule._replace(freq="MONTHLY", interval=1)
    found = days_of_months(each_month, months(each_month, start, day, last))
    return (each for each in found if (each.toordinal() - origin) % rule.interval == 0)


def days_of_steps(rule: Rule, ordinals: Iterable[int]) -> Iterator[date]:
    named = names_in(rule)
    found: Iterator[date] = map(date.fromordinal, ordinals)
    if rule.months:
        found = (each for each in found if each.month in rule.months)
    if rule.month_days or rule.weekdays:
        found = (each for each in found if each.day - 1 in named(*monthrange(each.year, each.month)))
    return found


def days_of_weeks(rule: Rule, start: date, day: date, last: date) -> Iterator[date]:
    def number_of(each: date) -> int:
        return (each.toordinal() - 1 - rule.week_start) // WEEK

    places = sorted((weekday.day - rule.week_start) % WEEK for weekday in rule.weekdays)
    for number in steps(rule, number_of(start), number_of(day), number_of(last)):
        for place in places:
            ordinal = number * WEEK + 1 + rule.week_start + place
            # Before the first day of the calendar there is none.
            if ordinal > 0 and (not rule.months or date.fromordinal(ordinal).month in rule.months):
                yield date.fromordinal(ordinal)


def days_of_months(rule: Rule, several: Iterable[tuple[int, int]]) -> Iterator[date]:
    named, idle = names_in(rule), 0
    for year, month in several:
        numbers = named(*monthrange(year, month))
        idle = 0 if numbers else idle + 1
        if idle > MOST_IDLE_MONTHS:
            return
        for number in numbers:
            yield date(year, month, number + 1)


def months(rule: Rule, start: date, day: date, last: date) -> Iterator[tuple[int, int]]:
    """Those that count, with their years."""
    if rule.months and (rule.freq == "YEARLY" or rule.interval == 1):
        return ((year, month) for year in steps(rule, start.year, day.year, last.year) for month in rule.months)
    # Numbered from long ago.
    origin, earliest, latest = (each.year * 12 + each.month - 1 for each in (start, day, last))
    numbers = steps(rule, origin, earliest, latest)
    return ((number // 12, number % 12 + 1) for number in numbers if not rule.months or number % 12 + 1 in rule.months)


def days_of_years(rule: Rule, start: date, day: date, last: date) -> Iterator[date]:
    named = names_in(rule)
    for year in steps(rule, start.year, day.year, last.year):
        first = date(year, 1, 1)
        for number in named(first.weekday(), 365 + isleap(year)):
            yield date.fromordinal(first.toordinal() + number)


def steps(rule: Rule, origin: int, earliest: int, latest: int) -> range:
    """Every so many numbers from the origin on, beginning with the last one that is not after the earliest."""
    return range(origin + max(0, earliest - origin) // rule.interval * rule.interval, latest + 1, rule.interval)


def names_in(rule: Rule) -> Callable[[int, int], Sequence[int]]:
    """Says which days a rule names in a month or a year, by its first weekday and its length; the first day is 0."""

    @cache
    def named(first: int, length: int) -> list[int]:
        numbers = {*range(length)}
        if rule.month_days:
            numbers &= {number - 1 if number > 0 else length + number for number in rule.month_days}
        if rule.weekdays:
            numbers &= {number for each in rule.weekdays for number in numbers_of(each, first, length)}
        return chosen(rule, sorted(numbers))

    return named


def numbers_of(weekday: Weekday, first: int, length: int) -> range:
    """All of such days, or the nth."""
    numbers = range((weekday.day - first) % WEEK, length, WEEK)
    if not weekday.nth:
        return numbers
    place = weekday.nth - 1 if weekday.nth > 0 else weekday.nth
    return numbers[place : place + 1 or None]


def chosen(rule: Rule, numbers: list[int]) -> list[int]:
    if not rule.positions:
        return numbers
    places = {place - 1 if place > 0 else len(numbers) + place for place in rule.positions}
    return [number for place, number in enumerate(numbers) if place in places]
