"""The query parameters that choose todos, declared once: how each is read, and what the OpenAPI document says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from todos import zones
from todos.api.errors import QueryInvalid
from todos.api.faults import not_chosen, refusal
from todos.api.spellings import NO_DAY, NO_ZONE, parse_day, parse_uuid
from todos.types import Json

MAX_TAG_FILTERS = 20
MAX_WORDS = 200
UUID_PATTERN = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@dataclass(frozen=True)
class Parameter:
    """`read` takes what was sent, of a parameter that repeats all of it, and gives a value or refuses."""

    read: Callable[[Any], Any]
    text: str
    schema: Json = field(default_factory=dict)
    repeats: bool = False


def choice(text: str, *names: str) -> Parameter:
    def read(sent: str) -> str:
        if sent not in names:
            raise not_chosen([*names])
        return sent

    return Parameter(read, text, {"enum": sorted(names)})


def read_uuid(sent: str) -> UUID:
    uid = parse_uuid(sent)
    if uid is None:
        raise refusal("invalid", "Write a UUID.", expected="uuid")
    return uid


def read_parent(sent: str) -> UUID | str:
    return sent if sent == "none" else read_uuid(sent)


def read_day(sent: str) -> date:
    day = parse_day(sent)
    if day is None:
        raise refusal("invalid", NO_DAY, expected="date")
    return day


def read_zone(sent: str) -> str:
    if sent not in zones.known_zones():
        raise refusal("unknown_zone", NO_ZONE)
    return sent


def read_priority(sent: str) -> int:
    if sent not in {"0", "1", "2", "3"}:
        raise not_chosen(["0", "1", "2", "3"])
    return int(sent)


def read_tags(sent: list[str]) -> list[str]:
    names = [name.strip() for name in sent]
    if len(names) > MAX_TAG_FILTERS:
        raise refusal("max_length", f"Give at most {MAX_TAG_FILTERS} tags.", max=MAX_TAG_FILTERS)
    if any(not name or len(name) > 60 or "\0" in name for name in names):
        raise refusal("invalid", "A tag has 1 to 60 characters.", expected="string", min=1, max=60)
    return names


def read_words(sent: str) -> str:
    words = sent.strip()
    if len(words) > MAX_WORDS:
        raise refusal("max_length", f"Write at most {MAX_WORDS} characters.", max=MAX_WORDS)
    if "\0" in words:
        raise refusal("null_characters_not_allowed", "Null characters are not accepted.")
    return words


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
    "list": Parameter(
        read_uuid,
        "In this list. Todos of archived lists show only when asked for like this.",
        {"format": "uuid"},
    ),
    "tag": Parameter(
        read_tags,
        "With this tag, compared without case. Repeat it for todos that have all of them.",
        {"type": "array", "items": {"type": "string", "maxLength": 60}, "maxItems": MAX_TAG_FILTERS},
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
    "due": choice(
        "By the day in your zone, or `tz`. `overdue`: open, and the day has ended or the time has come; a todo at 9:00 "
        "is overdue at 9:00, and still due today. `upcoming`: after today. `none`: no date. All but `overdue` include "
        "completed todos unless `status=open`.",
        "today",
        "overdue",
        "upcoming",
        "none",
    ),
    "due_before": Parameter(read_day, "Due before this day, in your zone or `tz`.", {"format": "date"}),
    "due_after": Parameter(read_day, "Due after this day, in your zone or `tz`.", {"format": "date"}),
    "q": Parameter(read_words, "Part of the title or the notes, whatever the case.", {"maxLength": MAX_WORDS}),
    "tz": Parameter(
        read_zone,
        "IANA zone to use instead of yours, for `due`, `starts` and the `due_at` of answers.",
        {"examples": ["Asia/Tokyo"]},
    ),
}


def values_of(query: QueryDict) -> Json:
    """The values of the parameters that a request gives."""
    values: Json = {}
    faults: Json = {}
    for name in PARAMETERS.keys() & query.keys():
        parameter = PARAMETERS[name]
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
