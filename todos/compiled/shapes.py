"""Queries that are built and compiled once for each shape, and afterwards only given their values.

Django takes longer to turn a queryset into SQL than PostgreSQL takes to answer it. Two requests have the same shape
if their SQL differs in nothing but values; those are left out as placeholders, by name, and filled in for each request.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression
from psycopg.pq import Format

from todos.compiled.contracts import PreparingDatabase
from todos.types import AnyField, Row, RowSet

# A page size is part of a shape, so clients can make many of them.
MAX_SHAPES = 1024


class Given(Protocol):
    """Hands the values that a queryset is built with: themselves, or placeholders for them."""

    def __call__(self, name: str, field: AnyField, /) -> Expression: ...


class Placeholder(Expression):
    """A value of a query that is given when the query runs."""

    def __init__(self, name: str, output_field: AnyField) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def get_group_by_cols(self) -> list[Any]:
        return []


class Compiled(NamedTuple):
    sql: str
    parameters: Row
    converters: tuple[tuple[int, list[Any], Any], ...]


_compiled: dict[Hashable, Compiled] = {}


def forget() -> None:
    """For when what all of them depend on has changed, which shapes say nothing about."""
    _compiled.clear()


def run(query: Compiled, values: Mapping[str, object]) -> list[Any]:
    """What the query yields, as tuples or lists."""
    database = connections[DEFAULT_DB_ALIAS]
    found = fetched(database, query.sql, bind(query, values, database))
    return [converted(row, query, database) for row in found] if query.converters else found


def compiled(key: Hashable, build: Callable[[], RowSet]) -> Compiled:
    """`key` stands for everything that `build` depends on, but for the values in its placeholders."""
    return cached(key, lambda: compile_queryset(build()))


def cached(key: Hashable, make: Callable[[], Compiled]) -> Compiled:
    query = _compiled.get(key)
    if query is None:
        query = make()
        if len(_compiled) >= MAX_SHAPES:
            _compiled.clear()
        _compiled[key] = query
    return query


def with_cte(name: str, first: Compiled, query: Compiled) -> Compiled:
    """The query with another one before it, whose rows it knows by this name."""
    sql = f'WITH "{name}" AS ({first.sql}) {query.sql}'
    return Compiled(sql, (*first.parameters, *query.parameters), query.converters)


def side_by_side(queries: Sequence[tuple[Compiled, Mapping[str, object]]]) -> Compiled:
    """What yields one row of the only number of each, or null where there is none. Their values are in it."""
    database = connections[DEFAULT_DB_ALIAS]
    parameters = (value for query, values in queries for value in bind(query, values, database))
    return Compiled(f"SELECT {', '.join(f'({query.sql})' for query, _ in queries)}", tuple(parameters), ())


def run_once(query: Compiled, values: Mapping[str, object]) -> list[Any]:
    """As `run`, for a statement that is put together for one person: preparing it would not pay."""
    database = connections[DEFAULT_DB_ALIAS]
    with database.cursor() as cursor:
        cursor.execute(query.sql, bind(query, values, database))
        rows: list[Any] = cursor.fetchall()
        return rows


def compile_queryset(queryset: RowSet) -> Compiled:
    compiler = queryset.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
    sql, parameters = compiler.as_sql()
    converters = compiler.get_converters([expression for expression, _, _ in compiler.select])
    return Compiled(sql, tuple(parameters), tuple((at, *which) for at, which in converters.items()))


def bind(query: Compiled, values: Mapping[str, object], database: Any) -> list[Any]:
    """The parameters of the query."""
    if database.vendor == "postgresql":
        # psycopg takes Python's values as they are.
        return [values[part.name] if type(part) is Placeholder else part for part in query.parameters]
    return [adapted(part, values, database) if type(part) is Placeholder else part for part in query.parameters]


def adapted(hole: Placeholder, values: Mapping[str, object], database: Any) -> Any:
    return hole.output_field.get_db_prep_value(values[hole.name], database)


def fetched(database: Any, sql: str, parameters: list[Any]) -> list[Any]:
    """The rows of a statement that runs often."""
    # The host's database may know a shorter way for them.
    if hasattr(database, "fetch_prepared"):
        preparing: PreparingDatabase = database
        found = preparing.fetch_prepared(sql, parameters)
        if found is not None:
            return found
    with database.cursor() as cursor:
        if database.settings_dict["OPTIONS"].get("server_side_binding"):
            # Behind a pooler values are put into the text here, and psycopg has binary answers only where they are not.
            # psycopg decodes binary answers in C. Text it may decode in Python, because Django replaces its loader of
            # timestamps. (There is one type that Django wants as text: jsonb.)
            cursor.cursor.format = Format.BINARY
        cursor.execute(sql, parameters)
        rows: list[Any] = cursor.fetchall()
        return rows


def converted(row: Any, query: Compiled, database: Any) -> list[Any]:
    values = list(row)
    for at, functions, expression in query.converters:
        for function in functions:
            values[at] = function(values[at], expression, database)
    return values
