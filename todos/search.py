"""Whether a text contains a part, whatever the case of either, for SQLite, in time that is linear in the text.

Both come from strangers. `todos.models.expressions.Contains` says it in PostgreSQL's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from django.db.backends.base.base import BaseDatabaseWrapper


def is_part(part: str, text: str) -> bool:
    return finder(part)(folded(text)) is not None


@lru_cache(maxsize=16)
def finder(part: str) -> Callable[[str], re.Match[str] | None]:
    # For a pattern of nothing but letters, re is linear (Knuth, Morris, Pratt). `in` is not for texts of our lengths.
    return re.compile(re.escape(folded(part))).search


def folded(text: str) -> str:
    # casefold makes two letters of the Turkish capital I, and the small one without a dot is another letter to it.
    return text.replace("\u0130", "i").replace("\u0131", "i").casefold()


def register_in_sqlite(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("todos_is_part", 2, is_part, deterministic=True)
