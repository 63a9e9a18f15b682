"""VTIMEZONE: what the clocks of a zone do in the years that a calendar is likely to show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from todos.calendar import lines

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


# Room for all zones that a service's people are likely to use; there are some 600.
@lru_cache(maxsize=256)
def timezone(zone: str, this_year: int) -> bytes:
    """The component for the years about this one."""
    return lines.component("VTIMEZONE", [f"TZID:{zone}", *observances(zone, this_year)])


def observances(zone: str, this_year: int) -> Iterator[str]:
    info = ZoneInfo(zone)
    first = datetime(this_year - YEARS_BACK, 1, 1, tzinfo=UTC)
    begins = clock_at(first, info)
    # What the clocks showed when the first year began has no change before it.
    yield from observance(Change((first + begins.offset).replace(tzinfo=None), begins, begins), [])
    found: dict[tuple[Clock, Clock], list[datetime]] = {}
    for change in changes(info, first, datetime(this_year + YEARS_AHEAD + 1, 1, 1, tzinfo=UTC)):
        found.setdefault((change.before, change.after), []).append(change.at)
    for (before, after), (at, *others) in found.items():
        yield from observance(Change(at, before, after), others)


def observance(change: Change, others: list[datetime]) -> Iterator[str]:
    kind = "DAYLIGHT" if change.after.is_summer else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{local(change.at)}"
    if others:
        yield f"RDATE:{','.join(map(local, others))}"
    yield f"TZOFFSETFROM:{offset(change.before.offset)}"
    yield f"TZOFFSETTO:{offset(change.after.offset)}"
    yield f"TZNAME:{lines.text(change.after.name)}"
    yield f"END:{kind}"


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


def local(moment: datetime) -> str:
    return lines.clock_time(moment.date(), moment.time())


def offset(value: timedelta) -> str:
    seconds = abs(value) // SECOND
    hours, rest = divmod(seconds, 3600)
    sign = "-" if value < timedelta(0) else "+"
    return f"{sign}{hours:02}{rest // 60:02}" + (f"{rest % 60:02}" if rest % 60 else "")
