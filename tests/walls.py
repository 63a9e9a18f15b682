"""A wall around every test: while an API request runs, SQL on an owned table must name its owner.

Importing this module (tests/__init__.py does) puts the wall up for all tests. It judges the SQL that reaches the
database, so a view that forgets `get_queryset` fails here even when nobody wrote a test for its isolation.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import request_finished, request_started
from django.db.backends.signals import connection_created

OWNED_TABLE = re.compile(r'"?\b(todos_[a-z_]+)\b"?')
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
NAMES_OWNER = {
    "INSERT": re.compile(r'INSERT\s.*?\([^)]*"?owner_id"?', re.IGNORECASE | re.DOTALL),
    "OTHER": re.compile(r'\b(WHERE|ON|USING)\b.*"?owner_id"?', re.IGNORECASE | re.DOTALL),
}

here = threading.local()


class UnscopedSQLError(AssertionError):
    """A statement that could have touched rows of more than one owner."""


def judge(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    text = str(sql)
    if getattr(here, "is_in_api_request", False) and not is_scoped(text):
        raise UnscopedSQLError(text)
    return execute(sql, params, many, context)


def is_scoped(sql: str) -> bool:
    statement = STATEMENT.match(sql)
    if not statement or not OWNED_TABLE.search(sql):
        return True
    verb = statement[1].upper()
    return bool(NAMES_OWNER.get(verb, NAMES_OWNER["OTHER"]).search(sql))


@contextmanager
def api_request() -> Iterator[None]:
    """Judges this thread's SQL as a request's, for tests that call below the HTTP layer."""
    here.is_in_api_request = True
    try:
        yield
    finally:
        here.is_in_api_request = False


def enter(environ: dict[str, Any] | None = None, **kwargs: Any) -> None:
    here.is_in_api_request = bool(environ) and environ.get("PATH_INFO", "").startswith("/api/")


def leave(**kwargs: Any) -> None:
    here.is_in_api_request = False


def put_up(connection: Any, **kwargs: Any) -> None:
    if judge not in connection.execute_wrappers:
        connection.execute_wrappers.append(judge)


request_started.connect(enter, dispatch_uid="walls")
request_finished.connect(leave, dispatch_uid="walls")
connection_created.connect(put_up, dispatch_uid="walls")
