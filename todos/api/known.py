"""Which query parameters a request may have at all."""

from __future__ import annotations

from collections.abc import Collection

from django.http import QueryDict

from todos.api.errors import query_fault

# A search box that was emptied asks for everything; any other parameter without a value is a slip of the caller.
MAY_BE_EMPTY = frozenset({"q", "cursor"})


def require_known(query: QueryDict, known: Collection[str], repeatable: Collection[str] = ()) -> None:
    """Refuses parameters that nobody would read, and those that say nothing, or two things."""
    for name, values in query.lists():
        if name not in known:
            raise query_fault(name, "unknown_parameter", "There is no such parameter here.")
        if "" in values and name not in MAY_BE_EMPTY:
            raise query_fault(name, "empty", "Give this parameter a value or leave it out.")
        if len(values) > 1 and name not in repeatable:
            raise query_fault(name, "repeated", "Give this parameter once.")
