"""A database that reads and does not write: a full disk, a replica, a lock that nobody gives up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, connection, transaction

from betterauth_auth.models import Identity

TABLE = Identity._meta.db_table
IS_POSTGRESQL = connection.vendor == "postgresql"
# SQLSTATEs: disk full, read-only transaction, lock timeout, statement timeout, no privilege.
STATES = {"full": "53100", "read only": "25006", "locked": "55P03", "slow": "57014", "forbidden": "42501"}
FAULTS = tuple(STATES) if IS_POSTGRESQL else ("refused", "full", "read only")
# SQLite's full disk ends the whole transaction around it, and where nothing can be written none begins.
FAULTS_INSIDE_A_TRANSACTION = FAULTS if IS_POSTGRESQL else ("refused",)


@contextmanager
def unwritable(fault: str = FAULTS[0], event: str = "UPDATE") -> Iterator[list[str]]:
    """Inside, no identity can be changed. Yields a line for each statement that failed so far."""
    failures: list[str] = []

    def note_failures(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        except Error as exc:
            failures.append(f"{sql.split()[0]} {type(exc).__name__}")
            raise

    before, after = postgresql(fault, event) if IS_POSTGRESQL else sqlite(fault, event)
    run(*before)
    try:
        if fault == "full" and not IS_POSTGRESQL:
            fill_free_pages()
        with connection.execute_wrapper(note_failures):
            yield failures
    finally:
        run(*after)


def postgresql(fault: str, event: str) -> tuple[list[str], list[str]]:
    raising = f"RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{STATES[fault]}'"
    before = [
        f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raising}; END $$",
        f"CREATE TRIGGER fail BEFORE {event} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION fail()",
    ]
    return before, ["DROP FUNCTION fail CASCADE"]


def sqlite(fault: str, event: str) -> tuple[list[str], list[str]]:
    if fault == "read only":
        return ["PRAGMA query_only = ON"], ["PRAGMA query_only = OFF"]
    if fault == "refused":
        raising = "SELECT RAISE(FAIL, 'database or disk is full')"
        return [f"CREATE TRIGGER fail BEFORE {event} ON {TABLE} BEGIN {raising}; END"], ["DROP TRIGGER fail"]
    # No page may have room left by what was there before. Then as many pages as there are, which is what a bound below
    # that means.
    before = ["VACUUM", "CREATE TABLE filler (x)", "PRAGMA max_page_count = 1"]
    return before, ["PRAGMA max_page_count = 1000000", "DROP TABLE filler"]


def fill_free_pages() -> None:
    while True:
        try:
            with transaction.atomic():
                run("INSERT INTO filler VALUES (zeroblob(3000))")
        except Error:
            return


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
