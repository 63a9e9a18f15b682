"""When a todo reminds: moments counted from when it is due, or named by the clock of its zone.

Minutes before a due time are minutes. A whole day has none: there they are counted on the clock, from its midnight, so
that nine in the morning is nine whatever the clocks do in that night.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, cast

import orjson
from django.utils.translation import gettext, ngettext_lazy

from todos import clock, zones
from todos.types import Json

MOST = 10
# From the end of the day to four weeks before.
LATEST_MINUTES, EARLIEST_MINUTES = -1439, 40_320
# Of the text that is stored.
LONGEST = 300
MIDNIGHT = time(0)
FIRST_MOMENT, LAST_MOMENT = datetime.combine(date(1970, 1, 1), MIDNIGHT), datetime.combine(date.max, time(23, 59))


class Due(NamedTuple):
    """What moments depend on."""

    day: date | None
    at: time | None
    zone: str


def in_order(reminders: list[Json]) -> str:
    """As it is stored: minutes first, the earliest ahead, then the moments."""
    return orjson.dumps(sorted(reminders, key=place)).decode() if reminders else ""


def place(reminder: Json) -> tuple[bool, int, str]:
    return "at" in reminder, -reminder.get("minutes_before", 0), reminder.get("at", "")


def need_a_date(reminders: str) -> bool:
    return "minutes_before" in reminders


def moments(reminders: str, due: Due, starts_on: date | None, reader_zone: str) -> list[datetime]:
    """All of them in order, but for those at which the todo is hidden."""
    found = sorted({moment_of(each, due, due.zone or reader_zone) for each in counted(reminders, due)})
    return [moment for moment in found if not is_hidden(moment, starts_on, reader_zone)]


def is_hidden(moment: datetime, starts_on: date | None, reader_zone: str) -> bool:
    """Whether the todo has not begun by then."""
    return starts_on is not None and moment < zones.instant(starts_on, MIDNIGHT, reader_zone)


def counted(reminders: str, due: Due) -> list[Json]:
    """Minutes before nothing are silent: a version that does not know them may have cleared the date."""
    found: list[Json] = orjson.loads(reminders)
    return found if due.day else [each for each in found if "at" in each]


def moment_of(reminder: Json, due: Due, zone: str) -> datetime:
    if due.day and due.at and "at" not in reminder:
        return later(zones.instant(due.day, due.at, zone), -timedelta(minutes=reminder["minutes_before"]))
    local = local_moment(reminder, due)
    return zones.instant(local.date(), local.time(), zone)


def local_moment(reminder: Json, due: Due) -> datetime:
    """By the clock; of a due time only about."""
    if "at" in reminder:
        return datetime.fromisoformat(reminder["at"])
    # There are no minutes without a day.
    moment = datetime.combine(cast(date, due.day), due.at or MIDNIGHT)
    return later(moment, -timedelta(minutes=reminder["minutes_before"]))


def next_moment(
    reminders: str,
    day: date | None,
    at: time | None,
    zone: str,
    starts_on: date | None,
    completed_at: datetime | None,
    deleted_at: datetime | None,
    reader_zone: str,
) -> datetime | None:
    """The first that is still to come. A todo that is completed or in the trash is silent."""
    if not reminders or completed_at or deleted_at:
        return None
    now = clock.now()
    found = moments(reminders, Due(day, at, zone), starts_on, reader_zone)
    return next((moment for moment in found if moment > now), None)


def days_of(reminders: str, due: Due) -> tuple[date | None, date | None]:
    """Of the first and the last, by the clock: what an index is asked for."""
    found = [local_moment(each, due).date() for each in counted(reminders, due)]
    return min(found, default=None), max(found, default=None)


def moved(reminders: str, away: timedelta) -> str:
    """For another occurrence: what is counted from the due moment follows by itself, the others by as many days."""
    return in_order([*each_moved(orjson.loads(reminders), away)]) if have_moments(reminders) else reminders


def have_moments(reminders: str) -> bool:
    return '"at"' in reminders


def each_moved(reminders: list[Json], away: timedelta) -> Iterator[Json]:
    for each in reminders:
        if "at" in each:
            moment = max(FIRST_MOMENT, later(datetime.fromisoformat(each["at"]), away))
            yield {"at": moment.isoformat(timespec="minutes")}
        else:
            yield each


def later(moment: datetime, away: timedelta) -> datetime:
    """Time ends with the year 9999."""
    try:
        return moment + away
    except OverflowError:
        return (LAST_MOMENT if away > timedelta(0) else FIRST_MOMENT).replace(tzinfo=moment.tzinfo)


def in_words(reminders: str) -> str:
    """For operators."""
    return ", ".join(
        each["at"].replace("T", " ") if "at" in each else minutes_in_words(each["minutes_before"])
        for each in orjson.loads(reminders or "[]")
    )


def minutes_in_words(minutes: int) -> str:
    if not minutes:
        return gettext("when it is due")
    size, before, after = next(unit for unit in UNITS if not minutes % unit[0])
    count = abs(minutes) // size
    return (before if minutes > 0 else after) % {"count": count}


UNITS = (
    (
        1440,
        ngettext_lazy("%(count)d day before", "%(count)d days before", "count"),
        ngettext_lazy("%(count)d day after", "%(count)d days after", "count"),
    ),
    (
        60,
        ngettext_lazy("%(count)d hour before", "%(count)d hours before", "count"),
        ngettext_lazy("%(count)d hour after", "%(count)d hours after", "count"),
    ),
    (
        1,
        ngettext_lazy("%(count)d minute before", "%(count)d minutes before", "count"),
        ngettext_lazy("%(count)d minute after", "%(count)d minutes after", "count"),
    ),
)
