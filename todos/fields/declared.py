"""What a todo, a list, a tag and a view are: every member of their JSON, in its order.

Everything else follows: what bodies take and answers show, what is read and stored, what operators see.
"""

from __future__ import annotations

from datetime import date, datetime, time

from todos import zones
from todos.fields.field import Field, Fields, Written
from todos.fields.kinds import (
    Choice,
    Color,
    Counter,
    Day,
    Flag,
    Level,
    Line,
    Markdown,
    Moment,
    Names,
    Opaque,
    Parameters,
    Recurrence,
    Reminders,
    Since,
    SortKey,
    SubtaskCounts,
    TimeOfDay,
    Uuid,
    Zone,
)
from todos.packed import subtasks_in
from todos.reminders import next_moment

MAX_TITLE = 500
MAX_NOTES = 20_000
MAX_META_BYTES = 2048
MAX_QUERY_BYTES = 2048
MAX_TAG_NAME = 60
MAX_TAGS = 50
ALWAYS, ON_CREATION, ON_CHANGE, NEVER = Written


def moment_due(at: time, day: date, zone: str, moment: datetime, reader_zone: str) -> datetime:
    """A time without a zone floats with its reader's."""
    return moment if zone else zones.instant(day, at, reader_zone)


ID = Field(
    "id",
    Uuid(),
    written=ON_CREATION,
    columns=("uid",),
    help="Choose it yourself to create offline and to retry safely.",
)
COLOR = Field(
    "color",
    Color(),
    is_nullable=True,
    help="#rrggbb; answered in lower case.",
    help_on_change="#rrggbb; answered in lower case. Null is none.",
)
FAMILY = "Completing a todo completes its open subtasks, reopening it reopens those, and a subtask its parent."
OPEN_COUNT = "As many as `GET /todos?{}=…&status=open` shows. Not a part of the version: /summary has it fresh."
# Raised by every change. A body may name the one it knows, which is a condition and no value.
STAMPS = (
    Field("version", Counter(), written=NEVER, help_in_answer="Also the ETag."),
    Field("created_at", Moment(), written=NEVER),
    Field("updated_at", Moment(), written=NEVER),
)

TODO_FIELDS: Fields = (
    ID,
    Field("title", Line(MAX_TITLE), is_required=True, help="Trimmed; not blank."),
    Field("notes", Markdown(MAX_NOTES), default="", help="Markdown, stored as given."),
    Field(
        "meta",
        Opaque(MAX_META_BYTES),
        is_nullable=True,
        help="An object of your own, at most 2,048 bytes of JSON: kept and synced, never looked into. Replaced whole.",
    ),
    Field(
        "completed",
        Since(),
        default=False,
        columns=("completed_at",),
        help=f"{FAMILY} Of a todo that repeats it is true after the last occurrence; until then `complete` does each.",
        help_on_change=f"{FAMILY} True completes one occurrence of a todo that repeats, each time it is sent.",
        help_in_answer="False for a todo that repeats until its last occurrence is completed.",
    ),
    Field("completed_at", Moment(), written=NEVER, is_nullable=True),
    Field("priority", Level(0, 3), default=0, help="0 none, 1 low, 2 medium, 3 high."),
    Field("due_date", Day(), is_nullable=True, help="The day it is due. Alone: the whole day."),
    Field(
        "due_time",
        TimeOfDay(),
        is_nullable=True,
        help="Local time on that day; needs a due_date. Without time_zone it floats with the reader's zone.",
    ),
    Field(
        "time_zone",
        Zone(),
        is_nullable=True,
        help="IANA zone that due_date and due_time are in; needs a due_time.",
    ),
    Field(
        "due_at",
        Moment(),
        written=NEVER,
        is_nullable=True,
        columns=("due_time", "due_date", "time_zone", "due_at", "owner_zone"),
        show=moment_due,
        help_in_answer="The moment in UTC; null for a whole day. Of a floating time: in your zone, or `tz`.",
    ),
    Field(
        "rrule",
        Recurrence(),
        is_nullable=True,
        help="Repeats by this rule of RFC 5545, without a prefix; needs a due_date, where the series begins.",
        help_on_change="Sending it begins the series anew at the due_date; changing due_* moves this occurrence alone.",
        help_in_answer="In one spelling.",
    ),
    Field(
        "repeat_from",
        Choice(("due", "completion")),
        default="due",
        help="The next occurrence is counted from the series, or from the day of completing.",
    ),
    Field("starts_on", Day(), is_nullable=True, help="Hidden until this day begins, unless `starts` asks for it."),
    Field(
        "reminders",
        Reminders(),
        default="",
        help="At most 10: `minutes_before` the due moment, or `at` a local date-time in the zone of the todo, else in "
        "the reader's. Of a whole day minutes count on the clock, back from its midnight: -540 is 9:00 on that day. "
        "Minutes need a due_date and move with it; an `at` moves with the occurrences of a todo that repeats. "
        "Replaced whole.",
        help_in_answer="In one order: minutes first, the earliest ahead, then the moments.",
    ),
    Field(
        "next_reminder_at",
        Moment(),
        written=NEVER,
        is_nullable=True,
        columns=(
            *("reminders", "due_date", "due_time", "time_zone", "starts_on", "completed_at", "deleted_at"),
            "owner_zone",
        ),
        show=next_moment,
        help_in_answer="The next moment in UTC, of what floats in your zone, or `tz`; null if none is to come. Silent "
        "while completed, in the trash or hidden by `starts_on`. Not a part of the version: once it has passed, a 304 "
        "and /changes don't tell the one after it; GET /reminders does.",
    ),
    Field(
        "list",
        Uuid(),
        columns=("list_uid",),
        help="Default: the parent's list, else `default_list` of /me, else the Inbox.",
    ),
    Field(
        "parent",
        Uuid(),
        is_nullable=True,
        columns=("parent_uid",),
        help="Makes it a subtask. One level only; same list as the parent.",
    ),
    Field(
        "tags",
        Names(max_items=MAX_TAGS, max_length=MAX_TAG_NAME),
        default=(),
        columns=("tag_names",),
        help="Names, compared without case; a new name makes a tag. Replaces all tags of the todo.",
        help_in_answer="In alphabetical order.",
    ),
    Field("position", SortKey(), written=NEVER, help_in_answer="Sort key: compare as bytes. `move` changes it."),
    *STAMPS,
    Field("deleted_at", Moment(), written=NEVER, is_nullable=True, help_in_answer="Not null: in the trash."),
)

# Of the rows of GET /todos. What it counts raises no version, so no single row is known by it.
TODO_ROW_FIELDS: Fields = (
    *TODO_FIELDS,
    Field(
        "subtasks",
        SubtaskCounts(),
        written=NEVER,
        columns=("subtask_counts",),
        show=subtasks_in,
        help_in_answer="Those in the trash not counted.",
    ),
    Field("has_notes", Flag(), written=NEVER, columns=("notes",), show=bool),
)

LIST_FIELDS: Fields = (
    ID,
    Field("name", Line(100), is_required=True),
    COLOR,
    Field("position", SortKey(), written=NEVER),
    Field(
        "archived",
        Since(),
        written=ON_CHANGE,
        columns=("archived_at",),
        help="Todos of an archived list show only when asked for by `list`; it takes no new ones.",
    ),
    Field("archived_at", Moment(), written=NEVER, is_nullable=True),
    Field("is_inbox", Flag(), written=NEVER),
    Field("open_count", Counter(), written=NEVER, help_in_answer=OPEN_COUNT.format("list")),
    *STAMPS,
    Field("deleted_at", Moment(), written=NEVER, is_nullable=True),
)

TAG_FIELDS: Fields = (
    ID,
    Field("name", Line(MAX_TAG_NAME), is_required=True, help="Unique among your tags, compared without case."),
    COLOR,
    Field("open_count", Counter(), written=NEVER, help_in_answer=OPEN_COUNT.format("tag")),
    *STAMPS,
)

VIEW_FIELDS: Fields = (
    ID,
    Field("name", Line(100), is_required=True),
    COLOR,
    Field("position", SortKey(), written=NEVER),
    Field(
        "query",
        Parameters(MAX_QUERY_BYTES),
        is_required=True,
        help="Parameters of GET /todos by name, at most 2,048 bytes of JSON. Replaced whole.",
        help_in_answer="In one spelling: equal ones are equal.",
    ),
    *STAMPS,
)
