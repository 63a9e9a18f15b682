"""The one door to a caller's rows: a view says which rows, and how they get here is decided behind it.

Turning a queryset into SQL takes longer than the query. So it is built once for each shape, for an owner and values
that come with each request, and the statement finds the caller and asks whether they may come in. `PLAIN_READS` reads
all the same by ordinary querysets and serializers; a test holds both ways to the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from django.db import connection
from django.db.models import Count, Model, Value

from todos import conf
from todos.compiled import shapes
from todos.compiled.caller import Caller
from todos.compiled.shapes import Compiled, Given, Placeholder
from todos.models.owned import Owner
from todos.reading import page_cache
from todos.reading.page_cache import Key
from todos.reading.pages import Cut, Page, Row, Sent, in_order
from todos.reading.turns import Turns, in_turn
from todos.types import AnyField, Json, RowSet

Build: TypeAlias = Callable[[Owner, Given], RowSet]


class Query(NamedTuple):
    """Which rows are wanted. The shape stands for all that `build` depends on but the owner and the values."""

    shape: Hashable
    build: Build
    values: Mapping[str, object]
    turns: Turns | None = None
    """How PostgreSQL reads a page of them sooner."""


class Table(NamedTuple):
    """What rows look like in JSON: made of these columns, or plainly of a model's instance."""

    columns: tuple[str, ...]
    to_json: Callable[[Row], Json]
    serialize: Callable[[Model], Json]


class Asked(NamedTuple):
    """A page that is wanted, and how it is sent."""

    query: Query
    table: Table
    cut: Cut
    render: Callable[[Page], Sent]
    is_kept: bool
    """Whether it stands until its owner changes something, or the day begins."""
    condition: str = ""
    """What was looked up to decide what is asked for; and the owner's version by then, if anything was."""
    since: int | None = None


class Reader(Protocol):
    caller: Caller

    def tuples(self, query: Query, columns: tuple[str, ...]) -> list[Row]:
        """The rows' columns; none for an owner who was shut out."""

    def row(self, query: Query, table: Table) -> Json | None:
        """The first row as JSON."""

    def counts(self, queries: Sequence[Query]) -> list[int]:
        """How many rows each has, in one statement where statements are compiled."""

    def page(self, query: Query, table: Table, cut: Cut) -> Page: ...

    def page_sent(self, key: Key, ask: Callable[[], Asked]) -> Sent:
        """The rendered page. Nothing is asked for if the one that was sent last for this key still stands."""


def reader_of(user: Any) -> Reader:
    return (PlainReader if conf.reads_plainly() else CompiledReader)(Caller(user))


class PlainReader:
    """Reads as Django and DRF would be used anywhere."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def tuples(self, query: Query, columns: tuple[str, ...]) -> list[Row]:
        return list(self.queryset(query).values_list(*columns))

    def row(self, query: Query, table: Table) -> Json | None:
        row = self.queryset(query).first()
        return None if row is None else table.serialize(row)

    def counts(self, queries: Sequence[Query]) -> list[int]:
        return [self.queryset(query).count() for query in queries]

    def page(self, query: Query, table: Table, cut: Cut) -> Page:
        found = list(cut.apply(self.queryset(query), literal(cut.values)))
        rows = in_order(found, cut)
        ends = [(getattr(row, cut.column), row.uid) for row in (rows[:1] + rows[-1:])]
        return Page([table.serialize(row) for row in rows], ends, len(found) > cut.size)

    def page_sent(self, key: Key, ask: Callable[[], Asked]) -> Sent:
        asked = ask()
        return asked.render(self.page(asked.query, asked.table, asked.cut))

    def queryset(self, query: Query) -> RowSet:
        return query.build(self.caller.user, literal(query.values))


def literal(values: Mapping[str, object]) -> Given:
    def given(name: str, field: AnyField) -> Value:
        return Value(values[name], field)

    return given


class CompiledReader:
    """Builds each shape of a query once. Rows of an owner who was shut out are never found."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def tuples(self, query: Query, columns: tuple[str, ...]) -> list[Row]:
        compiled = self.caller.query(query.shape, lambda: self.compile(query, columns))
        return self.run(compiled, query.values)

    def row(self, query: Query, table: Table) -> Json | None:
        rows = self.tuples(query, table.columns)
        return table.to_json(rows[0]) if rows else None

    def counts(self, queries: Sequence[Query]) -> list[int]:
        if not queries:
            return []
        own = self.caller.values
        parts = [(self.count(query), {**own, **query.values}) for query in queries]
        (row,) = shapes.run_once(self.caller.with_caller_cte(shapes.side_by_side(parts)), own)
        return [number or 0 for number in row]

    def count(self, query: Query) -> Compiled:
        """Without the caller, who is found once for all of them."""
        key = "count", self.caller.resolves_in_sql, query.shape
        return shapes.cached(key, lambda: self.compile(query._replace(build=counted(query.build)), ("total",)))

    def page(self, query: Query, table: Table, cut: Cut) -> Page:
        compiled = self.caller.query((query.shape, cut.shape), lambda: self.compile(query, columns_of(table, cut), cut))
        return page_of(self.run(compiled, {**query.values, **cut.values}), table, cut)

    def page_sent(self, key: Key, ask: Callable[[], Asked]) -> Sent:
        is_possible = page_cache.is_possible(self.caller)
        known = page_cache.known(key) if is_possible else None
        if known:
            rows = self.run(known.query, {**known.values, "known": known.state})
            if rows and rows[0][-1] == known.state:
                return known.sent
        query, table, cut, render, is_kept, condition, since = ask()
        if not (is_possible and is_kept):
            return render(self.page(query, table, cut))
        compiled = self.caller.query(
            ("if changed", query.shape, cut.shape),
            lambda: page_cache.if_changed(self.compile(query, columns_of(table, cut), cut)),
        )
        values = {**query.values, **cut.values}
        if not known or known.condition != condition:
            rows = self.run(compiled, {**values, "known": ""})
        sent = render(page_of([row[:-1] for row in rows if row[0] is not None], table, cut))
        # Somebody without an account has no state.
        if not rows or not page_cache.is_of_version(rows[0][-1], since):
            return sent
        return page_cache.keep(key, rows[0][-1], sent, compiled, values, condition)

    def compile(self, query: Query, columns: tuple[str, ...], cut: Cut | None = None) -> Compiled:
        if cut and query.turns and connection.vendor == "postgresql":
            first, second = map(self.caller.admitted, query.turns(self.caller, Placeholder, cut))
            ahead = shapes.compile_queryset(cut.apply(first, Placeholder).values_list(*columns))
            rest = shapes.compile_queryset(cut.sorted(second, Placeholder).values_list(*columns))
            return in_turn(ahead, rest, cut.size + 1)
        rows = self.caller.admitted(query.build(self.caller, Placeholder))
        if cut:
            rows = cut.apply(rows, Placeholder)
        return shapes.compile_queryset(rows.values_list(*columns))

    def run(self, compiled: Compiled, values: Mapping[str, object]) -> list[Row]:
        rows = shapes.run(compiled, {**self.caller.values, **values})
        if rows:
            self.caller.admit()
        elif not self.caller.is_admitted and self.caller.has_moved():
            rows = shapes.run(compiled, {**self.caller.values, **values})
        return rows


def counted(build: Build) -> Build:
    def rows(owner: Owner, given: Given) -> RowSet:
        return build(owner, given).order_by().values("owner").annotate(total=Count("*"))

    return rows


def columns_of(table: Table, cut: Cut) -> tuple[str, ...]:
    return table.columns if cut.column in table.columns else (*table.columns, cut.column)


def page_of(found: list[Row], table: Table, cut: Cut) -> Page:
    rows, columns = in_order(found, cut), columns_of(table, cut)
    at, uid_at, width = columns.index(cut.column), columns.index("uid"), len(table.columns)
    ends = [(row[at], row[uid_at]) for row in (rows[:1] + rows[-1:])]
    shown = [row[:width] for row in rows] if len(columns) > width else rows
    return Page([table.to_json(row) for row in shown], ends, len(found) > cut.size)
