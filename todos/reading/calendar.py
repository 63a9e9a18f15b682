"""A person's calendar, found by its secret address instead of a caller, and read a few todos at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, DateTimeField, Exists, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable

from todos.calendar.document import Kind
from todos.calendar.rows import Row
from todos.compiled import shapes
from todos.compiled.shapes import Placeholder
from todos.models import Account, CalendarAddress, Todo
from todos.models.expressions import zone_of
from todos.models.todo import TodoQuerySet
from todos.types import RowSet

# With notes of 20,000 letters they take some megabytes.
ROWS_AT_A_TIME = 200
OWNER = Placeholder("owner", BigIntegerField())
COLUMNS = ("version", "zone", "made_at", "read_on")
# Makes of an owner and a moment, as parts of a query, who may come in with what was issued at that moment.
Standing = Callable[[Combinable, Combinable], RowSet]


class Found(NamedTuple):
    """The calendar of an address, and what its answer depends on."""

    version: int
    zone: str
    made_at: datetime
    read_on: date | None


def calendar_at(owner_id: int, secret_hash: str, standing: Standing) -> Found | None:
    """One look at two primary keys, which also asks whether the owner may still come in."""
    query = shapes.compiled(("calendar", standing), lambda: addresses(standing).values_list(*COLUMNS))
    rows = shapes.run(query, {"owner": owner_id, "secret_hash": secret_hash})
    return Found(*rows[0]) if rows else None


def addresses(standing: Standing) -> RowSet:
    secret_hash = Placeholder("secret_hash", CharField())
    found = CalendarAddress.objects.filter(owner_id=OWNER, secret_hash=secret_hash)
    version = Account.objects.filter(owner_id=OWNER).values("version")
    may_come_in = Exists(standing(OuterRef("owner_id"), OuterRef("made_at")))
    return found.filter(may_come_in).annotate(version=Subquery(version), zone=zone_of(OWNER))


def chunks(owner_id: int, kind: Kind, since: datetime) -> Iterator[list[Row]]:
    """Each todo at most once, in the order of their keys, which nothing changes meanwhile."""
    query = shapes.compiled(("calendar", kind), lambda: rows_of(kind).values_list("id", *Row._fields))
    after, is_over = 0, False
    while not is_over:
        found: list[Any] = shapes.run(query, {"owner": owner_id, "since": since, "after": after})
        yield [Row(*row[1:]) for row in found]
        is_over = len(found) < ROWS_AT_A_TIME
        after = found[-1][0] if found else after


def rows_of(kind: Kind) -> RowSet:
    rows = Todo.objects.filter(owner_id=OWNER, pk__gt=Placeholder("after", BigIntegerField()))
    shown = with_what_was_done(rows) if kind is Kind.TODOS else dated(rows)
    found: RowSet = shown.in_active_lists(OWNER).with_references(OWNER, zone_of(OWNER)).order_by("pk")
    return found[:ROWS_AT_A_TIME]


def with_what_was_done(rows: TodoQuerySet) -> TodoQuerySet:
    return rows.live().filter(Q(completed_at=None) | Q(completed_at__gte=Placeholder("since", DateTimeField())))


def dated(rows: TodoQuerySet) -> TodoQuerySet:
    """What a calendar without tasks has a day for, and no way to show as done."""
    return rows.open().filter(due_date__isnull=False)
