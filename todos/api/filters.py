"""What the query parameters of GET /todos do to the rows."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import DateField, DateTimeField, Expression, IntegerField, Q, TextField, UUIDField

from todos.compiled.shapes import Given
from todos.models import due_dates
from todos.models.expressions import LocalDate, OwnerId
from todos.models.found import Terms
from todos.models.tag import FORMER_NAMES_KEPT, tag_key
from todos.models.todo import TodoQuerySet
from todos.search import Search
from todos.types import AnyField, Json, RowSet

DUES = {"today": due_dates.is_due_today, "overdue": due_dates.is_overdue, "upcoming": due_dates.is_upcoming}
# Of these the value decides what the SQL is, of those their number; of the others only that they are given.
WORDS = frozenset({"status", "starts", "due", "has_notes"})
INBOX = "inbox"
T = TypeVar("T")
RowsT = TypeVar("RowsT", bound=RowSet)
# By what GET /todos can be ordered, and the columns.
ORDERINGS = {
    "position": "position",
    "due": "due_sort",
    "priority": "priority",
    "created_at": "created_at",
    "updated_at": "version",
    "title": "title_sort",
    # Of those that a search has found.
    "relevance": "relevance",
    # Of those that are completed: a logbook.
    "completed_at": "completed_at",
}


def shape_of(filters: Json) -> Hashable:
    """What `apply` depends on besides the values that it is given."""
    return frozenset((name, shape_of_one(name, value)) for name, value in filters.items())


def shape_of_one(name: str, value: Any) -> Hashable:
    if name in WORDS or value == "none":
        return value
    if name == "tag":
        return len(value)
    if name == "q":
        return tuple(len(padded(terms)) for terms in several_terms(value).values())
    if name == "list":
        return len(padded(uids_of(value))), INBOX in value
    return len(padded(value)) if name == "ids" else None


def with_ordering(filters: Json, ordering: str) -> Json:
    """What is chosen by choosing an order, too."""
    return {**filters, "is_completed": True} if ordering.endswith("completed_at") else filters


def uids_of(lists: tuple[UUID | str, ...]) -> tuple[UUID, ...]:
    return tuple(uid for uid in lists if isinstance(uid, UUID))


def several_terms(q: Search) -> dict[str, tuple[str, ...]]:
    return {"q.wanted": q.wanted, "q.phrases": q.phrases, "q.unwanted": q.unwanted}


def padded(values: tuple[T, ...]) -> tuple[T, ...]:
    """With the last one repeated up to a power of two, so that two hundred numbers of them make nine shapes."""
    room = 1 << (len(values) - 1).bit_length() if values else 0
    return values + values[-1:] * (room - len(values))


def bindings(filters: Json, now: datetime) -> Json:
    """The values that `apply` is given."""
    several = {
        "tag": map(tag_key, filters.get("tag", ())),
        "list": padded(uids_of(filters.get("list", ()))),
        "ids": padded(filters.get("ids", ())),
    }
    if "q" in filters:
        several |= {name: padded(terms) for name, terms in several_terms(filters["q"]).items()}
    numbered = {f"{name}.{index}": value for name, values in several.items() for index, value in enumerate(values)}
    values = {**filters, **numbered, **due_dates.span(now)._asdict(), "renamed_since": now - FORMER_NAMES_KEPT}
    if "q" in filters:
        values |= {"q.terms": filters["q"].terms, "q.words": filters["q"].words}
    if "completed_before" in filters:
        values["completed_before.latest"] = due_dates.latest_moment(filters["completed_before"])
    if "completed_after" in filters:
        values["completed_after.earliest"] = due_dates.earliest_moment(filters["completed_after"])
    if "due_before" in filters:
        values["due_before.latest"] = due_dates.latest_written(filters["due_before"])
    if "due_after" in filters:
        values["due_after.earliest"] = due_dates.earliest_written(filters["due_after"])
    return values


def span(given: Given) -> due_dates.Span:
    return due_dates.Span(*(given(name, DateTimeField()) for name in due_dates.Span._fields))


def apply(
    rows: TodoQuerySet, owner_id: OwnerId, filters: Json, zone: Expression, given: Given, *, by_index: bool = True
) -> TodoQuerySet:
    status, now = filters.get("status"), given("now", DateTimeField())
    rows = rows.trashed() if status == "trashed" else rows.live()
    if status in {"open", "completed"}:
        rows = rows.filter(completed_at__isnull=status == "open")
    starts = filters.get("starts") or ("all" if status == "trashed" or "ids" in filters else "started")
    if starts != "all":
        rows = rows.started(zone, now) if starts == "started" else rows.not_started(zone, now)
    rows = placed(rows, owner_id, filters, given)
    for index, _ in enumerate(filters.get("tag", ())):
        rows = rows.tagged(owner_id, given(f"tag.{index}", TextField()), given("renamed_since", DateTimeField()))
    if "priority_gte" in filters:
        rows = rows.filter(priority__gte=given("priority_gte", IntegerField()))
    if "has_notes" in filters:
        rows = rows.exclude(notes="") if filters["has_notes"] else rows.filter(notes="")
    if "q" in filters:
        rows = rows.found(owner_id, terms_of(filters["q"], given)._replace(by_index=by_index))
    return due(completed(rows, filters, zone, given), filters, zone, given)


def placed(rows: TodoQuerySet, owner_id: OwnerId, filters: Json, given: Given) -> TodoQuerySet:
    if "ids" in filters:
        rows = rows.with_uids(numbered("ids", filters["ids"], given))
    if "list" in filters:
        uids = numbered("list", uids_of(filters["list"]), given)
        rows = rows.in_lists(owner_id, uids, with_inbox=INBOX in filters["list"])
    elif filters.get("status") != "trashed" and "ids" not in filters:
        rows = rows.in_active_lists(owner_id)
    return in_parent(rows, owner_id, filters["parent"], given) if "parent" in filters else rows


def terms_of(q: Search, given: Given) -> Terms:
    wanted, phrases, unwanted = (
        tuple(numbered(name, terms, given, TextField())) for name, terms in several_terms(q).items()
    )
    return Terms(given("q.terms", TextField()), given("q.words", TextField()), wanted, phrases, unwanted)


def numbered(name: str, values: tuple[object, ...], given: Given, field: AnyField | None = None) -> list[Expression]:
    return [given(f"{name}.{index}", field or UUIDField()) for index in range(len(padded(values)))]


def in_parent(rows: TodoQuerySet, owner_id: OwnerId, parent: Any, given: Given) -> TodoQuerySet:
    if parent == "none":
        return rows.filter(parent=None)
    return rows.filter(parent__uid=given("parent", UUIDField()), parent__owner=owner_id)


def completed(rows: RowsT, filters: Json, zone: Expression, given: Given) -> RowsT:
    """By the day in the zone; the moments around it have an index."""
    if "completed_before" in filters:
        day, latest = given("completed_before", DateField()), given("completed_before.latest", DateTimeField())
        rows = rows.alias(completed_on=LocalDate("completed_at", zone)).filter(
            completed_at__lt=latest, completed_on__lt=day
        )
    if "completed_after" in filters:
        day, earliest = given("completed_after", DateField()), given("completed_after.earliest", DateTimeField())
        rows = rows.alias(completed_on=LocalDate("completed_at", zone)).filter(
            completed_at__gt=earliest, completed_on__gt=day
        )
    return rows.filter(completed_at__isnull=False) if filters.get("is_completed") else rows


def due(rows: TodoQuerySet, filters: Json, zone: Expression, given: Given) -> TodoQuerySet:
    conditions = []
    if "due" in filters:
        ways = [DUES[name](zone, span(given)) if name in DUES else Q(due_date=None) for name in filters["due"]]
        conditions.append(reduce(or_, ways))
    if "due_before" in filters:
        names = "due_before", "due_before.latest"
        conditions.append(due_dates.is_due_before(*(given(name, DateField()) for name in names)))
    if "due_after" in filters:
        names = "due_after", "due_after.earliest"
        conditions.append(due_dates.is_due_after(*(given(name, DateField()) for name in names)))
    return rows.with_due(zone).filter(*conditions) if conditions else rows
