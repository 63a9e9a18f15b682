"""A wall around every test: while an API request runs, SQL on an owned table must name its owner, and one only.

Importing this module (tests/__init__.py does) puts the wall up for all tests. It judges the SQL that reaches the
database, so a view that forgets `get_queryset` fails here even when nobody wrote a test for its isolation.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import request_finished, request_started
from django.db.backends.signals import connection_created

from tests.owners import UnscopedSQLError, owners_in

here = threading.local()


def judge(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if getattr(here, "is_in_api_request", False):
        refuse_strangers(str(sql), params, context["connection"])
    return execute(sql, params, many, context)


def refuse_strangers(sql: str, params: Any, connection: Any) -> None:
    owners = owners_in(sql, connection.vendor)
    if isinstance(owners, UnscopedSQLError):
        raise UnscopedSQLError(*owners.args)
    named = owners.of(params)
    if owners.guard:
        # Whoever is named besides the caller is nobody: a remembered key that is not the caller's any more.
        named &= key_of(owners.person_of(owners.guard, params), connection)
    here.owners |= named
    if len(here.owners) > 1:
        raise UnscopedSQLError(f"one request asked for the rows of the owners {here.owners}: {sql}")


def key_of(person: tuple[str, str], connection: Any) -> set[int]:
    """The key of whoever a statement names by issuer and subject, asked past Django so that no test counts it."""
    mark = "?" if connection.vendor == "sqlite" else "%s"
    sql = f"SELECT user_id FROM betterauth_auth_identity WHERE issuer = {mark} AND subject = {mark}"
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql, person)
        return {key for (key,) in cursor.fetchall()}
    finally:
        cursor.close()


@contextmanager
def api_request() -> Iterator[None]:
    """Judges this thread's SQL as a request's, for tests that call below the HTTP layer."""
    enter({"PATH_INFO": "/api/"})
    try:
        yield
    finally:
        leave()


def enter(environ: dict[str, Any] | None = None, **kwargs: Any) -> None:
    here.is_in_api_request = bool(environ) and environ.get("PATH_INFO", "").startswith("/api/")
    here.owners = set()


def leave(**kwargs: Any) -> None:
    here.is_in_api_request = False


def put_up(connection: Any, **kwargs: Any) -> None:
    if judge not in connection.execute_wrappers:
        connection.execute_wrappers.append(judge)


request_started.connect(enter, dispatch_uid="walls")
request_finished.connect(leave, dispatch_uid="walls")
connection_created.connect(put_up, dispatch_uid="walls")
