"""What "today", "overdue" and "upcoming" mean, in the zone of whoever asks.

A todo with a zone is due on the day that its moment has in the asker's zone; the others on the day they name.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from todos.models.expressions import Day, Instant, LocalDate, Moment

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9999, 12, 31)
# One moment can have dates two days apart (UTC-12 and UTC+14); one more day for changes of the clock. The written
# date is compared with this much room because it has an index, and the exact day after that.
ZONE_MARGIN = timedelta(days=3)
MINUTES_PER_DAY = 24 * 60 + 1
UNDATED = 2**40


def due_aliases(zone: models.Expression) -> dict[str, models.Expression]:
    """The exact day, and the moment of a floating time; the conditions below use them by name."""
    return {
        "due_on": Coalesce(LocalDate(F("due_at"), zone), F("due_date")),
        "due_moment": Coalesce(F("due_at"), Instant("due_date", "due_time", zone)),
    }


class Span(NamedTuple):
    """A moment, as a value or as a part of a query, with the margin before and after it."""

    now: Moment
    earliest: Moment
    latest: Moment


def span(now: datetime) -> Span:
    return Span(now, now - ZONE_MARGIN, now + ZONE_MARGIN)


def is_overdue(zone: models.Expression, span: Span) -> Q:
    """Open, and its moment has come, or its whole day has ended; the days long past need no calculation."""
    long_ago = Q(due_date__lt=LocalDate(span.earliest, zone))
    whole_day_ended = Q(due_time=None, due_date__lt=LocalDate(span.now, zone))
    moment_came = Q(due_time__isnull=False, due_moment__lte=span.now)
    return Q(long_ago | whole_day_ended | moment_came, completed_at=None, due_date__lte=LocalDate(span.latest, zone))


def is_due_today(zone: models.Expression, span: Span) -> Q:
    nearby = Q(due_date__gte=LocalDate(span.earliest, zone), due_date__lte=LocalDate(span.latest, zone))
    return nearby & Q(due_on=LocalDate(span.now, zone))


def is_upcoming(zone: models.Expression, span: Span) -> Q:
    far_ahead = Q(due_date__gt=LocalDate(span.latest, zone))
    return Q(due_date__gte=LocalDate(span.earliest, zone)) & (far_ahead | Q(due_on__gt=LocalDate(span.now, zone)))


def latest_written(day: date) -> date:
    """No todo that is due before the day names a later date than this."""
    return min(day, LAST_DAY - ZONE_MARGIN) + ZONE_MARGIN


def earliest_written(day: date) -> date:
    return max(day, FIRST_DAY + ZONE_MARGIN) - ZONE_MARGIN


def latest_moment(day: date) -> datetime:
    """No moment before the day, wherever it is, comes after this one."""
    return datetime.combine(latest_written(day), time(0), UTC)


def earliest_moment(day: date) -> datetime:
    return datetime.combine(earliest_written(day), time(0), UTC)


def is_due_before(day: Day, latest: Day) -> Q:
    return Q(due_date__lte=latest, due_on__lt=day)


def is_due_after(day: Day, earliest: Day) -> Q:
    return Q(due_date__gte=earliest, due_on__gt=day)


def due_sort_key(day: date | None, at: time | None) -> int:
    """Orders by the day and time as written; a whole day comes after the times of that day, no date comes last."""
    if day is None:
        return UNDATED
    minute = at.hour * 60 + at.minute if at else MINUTES_PER_DAY - 1
    return day.toordinal() * MINUTES_PER_DAY + minute
