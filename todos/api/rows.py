"""What a row of the database looks like in JSON. Lists, details and the answers to writes all come from here."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from todos import zones
from todos.models import Todo

TODO_COLUMNS = (
    "uid",
    "title",
    "notes",
    "completed_at",
    "priority",
    "due_date",
    "due_time",
    "time_zone",
    "due_at",
    "starts_on",
    "list_uid",
    "parent_uid",
    "tag_names",
    "position",
    "version",
    "created_at",
    "updated_at",
    "deleted_at",
    "owner_zone",
)
LIST_COLUMNS = (
    "uid",
    "name",
    "color",
    "position",
    "archived_at",
    "is_inbox",
    "open_count",
    "version",
    "created_at",
    "updated_at",
    "deleted_at",
)
TAG_COLUMNS = ("uid", "name", "color", "open_count", "version", "created_at", "updated_at")

columns_of = attrgetter(*TODO_COLUMNS)
NEW: dict[str, Any] = {"parent_uid": None, "tag_names": (), "deleted_at": None}


def todo_json(row: tuple[Any, ...]) -> dict[str, Any]:
    (
        uid,
        title,
        notes,
        completed_at,
        priority,
        due_date,
        due_time,
        time_zone,
        due_at,
        starts_on,
        list_uid,
        parent_uid,
        tag_names,
        position,
        version,
        created_at,
        updated_at,
        deleted_at,
        owner_zone,
    ) = row
    if due_time and not time_zone:
        due_at = zones.instant(due_date, due_time, owner_zone)
    return {
        "id": uid,
        "title": title,
        "notes": notes,
        "completed": completed_at is not None,
        "completed_at": completed_at,
        "priority": priority,
        "due_date": due_date,
        "due_time": due_time and due_time.isoformat("minutes"),
        "time_zone": time_zone or None,
        "due_at": due_at,
        "starts_on": starts_on,
        "list": list_uid,
        "parent": parent_uid,
        "tags": tag_names,
        "position": position,
        "version": version,
        "created_at": created_at,
        "updated_at": updated_at,
        "deleted_at": deleted_at,
    }


def todo_json_of(todo: Todo) -> dict[str, Any]:
    """The JSON of a todo that a change has just written."""
    return todo_json(columns_of(todo))


def new_todo_json(row: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a todo that was made just now, without parent and tags."""
    row = {**NEW, **row}
    return todo_json(tuple(row[name] for name in TODO_COLUMNS))


def list_json(row: tuple[Any, ...]) -> dict[str, Any]:
    uid, name, color, position, archived_at, is_inbox, open_count, version, created_at, updated_at, deleted_at = row
    return {
        "id": uid,
        "name": name,
        "color": color or None,
        "position": position,
        "archived": archived_at is not None,
        "archived_at": archived_at,
        "is_inbox": is_inbox,
        "open_count": open_count,
        "version": version,
        "created_at": created_at,
        "updated_at": updated_at,
        "deleted_at": deleted_at,
    }


def tag_json(row: tuple[Any, ...]) -> dict[str, Any]:
    uid, name, color, open_count, version, created_at, updated_at = row
    return {
        "id": uid,
        "name": name,
        "color": color or None,
        "open_count": open_count,
        "version": version,
        "created_at": created_at,
        "updated_at": updated_at,
    }
