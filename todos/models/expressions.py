"""SQL that Django has no words for, the same in PostgreSQL and SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Subquery, Value
from django.db.models.expressions import BaseExpression, Combinable
from django.db.models.functions import Cast, Coalesce
from django.db.models.sql.compiler import SQLCompiler

# Values, or parts of a query that stand for them.
OwnerId: TypeAlias = int | Combinable
Uid: TypeAlias = UUID | Combinable
Text: TypeAlias = str | Combinable
Day: TypeAlias = date | Combinable
Moment: TypeAlias = datetime | Combinable

# What an expression is turned into: the text, and its parameters.
Sql: TypeAlias = tuple[str, tuple[object, ...]]


def zone_of(owner_id: OwnerId) -> models.Expression:
    """The owner's zone as a part of the query, so that it costs no statement of its own."""
    from todos.models.account import Account

    own = Account.objects.filter(owner_id=owner_id).values("time_zone")
    return Coalesce(Subquery(own), Value("UTC"), output_field=models.TextField())


class LocalDate(Func):
    """The day that a clock in the zone shows at a moment."""

    function = "todos_local_date"
    output_field = models.DateField()

    def __init__(self, moment: Moment | str, zone: models.Expression) -> None:
        super().__init__(typed(moment), zone)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:  # type: ignore[override] # no context
        """SQLite calls us once more for each row, but asks a subquery once where no column of the row is in it."""
        sql, params = super().as_sql(compiler, connection)
        moment, _ = self.source_expressions
        return (sql if moment.contains_column_references else f"(SELECT {sql})"), params


class Instant(Func):
    """The moment at which a clock in the zone shows a day and time; see `todos.zones.instant`."""

    function = "todos_instant"
    output_field = models.DateTimeField()

    def __init__(self, day: str, at: str, zone: models.Expression) -> None:
        super().__init__(F(day), F(at), zone)


def typed(moment: Moment | str) -> Combinable | str:
    return Value(moment, models.DateTimeField()) if isinstance(moment, datetime) else moment


class After(Func):
    """Row comparison `(key, uid) > (value, uid)`: unlike its expansion with OR, an index finds its first row."""

    output_field = models.BooleanField()
    conditional = True
    template = "%(expressions)s"

    def __init__(self, key: str, value: Combinable, uid: Combinable, *, operator: str) -> None:
        self.operator = operator
        super().__init__(F(key), F("uid"), value, uid)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:  # type: ignore[override] # no template
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        key, own_uid, value, uid = (sql for sql, _ in parts)
        parameters = tuple(parameter for _, parameters in parts for parameter in parameters)
        return f"({key}, {own_uid}) {self.operator} ({value}, {uid})", parameters


class Unindexed(Func):
    """A column to sort by, which SQLite must not reach by walking along the index that has it in order."""

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:  # type: ignore[override] # no context
        return self.as_sql(compiler, connection, template="+%(expressions)s")


class Written(Cast):
    """A column as text; grouped by the column, whose order an index may have."""

    def __init__(self, column: str) -> None:
        super().__init__(column, models.CharField())

    def get_group_by_cols(self) -> list[BaseExpression]:
        (column,) = self.source_expressions
        grouped: list[BaseExpression] = column.get_group_by_cols()
        return grouped


class Rows(Subquery):
    """What a subquery yields in its column `item`, as a list in one column."""

    output_field = models.JSONField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        return self.as_sql(compiler, connection, template="ARRAY(%(subquery)s)")

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        return self.as_sql(compiler, connection, template="(SELECT json_group_array(item) FROM (%(subquery)s))")

    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Callable[[str, object, object], object]]:
        # PostgreSQL's arrays come as lists.
        return [] if connection.vendor == "postgresql" else [from_json]


def from_json(value: str, expression: object, connection: object) -> object:
    return json.loads(value)
