"""SQL that Django has no words for, the same in PostgreSQL and SQLite."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Func, Subquery, Value
from django.db.models.functions import Coalesce


def zone_of(owner_id: Any) -> models.Expression:
    """The owner's zone as a part of the query, so that it costs no statement of its own."""
    from todos.models.account import Account

    own = Account.objects.filter(owner_id=owner_id).values("time_zone")
    return Coalesce(Subquery(own), Value("UTC"), output_field=models.TextField())


class LocalDate(Func):
    """The day that a clock in the zone shows at a moment."""

    function = "todos_local_date"
    output_field = models.DateField()

    def __init__(self, moment: Any, zone: models.Expression) -> None:
        super().__init__(typed(moment), zone)


class Instant(Func):
    """The moment at which a clock in the zone shows a day and time; see `todos.zones.instant`."""

    function = "todos_instant"
    output_field = models.DateTimeField()

    def __init__(self, day: str, at: str, zone: models.Expression) -> None:
        super().__init__(F(day), F(at), zone)


def typed(moment: Any) -> Any:
    return Value(moment, models.DateTimeField()) if isinstance(moment, datetime) else moment


class After(Func):
    """Row comparison `(key, uid) > (value, uid)`: unlike its expansion with OR, an index finds its first row."""

    output_field = models.BooleanField()
    conditional = True
    template = "%(expressions)s"

    def __init__(self, key: str, value: models.Expression, uid: models.Expression, *, operator: str) -> None:
        self.operator = operator
        super().__init__(F(key), F("uid"), value, uid)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override] # takes no template
        parts, parameters = [], []
        for expression in self.get_source_expressions():
            sql, values = compiler.compile(expression)
            parts.append(sql)
            parameters.extend(values)
        return f"({parts[0]}, {parts[1]}) {self.operator} ({parts[2]}, {parts[3]})", parameters


class Contains(Func):
    """Whether a text contains another one, whatever the case of either and at a price that no text can drive up."""

    output_field = models.BooleanField()
    conditional = True
    function = "todos_is_part"

    def __init__(self, part: models.Expression, field: str) -> None:
        super().__init__(part, F(field))

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # Bytes are compared 32 at once; every other way has a text and a part that make it ten times slower.
        template = "position(convert_to(lower(%(expressions)s), 'UTF8')) > 0"
        between = "), 'UTF8') IN convert_to(lower("
        return self.as_sql(compiler, connection, template=template, arg_joiner=between, **extra)


class Rows(Subquery):
    """What a subquery yields in its column `item`, as a list in one column."""

    output_field = models.JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="ARRAY(%(subquery)s)")

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(SELECT json_group_array(item) FROM (%(subquery)s))")

    def get_db_converters(self, connection: Any) -> list[Any]:
        # PostgreSQL's arrays come as lists.
        return [] if connection.vendor == "postgresql" else [from_json]


def from_json(value: Any, expression: Any, connection: Any) -> Any:
    return json.loads(value)
