"""The kinds of values that rows have, with their bounds. `todos.api.serializers` says how each stands in a body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Kind:
    # How a null in JSON is stored.
    empty: ClassVar[str | None] = None
    # What JSON shows of its column, as an expression; see `todos.fields.row_json`.
    shown: ClassVar[str] = "{0}"


@dataclass(frozen=True)
class Line(Kind):
    """A text of one line that shows something."""

    max_length: int


@dataclass(frozen=True)
class Markdown(Kind):
    max_length: int


class Flag(Kind):
    pass


class Since(Kind):
    """A flag of which the moment is stored when it was set."""

    shown = "{0} is not None"


@dataclass(frozen=True)
class Whole(Kind):
    min_value: int
    max_value: int


class Level(Whole):
    """One of a few, which the OpenAPI document lists."""


class Counter(Kind):
    """A whole number that no client sets."""


class Day(Kind):
    pass


class TimeOfDay(Kind):
    shown = "{0} and {0}.isoformat('minutes')"


class Moment(Kind):
    pass


class Zone(Kind):
    """A name of the IANA database."""

    empty = ""
    shown = "{0} or None"


class Recurrence(Kind):
    """A rule as RFC 5545 writes it; see `todos.recurrence`."""

    empty = ""
    shown = "{0} or None"


@dataclass(frozen=True)
class Choice(Kind):
    choices: tuple[str, ...]


class Color(Kind):
    empty = ""
    shown = "{0} or None"


@dataclass(frozen=True)
class Opaque(Kind):
    """A JSON object that nobody here looks into, stored as it is written out."""

    max_bytes: int
    empty = ""
    shown = "loads({0}) if {0} else None"


@dataclass(frozen=True)
class Parameters(Kind):
    """Query parameters by name, as JSON; see `todos.api.saved`."""

    max_bytes: int
    shown = "loads({0})"


class Reminders(Kind):
    """Moments to be reminded at, as JSON; see `todos.reminders`."""

    empty = ""
    shown = "loads({0}) if {0} else []"


class SubtaskCounts(Kind):
    """How many are open and how many there are."""


class Uuid(Kind):
    pass


@dataclass(frozen=True)
class Names(Kind):
    max_items: int
    max_length: int


class SortKey(Kind):
    """A text that has a meaning only beside others."""
