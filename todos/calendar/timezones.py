"""VTIMEZONE: what the clocks of a zone do in the years that a calendar is likely to show."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from todos.calendar import lines
from todos.recurrence.rule import Weekday

# A calendar is fetched anew every hour or day, so the years move along with it.
YEARS_BACK, YEARS_AHEAD = 5, 10
# Morocco's clocks go back for the weeks of Ramadan; nobody's change twice within a week.
STEP = timedelta(days=7)
SECOND = timedelta(seconds=1)


class Clock(NamedTuple):
    """What a zone's clocks show from some moment on."""

    offset: timedelta
    is_summer: bool
    name: str


class Change(NamedTuple):
    """From one clock to another, at this moment by the first."""

    at: datetime
    before: Clock
    after: Clock


def is_described(year: int, this_year: int) -> bool:
    return this_year - YEARS_BACK <= year <= this_year + YEARS_AHEAD


# Room for all zones that there are, which take four milliseconds each.
@lru_cache(maxsize=1024)
def timezone(zone: str, this_year: int) -> bytes:
    """The component for the years about this one."""
    return lines.component("VTIMEZONE", [f"TZID:{zone}", *observances(zone, this_year)])


def observances(zone: str, this_year: int) -> Iterator[str]:
    info = ZoneInfo(zone)
    # Early enough for the first day of the year wherever that begins.
    first = datetime(this_year - YEARS_BACK - 1, 12, 30, tzinfo=UTC)
    last = datetime(this_year + YEARS_AHEAD + 1, 1, 1, tzinfo=UTC)
    begins = clock_at(first, info)
    # What the clocks showed when the first year began has no change before it.
    yield from observance(Change((first + begins.offset).replace(tzinfo=None), begins, begins))
    alike: dict[tuple[Clock, Clock], list[Change]] = {}
    for change in changes(info, first, last):
        alike.setdefault((change.before, change.after), []).append(change)
    for found in alike.values():
        if rule := yearly(found, this_year + YEARS_AHEAD):
            yield from observance(found[0], rule)
        else:
            # Each by itself, because some readers lose all but a few of a list of dates.
            for change in found:
                yield from observance(change)


def observance(change: Change, rule: str = "") -> Iterator[str]:
    kind = "DAYLIGHT" if change.after.is_summer else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{lines.clock_time(change.at.date(), change.at.time())}"
    if rule:
        yield f"RRULE:{rule}"
    yield f"TZOFFSETFROM:{offset(change.before.offset)}"
    yield f"TZOFFSETTO:{offset(change.after.offset)}"
    yield f"TZNAME:{lines.text(change.after.name)}"
    yield f"END:{kind}"


def yearly(found: list[Change], last_year: int) -> str | None:
    """The rule by which they come, if there is one and it goes on: the last Sunday of March, say."""
    at = found[0].at
    years = [change.at.year for change in found]
    if years != [*range(at.year, last_year + 1)]:
        return None
    if len({(change.at.month, change.at.weekday(), change.at.time()) for change in found}) > 1:
        return None
    for place in (from_the_end, from_the_start):
        places = {place(change.at) for change in found}
        if len(places) == 1:
            return f"FREQ=YEARLY;BYMONTH={at.month};BYDAY={Weekday(places.pop(), at.weekday())}"
    return None


def from_the_end(day: datetime) -> int:
    return -1 - (monthrange(day.year, day.month)[1] - day.day) // 7


def from_the_start(day: datetime) -> int:
    return (day.day - 1) // 7 + 1


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[Change]:
    moment, before = first, clock_at(first, zone)
    while moment < last:
        later = min(moment + STEP, last)
        after = clock_at(later, zone)
        if after != before:
            at = moment_of_change(zone, moment, later)
            yield Change((at + before.offset).replace(tzinfo=None), before, after)
        moment, before = later, after


def moment_of_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second of the other clock."""
    was = clock_at(before, zone)
    while after - before > SECOND:
        middle = before + timedelta(seconds=(after - before) // SECOND // 2)
        before, after = (middle, after) if clock_at(middle, zone) == was else (before, middle)
    return after


def clock_at(moment: datetime, zone: ZoneInfo) -> Clock:
    there = moment.astimezone(zone)
    return Clock(there.utcoffset() or timedelta(0), bool(there.dst()), there.tzname() or "")


def offset(value: timedelta) -> str:
    seconds = abs(value) // SECOND
    hours, rest = divmod(seconds, 3600)
    sign = "-" if value < timedelta(0) else "+"
    return f"{sign}{hours:02}{rest // 60:02}" + (f"{rest % 60:02}" if rest % 60 else "")
