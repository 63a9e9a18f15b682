"""The query parameters that choose todos, declared once: how each is read, and what the OpenAPI document says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from django.http import QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from todos.api.errors import QueryInvalid
from todos.api.faults import not_chosen, refusal
from todos.api.sent import (
    AHEAD,
    MAX_SEARCH,
    MAX_TAG_FILTERS,
    MAX_TERMS,
    MOST_OCCURRENCES,
    read_count,
    read_day,
    read_flag,
    read_list,
    read_parent,
    read_priority,
    read_rule,
    read_search,
    read_tags,
    read_until,
    read_uuid,
    read_zone,
)
from todos.recurrence.rule import LONGEST
from todos.types import Json

MAX_LIST_FILTERS = 20
MAX_IDS = 200
INCLUDABLE = ("lists", "tags", "views", "summary")
DUES = ("today", "overdue", "upcoming", "none")
FEW = 3
SOON = timedelta(days=7)
UUID_PATTERN = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@dataclass(frozen=True)
class Parameter:
    """`read` takes what was sent, of a parameter that repeats all of it, and gives a value or refuses."""

    read: Callable[[Any], Any]
    text: str
    schema: Json = field(default_factory=dict)
    repeats: bool = False


def choice(text: str, *names: str) -> Parameter:
    return Parameter(partial(chosen, names=names), text, {"enum": sorted(names)})


def chosen(sent: str, names: tuple[str, ...]) -> str:
    if sent not in names:
        raise not_chosen([*names])
    return sent


def several(read: Callable[[str], Any], text: str, max_items: int, items: Json) -> Parameter:
    """Of values that have no comma themselves: repeated or with commas between them, in any order."""

    def read_all(sent: list[str]) -> tuple[Any, ...]:
        values = [value for values in sent for value in values.split(",", max_items)]
        if len(values) > max_items:
            raise refusal("max_items", f"There can be at most {max_items}.", max=max_items)
        return tuple(sorted({read(value) for value in values}, key=str))

    schema = {"type": "array", "items": {"type": "string", **items}, "minItems": 1, "maxItems": max_items}
    return Parameter(read_all, f"{text} Repeat it or put commas between for several.", schema, repeats=True)


PARAMETERS = {
    "status": choice(
        "Default: open and completed. Trashed todos show only with `status=trashed`.", "open", "completed", "trashed"
    ),
    "starts": choice(
        "By `starts_on`: `started` (default) hides what begins later, `future` shows only that. "
        "The trash shows all unless asked otherwise.",
        "started",
        "future",
        "all",
    ),
    "ids": several(
        read_uuid,
        "These todos, also those that begin later or are in archived lists.",
        MAX_IDS,
        {"format": "uuid"},
    ),
    "list": several(
        read_list,
        "In this list; `inbox` is the Inbox. Todos of archived lists show only when asked for like this.",
        MAX_LIST_FILTERS,
        {"pattern": f"^(inbox|{UUID_PATTERN})$"},
    ),
    "tag": Parameter(
        read_tags,
        "With this tag, compared without case; a name that it had within 30 days finds it, too. Repeat it for todos "
        "that have all of them. A name with a comma stands between quotation marks.",
        {"type": "array", "items": {"type": "string", "maxLength": 62}, "maxItems": MAX_TAG_FILTERS},
        repeats=True,
    ),
    "parent": Parameter(
        read_parent,
        "Subtasks of this todo; `none`: todos that are no subtask.",
        {"pattern": f"^(none|{UUID_PATTERN})$"},
    ),
    "priority_gte": Parameter(
        read_priority, "This priority or a higher one.", {"type": "integer", "minimum": 0, "maximum": 3}
    ),
    "due": several(
        partial(chosen, names=DUES),
        "By the day in your zone, or `tz`. `overdue`: open, and the day has ended or the time has come; a todo at 9:00 "
        "is overdue at 9:00, and still due today. `upcoming`: after today. `none`: no date. All but `overdue` include "
        "completed todos unless `status=open`.",
        len(DUES),
        {"enum": [*DUES]},
    ),
    "due_before": Parameter(read_day, "Due before this day, in your zone or `tz`.", {"format": "date"}),
    "due_after": Parameter(read_day, "Due after this day, in your zone or `tz`.", {"format": "date"}),
    "completed_before": Parameter(read_day, "Completed before this day, in your zone or `tz`.", {"format": "date"}),
    "completed_after": Parameter(read_day, "Completed after this day, in your zone or `tz`.", {"format": "date"}),
    "has_notes": Parameter(read_flag, "With notes, or without.", {"type": "boolean"}),
    "q": Parameter(
        read_search,
        "Words, all of which occur in title, notes or tags, whatever their case and accents; of the last one its "
        'beginning. `"a phrase"`: these words one after the other. `-word`, `-"a phrase"`: without it. Other signs '
        f"only stand between words, and a text without words finds everything. At most {MAX_TERMS} words and phrases.",
        {"maxLength": MAX_SEARCH, "examples": ["milk bre", '"oat milk" -soy']},
    ),
    "tz": Parameter(
        read_zone,
        "IANA zone to use instead of yours, for days and the `due_at` of answers.",
        {"examples": ["Asia/Tokyo"]},
    ),
}


# What a page of todos has besides them.
OPTIONS = {
    "total": Parameter(
        read_flag,
        "`true`: with `total`, how many todos all pages have. Counting takes longer than a page.",
        {"type": "boolean", "default": False},
    ),
    "include": several(
        partial(chosen, names=INCLUDABLE),
        "With what else a screen shows: the first 200 active `lists`, the first 200 `tags`, the first 200 "
        "`views`, the `summary`, together with these with their counts.",
        len(INCLUDABLE),
        {"enum": [*INCLUDABLE]},
    ),
}

# Of what repeats.
COUNT = Parameter(
    read_count,
    f"How many, this one included; {FEW} if nothing is said.",
    {"type": "integer", "minimum": 1, "maximum": MOST_OCCURRENCES, "default": FEW},
)
PREVIEW = {
    "rrule": Parameter(read_rule, "A rule as a todo has it.", {"maxLength": LONGEST, "examples": ["FREQ=DAILY"]}),
    "due_date": Parameter(read_day, "The day on which the series would begin.", {"format": "date"}),
    "count": COUNT,
}


# Of completions.
LOG = {
    **{name: PARAMETERS[name] for name in ("completed_before", "completed_after")},
    "tz": Parameter(read_zone, "IANA zone to use instead of yours, for days.", {"examples": ["Asia/Tokyo"]}),
}

# Of reminders.
UNTIL = {
    "until": Parameter(
        read_until,
        f"Up to this moment, with its zone; {SOON.days} days from now if nothing is said, {AHEAD.days} at most.",
        {"format": "date-time", "examples": ["2026-12-04T08:00:00Z"]},
    ),
    "tz": Parameter(read_zone, "IANA zone to use instead of yours, for what floats.", {"examples": ["Asia/Tokyo"]}),
}


# Of a calendar.
CALENDAR = {
    "as": choice(
        "`events`: each open todo with a date as an event, for calendars that know no tasks. Default: `todos`.",
        "todos",
        "events",
    ),
}


def values_of(query: QueryDict, declared: Mapping[str, Parameter] = PARAMETERS) -> Json:
    """The values of the parameters that a request gives."""
    values: Json = {}
    faults: Json = {}
    for name in declared.keys() & query.keys():
        parameter = declared[name]
        try:
            value = parameter.read(query.getlist(name) if parameter.repeats else query[name])
        except ValidationError as exc:
            faults[name] = exc.detail
        else:
            # A search box that was emptied.
            if value != "":
                values[name] = value
    if faults:
        raise QueryInvalid(faults)
    return values


def flag(request: Request, name: str) -> bool:
    """A parameter that is no filter and off unless it is given."""
    try:
        return read_flag(request.query_params.get(name, "false"))
    except ValidationError as exc:
        raise QueryInvalid({name: exc.detail}) from exc
