"""One statement of each shape, explained: each must be for one partition, or for one worker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from todos import clock
from todos.models import Account, CalendarAddress, IdempotencyKey, List, Tag, Todo, TodoTag, Tombstone, View
from todos.models.expressions import zone_of

PARTITION = re.compile(r"\btodos_[a-z]+_p(\d+)\b")
TASKS = re.compile(r"Task Count: (\d+)")
NIL = UUID(int=0)


def places_in(plan: str) -> int:
    """How many partitions, or shards, the plan goes to."""
    if tasks := TASKS.findall(plan):
        return max(map(int, tasks))
    return len(set(PARTITION.findall(plan)))


def explained(connection: BaseDatabaseWrapper, owner_id: int) -> Iterator[tuple[str, int]]:
    """The shapes, and how many places each goes to."""
    for name, rows in shapes(owner_id).items():
        sql, parameters = rows.using(connection.alias).query.sql_with_params()
        yield name, places_in(plan_of(connection, sql, parameters))
    for name, (sql, values) in writes(owner_id).items():
        yield name, places_in(plan_of(connection, sql, values))


def plan_of(connection: BaseDatabaseWrapper, sql: str, parameters: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


def shapes(owner: int) -> dict[str, models.QuerySet]:
    now, zone = clock.now(), zone_of(owner)
    todos = Todo.objects.filter(owner_id=owner)
    shown = todos.live().in_active_lists(owner).started(zone, now)
    return {
        "a page of todos": shown.with_references(owner, zone).order_by("position", "uid")[:51],
        "a todo": todos.with_references(owner, zone).filter(uid=NIL),
        "todos of a tag": shown.tagged(owner, "tag", now),
        "changed todos": todos.with_references(owner, zone).filter(version__gt=0).order_by("version")[:51],
        "lists": List.objects.filter(owner_id=owner).with_open_count(owner, now, zone),
        "tags": Tag.objects.filter(owner_id=owner).with_open_count(owner, now, zone),
        "views": View.objects.filter(owner_id=owner).order_by("position", "uid"),
        "links": TodoTag.objects.filter(owner_id=owner).select_related("tag", "todo"),
        "the account": Account.objects.filter(owner_id=owner).select_related("default_list"),
        "a calendar's address": CalendarAddress.objects.filter(owner_id=owner, secret_hash="").annotate(zone=zone),
        "tombstones": Tombstone.objects.filter(owner_id=owner, version__gt=0),
        "answers kept": IdempotencyKey.objects.filter(owner_id=owner, started_at__lt=now - timedelta(days=1)),
    }


def writes(owner: int) -> dict[str, tuple[str, list[object]]]:
    return {
        "the counter": (
            "UPDATE todos_account SET version = 1 WHERE owner_id = %s RETURNING version",
            [owner],
        ),
        "a changed todo": ("UPDATE todos_todo SET version = 1 WHERE owner_id = %s AND id = %s", [owner, 0]),
        "a todo gone": ("DELETE FROM todos_todo WHERE owner_id = %s AND id = %s", [owner, 0]),
    }
