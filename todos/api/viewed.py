"""Saved views where they are asked for: GET /todos?view=, and their counts in /summary?views=true."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from django.db.models import CharField, Subquery, TextField, UUIDField

from todos.api import filters, tables
from todos.api.errors import RequestFailed, query_fault
from todos.api.saved import Saved, understood
from todos.compiled.shapes import Given
from todos.models import Account, Todo, View
from todos.models.expressions import zone_of
from todos.models.owned import Owner
from todos.reading import Cut, Query, Reader
from todos.types import Json, RowSet


class Found(NamedTuple):
    """What a view holds, and the owner's version when it was read."""

    values: Json
    ordering: str
    text: str
    since: int | None


NO_VIEW = Found({}, "", "", None)


def one_view(owner: Owner, given: Given) -> RowSet:
    version = Account.objects.owned_by(owner).values("version")
    rows = View.objects.owned_by(owner).filter(uid=given("uid", UUIDField()))
    return rows.annotate(since=Subquery(version))


def view_named(reader: Reader, uid: UUID) -> Found:
    """A statement of its own: what the view says decides what the next one is."""
    found = reader.tuples(Query("one view", one_view, {"uid": uid}), ("query", "since"))
    if not found:
        raise query_fault("view", "does_not_exist", "You have no such view.", kind="view")
    ((text, since),) = found
    saved = understood(orjson.loads(text))
    if saved is None:
        detail = "This version does not understand the query of this view. Change the view or delete it."
        raise RequestFailed(409, "broken_view", detail)
    return Found(saved.values, saved.ordering, text, since)


# Each view takes as long as `total` of its todos, so there is room for so many of one summary, and for fewer where they
# would look at more rows than this: whoever has more, or views that take long, is told of the first that find room.
ROOM = 30
MAX_ROWS = 200_000
ROOM_FOR_WORDS = 10
MAX_LISTED = 200


class Counts(NamedTuple):
    """By the ids of views; and whether they stand until something changes, or the next moment of a live todo."""

    numbers: dict[str, int | None]
    stand: bool


def first_views(reader: Reader) -> list[Json]:
    first = Cut("position", CharField(), is_descending=False, size=MAX_LISTED, cursor=None)
    return reader.page(Query("views", all_views, {}), tables.VIEW, first).results


def counts(reader: Reader, rows: list[Json], todo_count: int, tz: str, now: datetime) -> Counts:
    """In one statement; None of views that are broken, or for which there is no room."""
    room = min(ROOM, MAX_ROWS // max(todo_count, 1))
    saved = {str(row["id"]): understood(row["query"]) for row in rows}
    sound = within_room({uid: view for uid, view in saved.items() if view}, room)
    found = reader.counts([count_of(view, tz, now) for view in sound.values()])
    numbers = dict(zip(sound, found, strict=True))
    return Counts({uid: numbers.get(uid) for uid in saved}, not any(map(is_of_overdue_trash, sound.values())))


def within_room(views: dict[str, Saved], room: int) -> dict[str, Saved]:
    """In their order, without those that are too much."""
    chosen = {}
    for uid, view in views.items():
        if room_for(view) <= room:
            chosen[uid] = view
            room -= room_for(view)
    return chosen


def room_for(view: Saved) -> int:
    return 1 + len(view.values.get("tag", ())) + ROOM_FOR_WORDS * ("q" in view.values)


def all_views(owner: Owner, given: Given) -> RowSet:
    return View.objects.owned_by(owner)


def count_of(saved: Saved, tz: str, now: datetime) -> Query:
    values = filters.with_ordering({**saved.values, **({"tz": tz} if tz else {})}, saved.ordering)

    def rows(owner: Owner, given: Given) -> RowSet:
        zone = given("tz", TextField()) if tz else zone_of(owner.pk)
        return filters.apply(Todo.objects.owned_by(owner), owner.pk, values, zone, given)

    return Query(("view", filters.shape_of(values)), rows, filters.bindings(values, now))


def is_of_overdue_trash(saved: Saved) -> bool:
    return saved.values.get("status") == "trashed" and "overdue" in saved.values.get("due", ())
