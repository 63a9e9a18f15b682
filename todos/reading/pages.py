"""Pages by key: each begins after a row, not after a number of rows, so nothing is skipped or repeated."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Expression, Subquery, UUIDField
from django.db.models.functions import Coalesce

from todos.compiled.shapes import Given
from todos.models.expressions import After
from todos.types import AnyField, Json, Row, RowSet

Row = Row


class Cursor(NamedTuple):
    """Where a page begins: beyond this row, or with it; looking back or ahead."""

    value: Any
    uid: str
    is_back: bool = False
    is_inclusive: bool = False


class Cut(NamedTuple):
    """Which page is asked for. The column that orders it is never null."""

    column: str
    field: AnyField
    is_descending: bool
    size: int
    cursor: Cursor | None

    @property
    def shape(self) -> Hashable:
        """What the SQL of the page depends on."""
        cursor = self.cursor
        return self.column, self.is_descending, self.size, cursor and (cursor.is_back, cursor.is_inclusive)

    @property
    def values(self) -> Json:
        if self.cursor is None:
            return {}
        return {"cursor.value": self.field.to_python(self.cursor.value), "cursor.uid": UUID(self.cursor.uid)}

    @property
    def is_downward(self) -> bool:
        """Whether rows are read from the highest value on."""
        return self.is_descending != bool(self.cursor and self.cursor.is_back)

    def apply(self, rows: RowSet, given: Given) -> RowSet:
        """The page and one row more, which tells whether there is another page."""
        return self.ordered(rows, given)[: self.size + 1]

    def sorted(self, rows: RowSet, given: Given) -> RowSet:
        """As `apply`, but whatever is left of the rows is sorted: PostgreSQL does not walk along the order's index."""
        key = Coalesce(self.column, self.column)
        sign = "-" if self.is_downward else ""
        ordered = self.ordered(rows, given).order_by(key.desc() if self.is_downward else key.asc(), sign + "uid")
        return ordered[: self.size + 1]

    def ordered(self, rows: RowSet, given: Given) -> RowSet:
        """The rows of this page and all that follow."""
        if self.cursor:
            operator = ("<" if self.is_downward else ">") + ("=" if self.cursor.is_inclusive else "")
            value, uid = given("cursor.value", self.field), given("cursor.uid", UUIDField())
            rows = rows.filter(After(self.column, value, uid, operator=operator))
        sign = "-" if self.is_downward else ""
        return rows.order_by(sign + self.column, sign + "uid")

    def before(self, edge: RowSet) -> Expression:
        """Of rows, whether they come before the one that this finds."""
        value, uid = Subquery(edge.values(self.column)), Subquery(edge.values("uid"))
        return After(self.column, value, uid, operator=">" if self.is_downward else "<")


class Page(NamedTuple):
    """The rows of a page as JSON; what its first and last row are ordered by, and their ids; whether more follow."""

    results: list[Json]
    ends: list[tuple[Any, UUID]]
    has_more: bool


class Sent(NamedTuple):
    """A page as it is sent, its ETag, and when something in it changes by the passing of time."""

    body: bytes
    tag: str
    good_until: datetime | None = None


def in_order(rows: list[Any], cut: Cut) -> list[Any]:
    """The rows of the page, without the one that tells of another page."""
    rows = rows[: cut.size]
    return rows[::-1] if cut.cursor and cut.cursor.is_back else rows
