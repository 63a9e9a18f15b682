"""What a rule means, said of one day at a time: slow, and as RFC 5545 has it."""

from __future__ import annotations

from calendar import isleap, monthrange
from datetime import date, timedelta

from todos.recurrence.rule import Rule


def is_named(rule: Rule, start: date, day: date) -> bool:
    return is_in_period(rule, start, day) and is_listed(rule, start, day) and is_in_place(rule, start, day)


def is_in_period(rule: Rule, start: date, day: date) -> bool:
    """Whether as many days, weeks, months or years have passed as the interval wants, or twice as many and so on."""
    match rule.freq:
        case "DAILY":
            passed = (day - start).days
        case "WEEKLY":
            passed = (first_of_week(rule, day) - first_of_week(rule, start)).days // 7
        case "MONTHLY":
            passed = (day.year - start.year) * 12 + day.month - start.month
        case _:
            passed = day.year - start.year
    return passed % rule.interval == 0


def first_of_week(rule: Rule, day: date) -> date:
    return day - timedelta(days=(day.weekday() - rule.week_start) % 7)


def is_listed(rule: Rule, start: date, day: date) -> bool:
    is_left_open = not (rule.weekdays or rule.month_days)
    if is_left_open and rule.freq == "WEEKLY" and day.weekday() != start.weekday():
        return False
    if is_left_open and rule.freq in {"MONTHLY", "YEARLY"} and day.day != start.day:
        return False
    if is_left_open and rule.freq == "YEARLY" and not rule.months and day.month != start.month:
        return False
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not {day.day, day.day - monthrange(day.year, day.month)[1] - 1} & {*rule.month_days}:
        return False
    return not rule.weekdays or any(each.day == day.weekday() and is_nth(rule, each.nth, day) for each in rule.weekdays)


def is_nth(rule: Rule, nth: int, day: date) -> bool:
    number, length = day.day, monthrange(day.year, day.month)[1]
    if rule.freq == "YEARLY" and not rule.months:
        number, length = day.timetuple().tm_yday, 365 + isleap(day.year)
    return nth in {0, (number + 6) // 7, -((length - number + 7) // 7)}


def is_in_place(rule: Rule, start: date, day: date) -> bool:
    if not rule.positions:
        return True
    days = [day.replace(day=number + 1) for number in range(monthrange(day.year, day.month)[1])]
    listed = [each for each in days if is_listed(rule, start, each)]
    return bool({listed.index(day) + 1, listed.index(day) - len(listed)} & {*rule.positions})
