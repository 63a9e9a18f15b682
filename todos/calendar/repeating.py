"""RRULE: how a series goes on from where its todo stands.

The todo is its present occurrence, and iCalendar counts from there. Where the occurrence was moved, the days to come
are still those of the series. What can't be said of them so that others read it alike is left out: a reader that shows
the present occurrence alone is right, and one that shows wrong days is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple

from todos import zones
from todos.calendar import lines
from todos.calendar.rows import Row
from todos.recurrence.rule import Rule, parse
from todos.recurrence.walk import WEEK, days_after, with_start

A_DAY = timedelta(days=1)


class Going(NamedTuple):
    """How a series goes on from the day on which its todo is due."""

    rule: Rule
    # A day that the rule names though the todo has left it for an earlier one.
    without: date | None = None


def onward(row: Row) -> Going | None:
    """None if nothing follows, or nothing that can be said."""
    this, number, due = row.occurrence_on, row.occurrence_number, row.due_date
    if not row.rrule or this is None or number is None or due is None:
        return None
    rule = parse(row.rrule)
    if rule.times is not None:
        rule = rule._replace(times=rule.times - number + 1)
        if rule.times is not None and rule.times < 2:
            return None
    if rule.until is not None and rule.until <= due:
        return None
    # From the day of completing it goes on as if it had begun there, so that nothing of it was left behind.
    if row.repeat_from == "completion":
        return counted(rule, due, due)
    start = row.series_start or this
    return counted(rule, start, due) if due == this else moved(rule, start, this, due)


def counted(rule: Rule, start: date, first: date) -> Going | None:
    """For an occurrence that is due on its own day, which the rule may not name if it is the first of all."""
    if rule.times is None or next(days_after(rule, start, first - A_DAY), None) == first:
        return Going(rule)
    ended = until_last(rule, rule.times, start, first)
    return ended and Going(ended)


def until_last(rule: Rule, times: int, start: date, this: date) -> Rule | None:
    """With UNTIL instead of COUNT: others differ in whether a first day that the rule does not name counts."""
    days = [*islice(days_after(rule, start, this), times - 1)]
    return rule._replace(times=None, until=days[-1]) if days else None


def moved(rule: Rule, start: date, this: date, due: date) -> Going | None:
    """For an occurrence that is due on another day than its own."""
    if rule.interval > 1 and period_of(rule, due) != period_of(rule, this):
        return None
    if rule.times is not None:
        ended = until_last(rule, rule.times, start, this)
        if ended is None or ended.until is None or ended.until <= due:
            return None
        rule = ended
    rule = with_start(rule, start)
    if due > this:
        return Going(rule)
    between = next(days_after(rule, due, due), None)
    return Going(rule, without=this) if between == this else None


def period_of(rule: Rule, day: date) -> int:
    """Which of the periods it is that an interval counts."""
    match rule.freq:
        case "DAILY":
            return day.toordinal()
        case "WEEKLY":
            return (day.toordinal() - 1 - rule.week_start) // WEEK
        case "MONTHLY":
            return day.year * 12 + day.month
        case _:
            return day.year


def recurrence(row: Row) -> Iterator[str]:
    going = onward(row)
    if going is None:
        return
    rule, until = going.rule, ""
    if rule.until is not None:
        until = f";UNTIL={until_of(row, rule.until)}"
    yield f"RRULE:{rule._replace(until=None)}{until}"
    if going.without:
        yield moment("EXDATE", going.without, row)


def until_of(row: Row, last: date) -> str:
    """In the form that the due date has, but for a zone: there it has to be a moment in UTC."""
    if row.due_time is None:
        return lines.day(last)
    if not row.time_zone:
        return lines.clock_time(last, row.due_time)
    return lines.instant(zones.instant(last, row.due_time, row.time_zone))


def moment(name: str, on: date, row: Row) -> str:
    """A day as the todo is due on it: the whole day, or its time by the clock of its zone."""
    if row.due_time is None:
        return f"{name};VALUE=DATE:{lines.day(on)}"
    if not row.time_zone:
        return f"{name}:{lines.clock_time(on, row.due_time)}"
    if row.time_zone == "UTC":
        return f"{name}:{lines.clock_time(on, row.due_time)}Z"
    return f"{name};TZID={row.time_zone}:{lines.clock_time(on, row.due_time)}"
