"""The signed-in user as compiled queries see them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Expression
from django.db.models.sql.compiler import SQLCompiler
from django.utils.functional import cached_property

from todos.compiled import shapes
from todos.compiled.contracts import FindableUser
from todos.compiled.shapes import Compiled, Placeholder
from todos.types import Json, RowSet

# What finds the caller stands in WITH.
IS_FOUND = 'EXISTS (SELECT 1 FROM "caller")'


class IsFound(Expression):
    """Whether the caller may come in, in a query that `Caller.with_caller_cte` stands before."""

    output_field = BooleanField()
    conditional = True

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        return IS_FOUND, ()


class Caller:
    """Has a `pk` like any user, except that it is a part of a query, whose values come with each request.

    What it makes use of where a user object offers it says `contracts.FindableUser`.
    """

    def __init__(self, user: Any) -> None:
        self.user = user
        self.resolves_in_sql = hasattr(user, "pk_query")
        # Whether a query has found this user, so that the user may be here.
        self.is_admitted = False

    def admit(self) -> None:
        self.is_admitted = True

    @property
    def pk(self) -> Any:
        return Placeholder("owner", get_user_model()._meta.pk)

    def admitted(self, rows: RowSet) -> RowSet:
        """The rows, or none of them for an owner who was shut out or has another key by now."""
        return rows.filter(IsFound()) if self.resolves_in_sql else rows

    def query(self, shape: Hashable, make: Callable[[], Compiled]) -> Compiled:
        """What `make` makes, made once for each shape, with the caller found before it, and only once in it."""
        return shapes.cached((self.resolves_in_sql, shape), lambda: self.with_caller_cte(make()))

    def with_caller_cte(self, query: Compiled) -> Compiled:
        if not self.resolves_in_sql:
            return query
        return shapes.with_cte("caller", self.key_query, query)

    @property
    def key_query(self) -> Compiled:
        return shapes.compiled((type(self), "key"), self.keys)

    def keys(self) -> RowSet:
        user: FindableUser = self.user
        return user.pk_query(**{name: Placeholder(name, field) for name, field in user.pk_fields.items()})

    @cached_property
    def values(self) -> Json:
        return self.user.pk_values if self.resolves_in_sql else {"owner": self.user.pk}

    @property
    def name(self) -> str:
        return self.user.subject_key if self.resolves_in_sql else str(self.user.pk)

    def has_moved(self) -> bool:
        """Looks at the user whom a query has not found: whether that was because of another key."""
        asked = self.values["owner"]
        self.prove()
        return bool(self.values["owner"] != asked)

    def prove(self) -> None:
        """Looks at the user, unless a query has; refuses whoever was shut out."""
        if self.resolves_in_sql and not self.is_admitted:
            self.user.fetch()
            self.found_anew()

    def key(self) -> int:
        """The user's key, after another look at the user; refuses whoever was shut out since the last one."""
        if self.resolves_in_sql:
            self.user.fetch_again()
            self.found_anew()
        key: int = self.user.pk
        return key

    def found_anew(self) -> None:
        self.is_admitted = True
        vars(self).pop("values", None)
