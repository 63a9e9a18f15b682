"""Rules and days at random."""

from __future__ import annotations

from datetime import date

from hypothesis import assume
from hypothesis import strategies as some

from todos.recurrence.rule import DAYS, Rule, RuleRefused, parse
from todos.recurrence.series import require_an_occurrence


def spelled(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items() if value)


def listed(values: some.SearchStrategy[str]) -> some.SearchStrategy[str]:
    return some.lists(values, max_size=3).map(",".join)


def rules(intervals: some.SearchStrategy[str]) -> some.SearchStrategy[str]:
    """Any that has no end, and many that are refused."""
    return some.fixed_dictionaries(
        {
            "FREQ": some.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
            "INTERVAL": intervals,
            "BYMONTH": listed(some.integers(1, 12).map(str)),
            "BYMONTHDAY": listed(some.sampled_from(["1", "15", "28", "29", "30", "31", "-1", "-2", "-31"])),
            "BYDAY": listed(NUMBERED_DAYS),
            "BYSETPOS": listed(some.sampled_from(["1", "2", "-1", "-2"])),
            "WKST": some.sampled_from(["", "", "SU", "WE"]),
        }
    ).map(spelled)


NUMBERED_DAYS = some.tuples(some.sampled_from(["", "", "1", "-1", "2", "5", "-5"]), some.sampled_from(DAYS)).map(
    "".join
)
RULES = rules(some.sampled_from(["", "2", "3", "13", "52"]))
ALL_RULES = rules(some.integers(1, 80).map(str) | some.integers(1, 999).map(str))
MOMENTS = some.dates(date(2020, 1, 1), date(2040, 1, 1))


def accepted(text: str, start: date) -> Rule:
    try:
        rule = parse(text)
        require_an_occurrence(rule, start)
    except RuleRefused:
        assume(False)
    return rule
