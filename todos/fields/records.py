"""What an export says of each kind of row: everything that is stored of it and does not follow from the rest.

Versions are left out, because they count what has happened to one account. The numbers of the changes that completed
rows, or put them into the trash, are there: they tell what belongs together.
"""

from __future__ import annotations

from orjson import loads

from todos.fields.declared import ID, LIST_FIELDS, NEVER, TAG_FIELDS, TODO_FIELDS, VIEW_FIELDS
from todos.fields.field import Field, Fields
from todos.fields.kinds import Choice, Counter, Day, Flag, Kind, Line, Moment, Opaque, Reminders, Uuid, Whole
from todos.types import Json

# Of a series: as many as there are days.
MOST_OCCURRENCES = 3_000_000
MOST_MISSED = 999
# A todo of 500 subtasks that were all completed.
MAX_STATES_BYTES = 60_000
FOLLOWING = frozenset({"completed", "due_at", "next_reminder_at", "archived", "open_count", "version"})


def stored_of(fields: Fields) -> Fields:
    return tuple(field for field in fields if field.name not in FOLLOWING)


def inner(name: str, kind: Kind) -> Field:
    """Nobody writes it, and no other answer has it."""
    return Field(name, kind, written=NEVER, is_nullable=True)


def in_order(text: str) -> Json | None:
    """Which subtasks an occurrence had completed, in one order."""
    states: Json = loads(text)
    return {uid: states[uid] for uid in sorted(states)}


TODO_ID = Field("todo", Uuid(), columns=("todo_uid",), is_required=True)
TODO_RECORD: Fields = (
    *stored_of(TODO_FIELDS),
    inner("series_in", Counter()),
    inner("series_start", Day()),
    inner("occurrence_on", Day()),
    inner("occurrence_number", Whole(1, MOST_OCCURRENCES)),
    inner("completed_in", Counter()),
    inner("trashed_in", Counter()),
)
LIST_RECORD: Fields = (*stored_of(LIST_FIELDS), inner("trashed_in", Counter()))
TAG_RECORD = stored_of(TAG_FIELDS)
VIEW_RECORD = stored_of(VIEW_FIELDS)
# By their keys, which is how names are compared.
FORMER_NAME_RECORD: Fields = (
    Field("name", Line(200), columns=("key",), is_required=True),
    Field("tag", Uuid(), columns=("tag_uid",), is_required=True),
    Field("renamed_at", Moment(), is_required=True),
)
COMPLETION_RECORD: Fields = (
    ID,
    TODO_ID,
    Field("occurrence_on", Day(), is_required=True),
    Field("occurrence_number", Whole(1, MOST_OCCURRENCES), is_required=True),
    Field("series_in", Counter(), is_required=True),
    Field("due_date", Day(), is_required=True),
    Field("starts_on", Day(), is_nullable=True),
    Field("completed_at", Moment(), is_required=True),
    Field("missed", Whole(0, MOST_MISSED), default=0),
    Field("is_skipped", Flag(), default=False),
    Field("subtasks", Opaque(MAX_STATES_BYTES), is_nullable=True, show=in_order),
    Field("reminders", Reminders(), default=""),
)
DELETED_RECORD: Fields = (
    Field("kind", Choice(("todo", "list", "tag", "view")), is_required=True),
    Field("id", Uuid(), columns=("uid",), is_required=True),
    Field("deleted_at", Moment(), is_required=True),
)
