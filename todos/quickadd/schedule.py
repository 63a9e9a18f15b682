"""When a todo is due of which a day, a time or a rule is said."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from todos.quickadd.rules import Spoken
from todos.recurrence.rule import Rule, RuleRefused
from todos.recurrence.series import require_an_occurrence
from todos.recurrence.walk import days_after

A_DAY = timedelta(days=1)


class Due(NamedTuple):
    day: date
    rule: Rule | None
    notes: tuple[str, ...] = ()


def due(day: date | None, at: time | None, spoken: Spoken | None, now: datetime) -> Due | None:
    """None where what is said does not fit together."""
    # A time alone is the next such moment.
    soonest = now.date() if at is None or at > now.time() else now.date() + A_DAY
    if spoken is None:
        return Due(day or soonest, None)
    if day and spoken.since:
        return None
    first = first_day(spoken.rule, spoken.since or day or soonest)
    if first is None or (day and first != day):
        return None
    rule, notes = for_every_month(spoken.rule, first)
    try:
        require_an_occurrence(rule, first)
    except RuleRefused:
        return None
    return Due(first, rule, notes)


def first_day(rule: Rule, earliest: date) -> date | None:
    """The first that the rule names from then on. Periods that are left out are counted from there."""
    with_last = [day if day != 31 or rule.freq != "MONTHLY" else -1 for day in rule.month_days]
    every = rule._replace(interval=1, month_days=tuple(with_last))
    return next(days_after(every, earliest, earliest - A_DAY), None)


def for_every_month(rule: Rule, first: date) -> tuple[Rule, tuple[str, ...]]:
    """The 31st of every month is its last day; what other days leave out is noted."""
    if rule.freq == "YEARLY":
        return rule, ("leap_years",) if rule.months == (2,) and 29 in rule.month_days else ()
    if rule.freq != "MONTHLY" or rule.weekdays:
        return rule, ()
    days = rule.month_days or (first.day,)
    if 31 in days:
        kept = sorted(({*days} - {31}) | {-1}, key=lambda day: (day < 0, day))
        return rule._replace(month_days=tuple(kept)), ("last_day",)
    return rule, ("short_months",) if {29, 30} & {*days} else ()
