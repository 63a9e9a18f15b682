"""A rule as RFC 5545 writes it, of which a part is accepted: `FREQ=WEEKLY;INTERVAL=2;BYDAY=TU`.

A rule names days; the time of day is the todo's. What is refused, is refused with a code that names the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple, NoReturn

from todos.exceptions import Code

LONGEST = 200
MOST_INTERVAL = 999
MOST_COUNT = 999
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
DAY = re.compile(r"([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)")
NUMBER = re.compile(r"[+-]?[1-9][0-9]{0,2}")
# A numbered weekday is one of a month's five or of a year's 53.
MOST_WEEKDAYS = {"MONTHLY": 5, "YEARLY": 53}


# What is wrong with a part. The code names the part, `reason` is the name here, and the rest are the part's bounds.
REASONS = {
    "twice": "say it once",
    "missing": "begin with it, one of {choices}",
    "choice": "one of {choices}",
    "number": "a number from {min} to {max}",
    "number_from_end": "a number from {min} to {max}, or as negative from the end",
    "days": "days of MO, TU, WE, TH, FR, SA, SU, with a number such as 2TU or -1FR where months or years repeat",
    "numbers_with_months": "numbers go with MONTHLY and YEARLY only",
    "numbers_too_high": "numbers go to {max} here",
    "all_or_none": "either all days have numbers or none",
    "last_day": "the last day, as 20261231; the time of day is the todo's",
    "count_or_until": "give COUNT or UNTIL, not both",
    "numbered_days": "not together with a numbered BYDAY",
    "weekly": "not with WEEKLY",
    "wants_month": "YEARLY wants BYMONTH with it",
    "monthly": "with MONTHLY only, because libraries disagree about the others",
    "wants_days": "wants BYDAY or BYMONTHDAY to choose from",
}
BOUNDS: dict[str, dict[str, Any]] = {
    "FREQ": {"choices": [*FREQUENCIES]},
    "INTERVAL": {"min": 1, "max": MOST_INTERVAL},
    "BYMONTH": {"min": 1, "max": 12},
    "BYMONTHDAY": {"min": 1, "max": 31},
    "BYDAY": {"max": MOST_WEEKDAYS["YEARLY"]},
    "BYSETPOS": {"min": 1, "max": 366},
    "COUNT": {"min": 1, "max": MOST_COUNT},
    "WKST": {"choices": [*DAYS]},
}


class RuleRefused(ValueError):
    """`code` names the part that is wrong; the text is for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Weekday(NamedTuple):
    """The nth such day of a month or a year, counted from its end if negative; 0 is every one."""

    nth: int
    day: int

    def __str__(self) -> str:
        return f"{self.nth or ''}{DAYS[self.day]}"


class Rule(NamedTuple):
    freq: str
    interval: int = 1
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[Weekday, ...] = ()
    positions: tuple[int, ...] = ()
    times: int | None = None
    until: date | None = None
    week_start: int = 0

    def __str__(self) -> str:
        """The one spelling of this rule."""
        parts = {
            "FREQ": self.freq,
            "INTERVAL": "" if self.interval == 1 else str(self.interval),
            "BYMONTH": ",".join(map(str, self.months)),
            "BYMONTHDAY": ",".join(map(str, self.month_days)),
            "BYDAY": ",".join(map(str, self.weekdays)),
            "BYSETPOS": ",".join(map(str, self.positions)),
            "COUNT": "" if self.times is None else str(self.times),
            "UNTIL": "" if self.until is None else self.until.isoformat().replace("-", ""),
            "WKST": DAYS[self.week_start] if self.week_start else "",
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)


def parse(text: str) -> Rule:
    parts = parts_of(text)
    values = {}
    for name, value in parts.items():
        member, read = PARTS[name]
        values[member] = read(name, value)
    if "freq" not in values:
        refuse("FREQ", "missing")
    rule = Rule(**values)
    require_sense(rule)
    # Only weeks that are left out ask where a week begins.
    return rule if rule.freq == "WEEKLY" and rule.interval > 1 else rule._replace(week_start=0)


def parts_of(text: str) -> dict[str, str]:
    if len(text) > LONGEST:
        raise RuleRefused(Code("rrule_too_long", max=LONGEST), f"A rule has at most {LONGEST} characters.")
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise RuleRefused("rrule_syntax", "Write a rule as FREQ=WEEKLY;INTERVAL=2;BYDAY=TU, without a prefix.")
        if name not in PARTS:
            code = Code("rrule_part", choices=[*PARTS])
            raise RuleRefused(code, f"A rule may have {', '.join(PARTS)}, and nothing else.")
        if name in parts:
            refuse(name, "twice")
        parts[name] = value
    return parts


def refuse(name: str, reason: str, **bounds: Any) -> NoReturn:
    params = {**BOUNDS.get(name, {}), **bounds}
    shown = {key: ", ".join(value) if isinstance(value, list) else value for key, value in params.items()}
    code = Code(f"rrule_{name.lower()}", reason=reason, **params)
    raise RuleRefused(code, f"{name}: {REASONS[reason].format(**shown)}.")


def frequency(name: str, value: str) -> str:
    return value if value in FREQUENCIES else refuse(name, "choice")


def number(name: str, value: str, *, may_be_negative: bool = False) -> int:
    is_number = NUMBER.fullmatch(value) and (may_be_negative or value[0] not in "+-")
    if is_number and abs(int(value)) <= BOUNDS[name]["max"]:
        return int(value)
    refuse(name, "number_from_end" if may_be_negative else "number")


def interval(name: str, value: str) -> int:
    return number(name, value)


def times(name: str, value: str) -> int:
    return number(name, value)


def months(name: str, value: str) -> tuple[int, ...]:
    return distinct(number(name, each) for each in value.split(","))


def month_days(name: str, value: str) -> tuple[int, ...]:
    return distinct(number(name, each, may_be_negative=True) for each in value.split(","))


def positions(name: str, value: str) -> tuple[int, ...]:
    return distinct(number(name, each, may_be_negative=True) for each in value.split(","))


def weekdays(name: str, value: str) -> tuple[Weekday, ...]:
    found = [DAY.fullmatch(each) for each in value.split(",")]
    days = [Weekday(int(each[1] or 0), DAYS.index(each[2])) for each in found if each]
    if len(days) < len(found):
        refuse(name, "days")
    return distinct(days)


def week_start(name: str, value: str) -> int:
    return DAYS.index(value) if value in DAYS else refuse(name, "choice")


def until(name: str, value: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{8}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    refuse(name, "last_day")


def distinct(values: Any) -> tuple[Any, ...]:
    """Each once; days counted from the end come last."""
    return tuple(sorted(set(values), key=lambda value: (negative(value), value)))


def negative(value: Any) -> bool:
    return (value.nth if isinstance(value, Weekday) else value) < 0


PARTS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "FREQ": ("freq", frequency),
    "INTERVAL": ("interval", interval),
    "BYMONTH": ("months", months),
    "BYMONTHDAY": ("month_days", month_days),
    "BYDAY": ("weekdays", weekdays),
    "BYSETPOS": ("positions", positions),
    "COUNT": ("times", times),
    "UNTIL": ("until", until),
    "WKST": ("week_start", week_start),
}


def require_sense(rule: Rule) -> None:
    """Refuses what the RFC forbids, and what libraries understand differently."""
    if rule.times is not None and rule.until is not None:
        refuse("COUNT", "count_or_until")
    if any(day.nth for day in rule.weekdays):
        most = MOST_WEEKDAYS.get(rule.freq) or refuse("BYDAY", "numbers_with_months")
        if rule.months:
            most = MOST_WEEKDAYS["MONTHLY"]
        if any(abs(day.nth) > most for day in rule.weekdays):
            refuse("BYDAY", "numbers_too_high", max=most)
        if not all(day.nth for day in rule.weekdays):
            refuse("BYDAY", "all_or_none")
        if rule.month_days:
            refuse("BYMONTHDAY", "numbered_days")
    if rule.month_days and rule.freq == "WEEKLY":
        refuse("BYMONTHDAY", "weekly")
    if rule.month_days and rule.freq == "YEARLY" and not rule.months:
        refuse("BYMONTHDAY", "wants_month")
    if rule.positions:
        require_positions(rule)


def require_positions(rule: Rule) -> None:
    if rule.freq != "MONTHLY":
        refuse("BYSETPOS", "monthly")
    if not (rule.weekdays or rule.month_days):
        refuse("BYSETPOS", "wants_days")
