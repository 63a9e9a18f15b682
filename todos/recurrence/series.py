"""Which occurrence follows this one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple

from todos.recurrence.rule import Rule, RuleRefused
from todos.recurrence.walk import days_after

# Who comes back after years hears that they missed so many.
MOST_MISSED = 999
# As many as begin in one import: whether a rule names a day at all takes up to 2 ms.
MOST_BEGUN = 1_000


class Occurrence(NamedTuple):
    """The nth of its series, counted with those that were missed."""

    day: date
    number: int


class Next(NamedTuple):
    occurrence: Occurrence | None
    missed: int


def following(rule: Rule, start: date, this: Occurrence) -> Iterator[Occurrence]:
    """All after this one, to the end of the series."""
    left = None if rule.times is None else max(0, rule.times - this.number)
    days = islice(days_after(rule, start, this.day), left)
    return (Occurrence(day, this.number + number) for number, day in enumerate(days, 1))


def next_from(rule: Rule, start: date, this: Occurrence, today: date) -> Next:
    """The first after this one that is not before today; those between are missed, and not piled up."""
    missed = 0
    for each in islice(following(rule, start, this), MOST_MISSED + 1):
        if each.day >= today:
            return Next(each, missed)
        missed += 1
    if rule.times is not None:
        return Next(None, missed)
    # Too many to walk past all of them.
    missed = min(missed, MOST_MISSED)
    days = days_after(rule, start, max(this.day, today - timedelta(days=1)))
    return Next(next((Occurrence(day, this.number + missed + 1) for day in days), None), missed)


def next_from_completion(rule: Rule, start: date, this: Occurrence, completed_on: date) -> Next:
    """The first after the day of completing, as if the series had begun there."""
    this = this._replace(day=completed_on)
    return Next(next(following(rule, begun_anew(rule, start, this), this), None), 0)


def begun_anew(rule: Rule, start: date, this: Occurrence) -> date:
    """This day, as that from which the rule counts; where it finds nothing from there, the start stays.

    Every twelfth month in January, for one, can't be counted from February.
    """
    return start if next(following(rule, this.day, this), None) is None else this.day


def require_an_occurrence(rule: Rule, start: date) -> None:
    """Refuses a rule that names no day after the first; one that is to be done once is none."""
    if next(following(rule, start, Occurrence(start, 1)), None) is None:
        raise RuleRefused("rrule_empty", "This rule names no day after the first.")
