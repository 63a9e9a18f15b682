"""The bodies of requests, and the shape of answers for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from todos.api.strict import (
    AnswerSerializer,
    Color,
    Day,
    Flag,
    Id,
    Items,
    Notes,
    StrictSerializer,
    Text,
    TimeOfDay,
    Version,
    Whole,
    Zone,
)

MAX_TAGS = 50
TODO_READ_ONLY = frozenset(
    {"id", "completed_at", "due_at", "position", "version", "created_at", "updated_at", "deleted_at"}
)
LIST_READ_ONLY = frozenset(
    {"id", "position", "archived", "archived_at", "is_inbox", "open_count", "version"}
    | {"created_at", "updated_at", "deleted_at"}
)
TAG_READ_ONLY = frozenset({"id", "open_count", "version", "created_at", "updated_at"})
# How the values that JSON leaves null are stored.
EMPTY = {"time_zone": "", "color": ""}


def stored(values: dict[str, Any]) -> dict[str, Any]:
    return {name: EMPTY.get(name, value) if value is None else value for name, value in values.items()}


class TodoFields(StrictSerializer):
    """What a client may say about a todo."""

    read_only_names = TODO_READ_ONLY

    title = Text(max_length=500, help_text="Trimmed; not blank.")
    notes = Notes(required=False, help_text="Markdown, stored as given.")
    completed = Flag(
        required=False, help_text="Completing a todo completes its open subtasks; reopening one reopens its parent."
    )
    priority = Whole(required=False, min_value=0, max_value=3, help_text="0 none, 1 low, 2 medium, 3 high.")
    due_date = Day(required=False, allow_null=True, help_text="The day it is due. Alone: the whole day.")
    due_time = TimeOfDay(
        required=False,
        allow_null=True,
        help_text="Local time on that day; needs a due_date. Without time_zone it floats with the reader's zone.",
    )
    time_zone = Zone(
        required=False, allow_null=True, help_text="IANA zone that due_date and due_time are in; needs a due_time."
    )
    starts_on = Day(
        required=False, allow_null=True, help_text="Hidden until this day begins, unless `starts` asks for it."
    )
    list = Id(required=False, help_text="Default: the parent's list, else `default_list` of /me, else the Inbox.")
    parent = Id(  # type: ignore[assignment] # fields have a `parent` too, but not as attributes of their class
        required=False, allow_null=True, help_text="Makes it a subtask. One level only; same list as the parent."
    )
    tags = Items(
        child=Text(max_length=60),
        required=False,
        max_length=MAX_TAGS,
        help_text="Names, compared without case; a new name makes a tag. Replaces all tags of the todo.",
    )


class TodoInput(TodoFields):
    """A new todo."""

    read_only_names = TODO_READ_ONLY - {"id"}

    id = Id(required=False, help_text="Choose it yourself to create offline and to retry safely.")


class TodoPatch(TodoFields):
    """A merge-patch: what is absent stays, null clears."""

    read_only_names = TODO_READ_ONLY - {"version"}

    version = Version()


class TodoPut(TodoPatch):
    """A whole todo: what is absent gets its default."""


class MoveInput(StrictSerializer):
    after = Id(required=False, help_text="Place it right behind this one.")
    before = Id(required=False, help_text="Place it right in front of this one.")
    version = Version()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "after" in attrs and "before" in attrs:
            raise serializers.ValidationError({"before": "Give after or before, not both."}, "after_and_before")
        return attrs


class TodoMove(MoveInput):
    list = Id(required=False, help_text="The list to move to. A subtask leaves its parent behind then.")


class TodoAnswer(AnswerSerializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    notes = serializers.CharField()
    completed = serializers.BooleanField()
    completed_at = serializers.DateTimeField(allow_null=True)
    priority = serializers.IntegerField(min_value=0, max_value=3)
    due_date = serializers.DateField(allow_null=True)
    due_time = TimeOfDay(allow_null=True)
    time_zone = serializers.CharField(allow_null=True)
    due_at = serializers.DateTimeField(
        allow_null=True, help_text="The moment in UTC; null for a whole day. Of a floating time: in your zone, or `tz`."
    )
    starts_on = serializers.DateField(allow_null=True)
    list = serializers.UUIDField()
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment] # as in TodoFields
    tags = serializers.ListField(child=serializers.CharField(), help_text="In alphabetical order.")
    position = serializers.CharField(help_text="Sort key: compare as bytes. `move` changes it.")
    version = serializers.IntegerField(help_text="Also the ETag.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(allow_null=True, help_text="Not null: in the trash.")


class ListInput(StrictSerializer):
    read_only_names = LIST_READ_ONLY - {"id"}

    id = Id(required=False, help_text="Choose it yourself to create offline and to retry safely.")
    name = Text(max_length=100)
    color = Color(help_text="#rrggbb in lower case.")


class ListPatch(StrictSerializer):
    read_only_names = LIST_READ_ONLY - {"archived", "version"}

    name = Text(max_length=100)
    color = Color(help_text="#rrggbb in lower case; null is none.")
    archived = Flag(
        required=False, help_text="Todos of an archived list show only when asked for by `list`; it takes no new ones."
    )
    version = Version()


class ListAnswer(AnswerSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    color = serializers.CharField(allow_null=True)
    position = serializers.CharField()
    archived = serializers.BooleanField()
    archived_at = serializers.DateTimeField(allow_null=True)
    is_inbox = serializers.BooleanField()
    open_count = serializers.IntegerField(
        help_text="As many as `GET /todos?list=…&status=open` shows. Not a part of the version: /summary has it fresh."
    )
    version = serializers.IntegerField(help_text="Also the ETag.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(allow_null=True)


class TagInput(StrictSerializer):
    read_only_names = TAG_READ_ONLY - {"id"}

    id = Id(required=False, help_text="Choose it yourself to create offline and to retry safely.")
    name = Text(max_length=60, help_text="Unique among your tags, compared without case.")
    color = Color(help_text="#rrggbb in lower case.")


class TagPatch(StrictSerializer):
    read_only_names = TAG_READ_ONLY - {"version"}

    name = Text(max_length=60, help_text="Unique among your tags, compared without case.")
    color = Color(help_text="#rrggbb in lower case; null is none.")
    version = Version()


class TagAnswer(AnswerSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    color = serializers.CharField(allow_null=True)
    open_count = serializers.IntegerField(
        help_text="As many as `GET /todos?tag=…&status=open` shows. Not a part of the version: /summary has it fresh."
    )
    version = serializers.IntegerField(help_text="Also the ETag.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
