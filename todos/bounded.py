"""Limits for the operators' pages: they must not get slower with every row that users add."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

REACHABLE_ROWS = 10_000


def count_up_to(queryset: QuerySet[Model], limit: int) -> int:
    """How many rows there are, or `limit + 1` when there are more."""
    return queryset.order_by().values("pk")[: limit + 1].count()


class BoundedPaginator(Paginator):
    """Pages through the first rows only. Whoever looks for an older row narrows the list down."""

    object_list: QuerySet[Model]

    @cached_property
    def found(self) -> int:
        return count_up_to(self.object_list, REACHABLE_ROWS)

    @cached_property
    def count(self) -> int:
        return min(self.found, REACHABLE_ROWS)

    @property
    def is_cut(self) -> bool:
        return self.found > REACHABLE_ROWS


def whole_number(text: str) -> int | None:
    """A key that a database could hold, or None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
