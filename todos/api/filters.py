"""What the query parameters of GET /todos do to the rows."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Any

from django.db.models import DateField, DateTimeField, Expression, IntegerField, TextField, UUIDField

from todos.compiled.shapes import Given
from todos.models import due_dates
from todos.models.expressions import OwnerId
from todos.models.tag import tag_key
from todos.models.todo import TodoQuerySet
from todos.types import Json

DUES = {"today": due_dates.is_due_today, "overdue": due_dates.is_overdue, "upcoming": due_dates.is_upcoming}
# Of these the value decides what the SQL is; of the others only that they are given.
WORDS = frozenset({"status", "starts", "due"})


def shape_of(filters: Json) -> Hashable:
    """What `apply` depends on besides the values that it is given."""
    return frozenset(
        (name, value if name in WORDS or value == "none" else len(value) if name == "tag" else None)
        for name, value in filters.items()
    )


def bindings(filters: Json, now: datetime) -> Json:
    """The values that `apply` is given."""
    tags = {f"tag.{index}": tag_key(name) for index, name in enumerate(filters.get("tag", ()))}
    values = {**filters, **tags, **due_dates.span(now)._asdict()}
    if "due_before" in filters:
        values["due_before.latest"] = due_dates.latest_written(filters["due_before"])
    if "due_after" in filters:
        values["due_after.earliest"] = due_dates.earliest_written(filters["due_after"])
    return values


def span(given: Given) -> due_dates.Span:
    return due_dates.Span(*(given(name, DateTimeField()) for name in due_dates.Span._fields))


def apply(rows: TodoQuerySet, owner_id: OwnerId, filters: Json, zone: Expression, given: Given) -> TodoQuerySet:
    status, now = filters.get("status"), given("now", DateTimeField())
    rows = rows.trashed() if status == "trashed" else rows.live()
    if status in {"open", "completed"}:
        rows = rows.filter(completed_at__isnull=status == "open")
    starts = filters.get("starts") or ("all" if status == "trashed" else "started")
    if starts != "all":
        rows = rows.started(zone, now) if starts == "started" else rows.not_started(zone, now)
    if "list" in filters:
        rows = rows.in_list(owner_id, given("list", UUIDField()))
    elif status != "trashed":
        rows = rows.in_active_lists(owner_id)
    if "parent" in filters:
        rows = in_parent(rows, owner_id, filters["parent"], given)
    for index, _ in enumerate(filters.get("tag", ())):
        rows = rows.tagged(owner_id, given(f"tag.{index}", TextField()))
    if "priority_gte" in filters:
        rows = rows.filter(priority__gte=given("priority_gte", IntegerField()))
    if "q" in filters:
        rows = rows.containing(given("q", TextField()))
    return due(rows, filters, zone, given)


def in_parent(rows: TodoQuerySet, owner_id: OwnerId, parent: Any, given: Given) -> TodoQuerySet:
    if parent == "none":
        return rows.filter(parent=None)
    return rows.filter(parent__uid=given("parent", UUIDField()), parent__owner=owner_id)


def due(rows: TodoQuerySet, filters: Json, zone: Expression, given: Given) -> TodoQuerySet:
    conditions = []
    if filters.get("due") == "none":
        rows = rows.filter(due_date=None)
    elif "due" in filters:
        conditions.append(DUES[filters["due"]](zone, span(given)))
    if "due_before" in filters:
        names = "due_before", "due_before.latest"
        conditions.append(due_dates.is_due_before(*(given(name, DateField()) for name in names)))
    if "due_after" in filters:
        names = "due_after", "due_after.earliest"
        conditions.append(due_dates.is_due_after(*(given(name, DateField()) for name in names)))
    return rows.with_due(zone).filter(*conditions) if conditions else rows
