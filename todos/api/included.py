"""What a page of todos brings along for a whole screen: `include=lists,tags,views,summary`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from todos import clock
from todos.api import summary, sync, tables, viewed
from todos.compiled.shapes import Given
from todos.models import List, Tag
from todos.models.owned import Owner
from todos.reading import Cut, Query, Table
from todos.types import Json, RowSet

if TYPE_CHECKING:
    from todos.api.todos import TodoViewSet

# Whoever has more of them pages through them at their own address.
MAX_ROWS = 200


def included(view: TodoViewSet, names: tuple[str, ...]) -> Json:
    found = {name: INCLUDED[name](view) for name in names}
    if told := found.get("summary"):
        found["summary"] = told.data
        if "views" in found:
            tz = view.filters.get("tz", "")
            counts = viewed.counts(view.reader, found["views"], told.todo_count, tz, clock.now())
            found["summary"] = {**told.data, "views": counts.numbers}
    return found


def lists(view: TodoViewSet) -> Any:
    return view.with_inbox(lambda: first_rows(view, List, active_lists, tables.LIST, "position"), bool)


def tags(view: TodoViewSet) -> Any:
    return first_rows(view, Tag, sync.tags, tables.TAG, "key")


def views(view: TodoViewSet) -> Any:
    return viewed.first_views(view.reader)


def numbers(view: TodoViewSet) -> Any:
    return summary.summary_of(view, view.filters.get("tz", ""), clock.now())


def active_lists(owner: Owner, given: Given) -> RowSet:
    return sync.lists(owner, given).filter(deleted_at=None, archived_at=None)


def first_rows(
    view: TodoViewSet, model: Any, build: Callable[[Owner, Given], RowSet], table: Table, column: str
) -> list[Json]:
    field = model._meta.get_field(column)
    cut = Cut(column, field, is_descending=False, size=MAX_ROWS, cursor=None)
    return view.reader.page(Query(("included", build.__name__), build, {"now": clock.now()}), table, cut).results


INCLUDED: dict[str, Callable[[TodoViewSet], Any]] = {"lists": lists, "tags": tags, "views": views, "summary": numbers}
