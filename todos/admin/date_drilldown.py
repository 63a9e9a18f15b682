"""The drill-down by year, month and day. Django's own reads all rows to find out which days have any; this one offers
every day between the first row and the last, which takes two looks at an index.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import takewhile
from typing import NotRequired, TypedDict

from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.utils import formats, timezone
from django.utils.translation import gettext


class Period(TypedDict):
    title: str
    link: NotRequired[str]


class DrillDown(TypedDict):
    """What the template of the date hierarchy shows: the next smaller periods, and the way back."""

    show: bool
    back: Period | None
    choices: list[Period]


def drill_down(changelist: ChangeList, model: type[Model], field: str) -> DrillDown:
    names = [f"{field}__{unit}" for unit in ("year", "month", "day")]
    chosen = [int(changelist.params[name]) for name in takewhile(changelist.params.__contains__, names)]

    def period(numbers: list[int]) -> Period:
        link = changelist.get_query_string(dict(zip(names, numbers, strict=False)), [f"{field}__"])
        return {"title": titled(numbers), "link": link}

    back = period(chosen[:-1]) if chosen else None
    if len(chosen) == len(names):
        return {"show": True, "back": back, "choices": [{"title": titled(chosen)}]}
    choices = [period([*chosen, number]) for number in parts(chosen, *ends(model, field))]
    return {"show": True, "back": back, "choices": choices}


def ends(model: type[Model], field: str) -> tuple[date, date]:
    moments = model._default_manager.values_list(field, flat=True)
    found = [moments.order_by(order).first() or timezone.now() for order in (field, f"-{field}")]
    first, last = (timezone.localtime(moment).date() for moment in found)
    return first, last


def parts(chosen: list[int], first: date, last: date) -> Iterator[int]:
    """The years; the months of the chosen year; the days of the chosen month. Only those that rows can be in."""
    if not chosen:
        yield from range(first.year, last.year + 1)
        return
    if len(chosen) == 1:
        months = [date(chosen[0], month, 1) for month in range(1, 13)]
        yield from (day.month for day in months if first.replace(day=1) <= day <= last)
        return
    start = date(chosen[0], chosen[1], 1)
    days = (date.fromordinal(start.toordinal() + index) for index in range(31))
    yield from (day.day for day in days if day.month == start.month and first <= day <= last)


def titled(chosen: list[int]) -> str:
    if not chosen:
        return gettext("All dates")
    if len(chosen) == 1:
        return str(chosen[0])
    day = date(chosen[0], chosen[1], chosen[2] if len(chosen) > 2 else 1)
    return formats.date_format(day, "YEAR_MONTH_FORMAT" if len(chosen) == 2 else "MONTH_DAY_FORMAT")
