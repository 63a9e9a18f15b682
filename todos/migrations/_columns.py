"""Columns and checks that are added to the table of todos by hand, because Django would make SQLite's table anew and
lose its triggers.

Adding a column locks PostgreSQL's table for a moment; a check that came with it would look through all rows under that
lock. So checks hold for what is written from now on, and a later migration validates them beside readers and writers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


class Check(NamedTuple):
    # The last of its columns: SQLite takes a check together with a column, and drops it with that.
    column: str
    sql: str


def add(columns: dict[str, str], checks: dict[str, Check]) -> RunPython:
    def forwards(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        is_separate = schema_editor.connection.vendor == "postgresql"
        for column, kind in columns.items():
            own = {} if is_separate else {name: check for name, check in checks.items() if check.column == column}
            inline = "".join(f" CONSTRAINT {name} CHECK ({check.sql})" for name, check in own.items())
            schema_editor.execute(f"ALTER TABLE todos_todo ADD COLUMN {column} {kind}{inline}", params=None)
        for name, check in checks.items() if is_separate else ():
            sql = f"ALTER TABLE todos_todo ADD CONSTRAINT {name} CHECK ({check.sql}) NOT VALID"
            schema_editor.execute(sql, params=None)

    def backwards(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for column in reversed(columns):
            schema_editor.execute(f"ALTER TABLE todos_todo DROP COLUMN {column}")

    return RunPython(forwards, backwards)
