"""The rules that `make rrule-vectors` asks everybody about: those of RFC 5545 in our part of it, and combinations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

STARTS = ("2026-01-31", "2028-02-29", "2026-11-27")
DAYS_OF_MONTH = ("", "BYMONTHDAY=31", "BYMONTHDAY=-1", "BYMONTHDAY=1,15,-2")
MONTHS = ("", "BYMONTH=2", "BYMONTH=1,6,12")
WEEKDAYS = ("", "BYDAY=MO", "BYDAY=TU,TH,SA", "BYDAY=MO,TU,WE,TH,FR,SA,SU")
NUMBERED = ("BYDAY=1FR", "BYDAY=-1SU", "BYDAY=2TU,4TU", "BYDAY=5MO", "BYDAY=-2MO,1WE")
POSITIONS = ("BYSETPOS=1", "BYSETPOS=-1", "BYSETPOS=2,-2", "BYSETPOS=5")
ENDS = ("COUNT=3", "UNTIL=20270301")
# What the RFC shows of days, in its order, without times.
SHOWN = (
    "FREQ=DAILY;COUNT=10",
    "FREQ=DAILY;UNTIL=19971224",
    "FREQ=DAILY;INTERVAL=2",
    "FREQ=DAILY;INTERVAL=10;COUNT=5",
    "FREQ=DAILY;UNTIL=20000131;BYMONTH=1",
    "FREQ=WEEKLY;COUNT=10",
    "FREQ=WEEKLY;UNTIL=19971224",
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
    "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
    "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
    "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
    "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
    "FREQ=MONTHLY;BYMONTHDAY=-3",
    "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
    "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
    "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
    "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
    "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
    "FREQ=YEARLY;BYDAY=20MO",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
    "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
    "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
    "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
)


def questions() -> Iterator[tuple[str, str]]:
    """Each rule with the day of its start."""
    for rule in SHOWN:
        yield rule, "1997-09-02"
    for number, rule in enumerate(combinations()):
        yield rule, STARTS[number % len(STARTS)]


def combinations() -> Iterator[str]:
    for interval, end in product(("", "INTERVAL=2", "INTERVAL=5"), ("", *ENDS)):
        yield joined("FREQ=DAILY", interval, end)
        yield joined("FREQ=WEEKLY", interval, "BYDAY=MO,FR,SU", end, "WKST=SU")
    for months, weekdays in product(MONTHS, WEEKDAYS):
        yield joined("FREQ=DAILY", months, weekdays)
        yield joined("FREQ=WEEKLY", "INTERVAL=3", months, weekdays)
        yield joined("FREQ=YEARLY", months, weekdays)
    for days, months, weekdays in product(DAYS_OF_MONTH, MONTHS, WEEKDAYS[:3]):
        yield joined("FREQ=MONTHLY", months, days, weekdays)
        if months or not days:
            yield joined("FREQ=YEARLY", "INTERVAL=2", months, days, weekdays)
    for numbered, months in product(NUMBERED, MONTHS):
        yield joined("FREQ=MONTHLY", months, numbered)
        yield joined("FREQ=YEARLY", months, numbered)
    for positions, weekdays in product(POSITIONS, WEEKDAYS[1:]):
        yield joined("FREQ=MONTHLY", weekdays, positions)
        yield joined("FREQ=YEARLY", "BYMONTH=3,9", weekdays, positions)


def joined(*parts: str) -> str:
    return ";".join(filter(None, parts))
