"""The whole calendar, in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import Enum
from functools import partial

import orjson

from todos import zones
from todos.calendar import components, lines
from todos.calendar.rows import Row
from todos.calendar.timezones import is_described, timezone
from todos.reminders import moment_of
from todos.types import Json

PRODUCT = "-//Todo API//Todos//EN"
NAME = "Todos"
# How often a reader should ask again; what has not changed costs it, and us, next to nothing.
REFRESH = "PT1H"
END = b"END:VCALENDAR\r\n"


class Kind(Enum):
    TODOS = "todos"
    EVENTS = "events"


WRITERS: dict[Kind, Callable[[Row, str], bytes]] = {Kind.TODOS: components.todo, Kind.EVENTS: components.event}


def beginning(reader_zone: str) -> bytes:
    head = (
        *("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"),
        *(f"NAME:{NAME}", f"X-WR-CALNAME:{NAME}", f"X-WR-TIMEZONE:{reader_zone}"),
        *(f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}", f"X-PUBLISHED-TTL:{REFRESH}"),
    )
    return b"".join(map(lines.folded, head))


def pieces(chunks: Iterable[list[Row]], kind: Kind, reader_zone: str, today: date) -> Iterator[bytes]:
    """A piece for each chunk. A zone is described before the first todo that names it."""
    # First the person's own: some readers take times of no zone for times of the first zone that is described.
    described = {reader_zone}
    begun = beginning(reader_zone) + timezone(reader_zone, today.year)
    write = partial(written, WRITERS[kind], reader_zone, described, today.year)
    for rows in chunks:
        yield begun + b"".join(map(write, rows))
        begun = b""
    yield begun + END


def written(
    write: Callable[[Row, str], bytes], reader_zone: str, described: set[str], this_year: int, row: Row
) -> bytes:
    zone = row.time_zone
    if not zone or zone == "UTC":
        return write(row, reader_zone)
    if row.due_date is None or not is_described(row.due_date.year, this_year):
        return write(in_utc(row), reader_zone)
    if zone in described:
        return write(row, reader_zone)
    described.add(zone)
    return timezone(zone, this_year) + write(row, reader_zone)


def in_utc(row: Row) -> Row:
    """For years that the zone is not described for: the same moments, which need no description. Once, because the
    days of a series would be those of another zone.
    """
    if row.due_date is None or row.due_time is None:
        return row
    moment = zones.instant(row.due_date, row.due_time, row.time_zone)
    reminders = [reminder_in_utc(each, row) for each in orjson.loads(row.reminders or "[]")]
    written = orjson.dumps(reminders).decode()
    return row._replace(due_date=moment.date(), due_time=moment.time(), time_zone="UTC", rrule="", reminders=written)


def reminder_in_utc(reminder: Json, row: Row) -> Json:
    if "at" not in reminder:
        return reminder
    return {"at": moment_of(reminder, row.due, row.time_zone).replace(tzinfo=None).isoformat()}
