"""What this app makes use of where its host offers it. `todoproject.bridge` holds the host to these types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from todos.types import AnyField, Row, RowSet


class FindableUser(Protocol):
    """A user whom a query can find. Reading needs no look at the user then; what reads nothing has to `fetch()` it."""

    @property
    def pk(self) -> int: ...

    @property
    def pk_query(self) -> Callable[..., RowSet]:
        """Makes of named values a queryset that finds the key as `key`, or nothing if the user was shut out."""

    @property
    def pk_fields(self) -> Mapping[str, AnyField]:
        """Of which types these values are."""

    @property
    def pk_values(self) -> Mapping[str, object]: ...

    @property
    def subject_key(self) -> str:
        """Names the same person without the database."""

    def fetch(self) -> None:
        """Looks at the user, unless somebody has; refuses whoever was shut out."""

    def fetch_again(self) -> None:
        """Refuses whoever was shut out since the last look."""


class PreparingDatabase(Protocol):
    """A connection with a shorter way for statements that run often."""

    def fetch_prepared(self, sql: str, parameters: Sequence[object], /) -> list[Row] | None:
        """The rows, or None where a cursor has to be taken."""
