"""Local days and times in IANA zones, computed alike in Python, PostgreSQL and SQLite.

Twice a year a local time does not exist (it is moved forward by the gap) or comes twice (the first is meant).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import typecast_timestamp

END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@cache
def known_zones() -> frozenset[str]:
    """The IANA names; "localtime" and the like depend on the machine and are none."""
    return frozenset(name for name in available_timezones() if name == "UTC" or "/" in name)


def instant(day: date, at: time, zone: str) -> datetime:
    """The moment at which a clock in `zone` shows this day and time."""
    # PEP 495: fold=0 is the first of two, and before a gap the earlier offset, which moves a time in it forward.
    try:
        return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        return END_OF_TIME


def local_date(moment: datetime, zone: str) -> date:
    try:
        return moment.astimezone(ZoneInfo(zone)).date()
    except OverflowError:
        return date.max


def local_time(moment: datetime, zone: str) -> datetime:
    """What a clock in `zone` shows, without a zone of its own."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def next_midnight(moment: datetime, zone: str) -> datetime:
    return instant(local_date(moment, zone) + timedelta(days=1), time(0), zone)


def register_in_sqlite(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Gives SQLite the two functions that a migration creates in PostgreSQL."""
    if connection.vendor == "sqlite":
        create = connection.connection.create_function
        create("todos_local_date", 2, sqlite_local_date, deterministic=True)
        create("todos_instant", 3, sqlite_instant, deterministic=True)


def sqlite_local_date(moment: str | None, zone: str) -> str | None:
    return None if moment is None else local_date(utc(moment), zone).isoformat()


def sqlite_instant(day: str | None, at: str | None, zone: str) -> str | None:
    if day is None or at is None:
        return None
    moment = instant(date.fromisoformat(day), time.fromisoformat(at), zone)
    return moment.replace(tzinfo=None).isoformat(" ")


def utc(text: str) -> datetime:
    moment = typecast_timestamp(text)
    return moment.replace(tzinfo=UTC)
