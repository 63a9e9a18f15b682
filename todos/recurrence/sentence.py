"""A rule in English: `every 2 weeks on Tuesday`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from todos.recurrence.rule import Rule, Weekday

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
WORKING_DAYS = tuple(Weekday(0, day) for day in range(5))


def in_words(rule: Rule, start: date) -> str:
    """With the day of the start where the rule names none."""
    unit = UNITS[rule.freq]
    parts = [f"every {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"]
    if days := days_of(rule, start):
        parts.append(f"on {days}")
    if rule.months and not names_date(rule):
        parts.append(f"in {listed(MONTHS[month - 1] for month in rule.months)}")
    return " ".join(parts) + end_of(rule)


def end_of(rule: Rule) -> str:
    if rule.until is not None:
        return f", until {rule.until.day} {MONTHS[rule.until.month - 1]} {rule.until.year}"
    return "" if rule.times is None else f", {rule.times} times"


def names_date(rule: Rule) -> bool:
    """Whether its days are said with their month: on 1 December."""
    return rule.freq == "YEARLY" and not rule.weekdays and all(day > 0 for day in rule.month_days)


def days_of(rule: Rule, start: date) -> str:
    if rule.positions:
        return f"the {listed(nth(place) for place in rule.positions)} of {candidates(rule)}"
    if rule.weekdays and rule.month_days:
        return f"{weekdays(rule.weekdays)} if it is the {listed(map(day_number, rule.month_days))}"
    if rule.weekdays:
        return weekdays(rule.weekdays)
    if rule.freq == "WEEKLY":
        return DAYS[start.weekday()]
    if names_date(rule):
        days = rule.month_days or (start.day,)
        return listed(f"{day} {MONTHS[month - 1]}" for month in rule.months or (start.month,) for day in days)
    if rule.month_days or rule.freq != "DAILY":
        return f"the {listed(map(day_number, rule.month_days or (start.day,)))}"
    return ""


def candidates(rule: Rule) -> str:
    if rule.weekdays == WORKING_DAYS and not rule.month_days:
        return "the working days"
    days = [DAYS[each.day] if not each.nth else weekday(each) for each in rule.weekdays]
    return listed([*days, *(f"the {day_number(day)}" for day in rule.month_days)])


def weekdays(days: tuple[Weekday, ...]) -> str:
    return "working days" if days == WORKING_DAYS else listed(map(weekday, days))


def weekday(day: Weekday) -> str:
    return f"the {nth(day.nth)} {DAYS[day.day]}" if day.nth else DAYS[day.day]


def nth(number: int) -> str:
    if number in NTH:
        return NTH[number]
    return f"{nth(-number) if -number in NTH else ordinal(-number)} last" if number < 0 else ordinal(number)


def day_number(day: int) -> str:
    if day == -1:
        return "last day"
    return f"{ordinal(-day)} last day" if day < 0 else ordinal(day)


def ordinal(number: int) -> str:
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
