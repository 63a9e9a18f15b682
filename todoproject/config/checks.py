"""What can be wrong between this service and its database, found by `check --database default` and by `migrate`."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections

from todoproject.postgresql.base import DatabaseWrapper

# One thread a process answers /readyz and has a connection of its own while it does.
PROBERS = 1


def connections_held(*, machines: int, workers: int, threads: int) -> int:
    """At the worst moment: while a deploy has started the new processes and not yet stopped the old ones."""
    return 2 * machines * workers * (threads + PROBERS) + 1


@register(Tags.database)
def connections_fit(databases: Sequence[str] | None = None, **kwargs: object) -> list[CheckMessage]:
    """A pooler takes thousands, so the arithmetic concerns direct connections only."""
    connection = connections["default"]
    if "default" not in (databases or ()) or connection.vendor != "postgresql" or settings.DATABASE_POOLED:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
        )
        (limit,) = cursor.fetchone()
    held = connections_held(machines=settings.WEB_MACHINES, workers=settings.WEB_WORKERS, threads=settings.WEB_THREADS)
    if held <= limit:
        return []
    message = f"A deploy may hold {held} database connections, and the database takes {limit}."
    hint = "Lower WEB_WORKERS or WEB_THREADS, use the pooled address in DATABASE_URL, or a larger compute."
    return [checks.Warning(message, hint=hint, id="todoproject.W001")]


@register(Tags.database)
def pooler_prepares(databases: Sequence[str] | None = None, **kwargs: object) -> list[CheckMessage]:
    """What the service notices by itself, said before it starts."""
    connection = connections["default"]
    if "default" not in (databases or ()) or not isinstance(connection, DatabaseWrapper):
        return []
    connection.ensure_connection()
    if connection.prepared is not None or not settings.DATABASE_POOLER_PREPARES:
        return []
    message = "DATABASE_POOLER_PREPARES is true, and the pooler keeps no prepared statements."
    hint = "Take PgBouncer 1.21 or newer with max_prepared_statements = 200, or leave the variable empty."
    return [checks.Warning(message, hint=hint, id="todoproject.W002")]
