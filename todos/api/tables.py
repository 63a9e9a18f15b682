"""Todos, lists and tags as answers show them."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.db.models import Model

from todos.api.rows import LIST_COLUMNS, TAG_COLUMNS, TODO_COLUMNS, list_json, tag_json, todo_json
from todos.reading import Table
from todos.types import Json, Row


def plainly(columns: tuple[str, ...], to_json: Any) -> Any:
    of = attrgetter(*columns)

    def serialize(row: Model) -> Json:
        return to_json(of(row))

    return serialize


TODO = Table(TODO_COLUMNS, todo_json, plainly(TODO_COLUMNS, todo_json))
LIST = Table(LIST_COLUMNS, list_json, plainly(LIST_COLUMNS, list_json))
TAG = Table(TAG_COLUMNS, tag_json, plainly(TAG_COLUMNS, tag_json))
TOMBSTONE_COLUMNS = ("kind", "uid", "version")


def tombstone_json(row: Row) -> Json:
    return dict(zip(("kind", "id", "version"), row, strict=True))


TOMBSTONE = Table(TOMBSTONE_COLUMNS, tombstone_json, plainly(TOMBSTONE_COLUMNS, tombstone_json))
