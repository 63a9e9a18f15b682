"""Todos, lists, tags, views and tombstones as answers show them."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from django.db.models import Model

from todos.api.rows import (
    LIST_COLUMNS,
    TAG_COLUMNS,
    TODO_COLUMNS,
    TODO_ROW_COLUMNS,
    VIEW_COLUMNS,
    list_json,
    tag_json,
    todo_json,
    todo_row_json,
    told_whether_broken,
    view_json,
)
from todos.api.serializers import (
    Answer,
    CompletionAnswer,
    DeletedAnswer,
    ListAnswer,
    LoggedCompletionAnswer,
    TagAnswer,
    TodoAnswer,
    TodoRowAnswer,
    ViewAnswer,
)
from todos.fields.field import Field
from todos.fields.kinds import Since
from todos.reading import Table
from todos.reminders import Due, moments
from todos.types import Json, Row

REMINDING_COLUMNS = ("uid", "title", "reminders", "due_date", "due_time", "time_zone", "starts_on", "owner_zone")
reminding_values = attrgetter(*REMINDING_COLUMNS)
COMPLETION_COLUMNS = ("uid", "due_date", "occurrence_on", "completed_at", "missed", "is_skipped")
COMPLETION_MEMBERS = ("id", "due_date", "occurrence_on", "completed_at", "missed", "skipped")


def tombstone_json(row: Row) -> Json:
    return dict(zip(("kind", "id", "version"), row, strict=True))


def completion_json(row: Row) -> Json:
    return dict(zip(COMPLETION_MEMBERS, row, strict=True))


def logged_json(row: Row) -> Json:
    return dict(zip((*COMPLETION_MEMBERS, "todo", "title"), row, strict=True))


def reminding_json(row: Row) -> Json:
    """A todo with all of its moments."""
    uid, title, reminders, *due, starts_on, zone = row
    return {"todo": uid, "title": title, "moments": moments(reminders, Due(*due), starts_on, zone)}


def plainly(answer: type[Answer]) -> Callable[[Model], Json]:
    """What `row_json` writes out, in DRF's way: each value, and then its field of the serializer."""
    serializer = answer()

    def serialize(row: Model) -> Json:
        return serializer.to_representation({field.name: value_of(field, row) for field in answer.declared})

    return serialize


def plain_view_json(row: Model) -> Json:
    return told_whether_broken(PLAIN_VIEW(row))


def value_of(field: Field, row: Model) -> object:
    first, *others = (getattr(row, column) for column in field.columns)
    if field.show:
        return None if first is None else field.show(first, *others)
    if isinstance(field.kind, Since):
        return first is not None
    return None if field.is_nullable and first == field.kind.empty else first


TODO = Table(TODO_COLUMNS, todo_json, plainly(TodoAnswer))
TODO_ROW = Table(TODO_ROW_COLUMNS, todo_row_json, plainly(TodoRowAnswer))
LIST = Table(LIST_COLUMNS, list_json, plainly(ListAnswer))
TAG = Table(TAG_COLUMNS, tag_json, plainly(TagAnswer))
PLAIN_VIEW = plainly(ViewAnswer)
VIEW = Table(VIEW_COLUMNS, view_json, plain_view_json)
COMPLETION = Table(COMPLETION_COLUMNS, completion_json, CompletionAnswer().to_representation)
LOGGED = Table((*COMPLETION_COLUMNS, "todo_uid", "todo_title"), logged_json, LoggedCompletionAnswer().to_representation)
REMINDING = Table(REMINDING_COLUMNS, reminding_json, lambda row: reminding_json(reminding_values(row)))
TOMBSTONE = Table(("kind", "uid", "version"), tombstone_json, DeletedAnswer().to_representation)
