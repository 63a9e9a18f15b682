"""What the database holds, past the API, so that a test can tell whether anything at all has changed."""

from __future__ import annotations

from typing import Any

from django.db import connection

from todos import models

OWNED = (
    models.Account, models.CalendarAddress, models.List, models.Tag, models.FormerName, models.Todo, models.TodoTag,
    models.Completion, models.View, models.Tombstone, models.IdempotencyKey,
)  # fmt: skip


def rows_of(user: Any) -> list[Any]:
    """Every row of somebody. In plain SQL, because some tests ask for it a thousand times."""
    with connection.cursor() as cursor:
        rows = []
        for model in OWNED:
            key = model._meta.pk.column
            cursor.execute(f"SELECT * FROM {model._meta.db_table} WHERE owner_id = %s ORDER BY {key}", [user.pk])
            rows += cursor.fetchall()
    return rows
