"""The days that a rule names, period by period, with a limit to how many periods are looked at.

A series begins at its start, whether the rule names that day or not, and what the rule leaves open (the day of the
month, say) is that of the start. It ends where the rule says so, or where `MOST_PERIODS` name no day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from todos.recurrence.rule import Rule, Weekday

# A Monday that is 29 February comes after 40 years at most, which are 480 months.
MOST_PERIODS = 1_200
LAST_DAY = date(9998, 12, 31)
WEEK = 7


def days_after(rule: Rule, start: date, day: date) -> Iterator[date]:
    """What the rule names after this day, in order. (COUNT counts from the start, so that callers look at it.)"""
    rule = in_long_periods(with_start(rule, start))
    for first in periods(rule, start, day):
        for each in days_in(rule, first):
            if rule.until is not None and each > rule.until:
                return
            if each > day:
                yield each


def with_start(rule: Rule, start: date) -> Rule:
    """The rule with what it leaves to its start."""
    if rule.weekdays or rule.month_days or rule.freq == "DAILY":
        return rule
    if rule.freq == "WEEKLY":
        return rule._replace(weekdays=(Weekday(0, start.weekday()),))
    months = rule.months or ((start.month,) if rule.freq == "YEARLY" else ())
    return rule._replace(months=months, month_days=(start.day,))


def in_long_periods(rule: Rule) -> Rule:
    """The same days, with fewer periods to look at: `MOST_PERIODS` days are over after three years."""
    if rule.freq != "DAILY" or rule.interval > 1 or not (rule.weekdays or rule.month_days):
        return rule
    return rule._replace(freq="MONTHLY" if rule.month_days else "WEEKLY")


def periods(rule: Rule, start: date, day: date) -> Iterator[date]:
    """First days of the periods that count, from the last one before this day on."""
    origin = number_of(rule, start)
    number = origin + max(0, number_of(rule, day) - origin) // rule.interval * rule.interval
    last = number_of(rule, LAST_DAY)
    for _ in range(MOST_PERIODS):
        if number > last:
            return
        first = first_day(rule, number)
        if rule.freq == "DAILY" and rule.months and first.month not in rule.months:
            # A day in a month that does not count: on to the next month at once.
            ahead = monthrange(first.year, first.month)[1] - first.day
            number += ahead // rule.interval * rule.interval
        else:
            yield first
        number += rule.interval


def number_of(rule: Rule, day: date) -> int:
    """Days, weeks, months and years, each counted from long ago."""
    match rule.freq:
        case "DAILY":
            return day.toordinal()
        case "WEEKLY":
            return (day.toordinal() - 1 - rule.week_start) // WEEK
        case "MONTHLY":
            return day.year * 12 + day.month - 1
        case _:
            return day.year


def first_day(rule: Rule, number: int) -> date:
    match rule.freq:
        case "DAILY":
            return date.fromordinal(number)
        case "WEEKLY":
            return date.fromordinal(max(1, number * WEEK + 1 + rule.week_start))
        case "MONTHLY":
            return date(number // 12, number % 12 + 1, 1)
        case _:
            return date(number, 1, 1)


def days_in(rule: Rule, first: date) -> list[date]:
    match rule.freq:
        case "DAILY":
            days = [first] if is_named(rule, first) else []
        case "WEEKLY":
            week = (first + timedelta(days=number) for number in range(WEEK))
            days = [day for day in week if is_named(rule, day)]
        case "MONTHLY":
            days = days_of_month(rule, first) if not rule.months or first.month in rule.months else []
        case _:
            days = days_of_year(rule, first.year)
    return chosen(rule, days) if rule.positions else days


def is_named(rule: Rule, day: date) -> bool:
    """For days and weeks, where the parts of a rule only leave out."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.weekdays and Weekday(0, day.weekday()) not in rule.weekdays:
        return False
    return not rule.month_days or day in days_of_month(rule._replace(weekdays=()), day)


def days_of_year(rule: Rule, year: int) -> list[date]:
    if not rule.months:
        return named_weekdays(rule, date(year, 1, 1), date(year, 12, 31))
    return [day for month in rule.months for day in days_of_month(rule, date(year, month, 1))]


def days_of_month(rule: Rule, day: date) -> list[date]:
    length = monthrange(day.year, day.month)[1]
    if not rule.month_days:
        return named_weekdays(rule, day.replace(day=1), day.replace(day=length))
    numbers = {number if number > 0 else length + 1 + number for number in rule.month_days}
    days = [date(day.year, day.month, number) for number in sorted(numbers) if 0 < number <= length]
    weekdays = {weekday.day for weekday in rule.weekdays}
    return [day for day in days if day.weekday() in weekdays] if weekdays else days


def named_weekdays(rule: Rule, first: date, last: date) -> list[date]:
    return sorted({day for weekday in rule.weekdays for day in days_of_weekday(weekday, first, last)})


def days_of_weekday(weekday: Weekday, first: date, last: date) -> list[date]:
    """All of them from the first day to the last, or the nth."""
    earliest = first.toordinal() + (weekday.day - first.weekday()) % WEEK
    ordinals = range(earliest, last.toordinal() + 1, WEEK)
    if not weekday.nth:
        return [date.fromordinal(ordinal) for ordinal in ordinals]
    place = weekday.nth - 1 if weekday.nth > 0 else weekday.nth
    return [date.fromordinal(ordinals[place])] if -len(ordinals) <= place < len(ordinals) else []


def chosen(rule: Rule, days: list[date]) -> list[date]:
    places = {place - 1 if place > 0 else len(days) + place for place in rule.positions}
    return [day for place, day in enumerate(days) if place in places]
