"""Owned tables on the workers of a Citus cluster: the SQL, in the order that works (decision 0507)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.contrib.auth import get_user_model
from django.db.backends.base.base import BaseDatabaseWrapper

from todos import conf
from todos.distribution.catalog import OWNED_TABLES, OWNER, Table

WORKERS = "SELECT count(*) FROM citus_get_active_worker_nodes()"
EXTENSION = "SELECT count(*) FROM pg_extension WHERE extname = 'citus'"
DISTRIBUTED = (
    "SELECT count(*), count(DISTINCT colocationid) FROM pg_dist_partition WHERE logicalrelid = ANY(%s::regclass[])"
)


def statements(tables: Sequence[Table]) -> Iterator[str]:
    # Rows of several shards that refer to the same person are written one shard after the other, for ever.
    yield "ALTER ROLE CURRENT_USER SET citus.multi_shard_modify_mode = 'sequential'"
    yield "SET LOCAL citus.multi_shard_modify_mode = 'sequential'"
    yield "SET LOCAL citus.enable_unsafe_triggers = on"
    for table in tables:
        yield from (reference.dropped for reference in table.references)
    for table in tables:
        if table.key.sql != table.composite_key:
            yield f"{table.key.dropped}, ADD {table.composite_key}"
    yield from references(tables, to_people=False)
    first, *others = tables
    yield f"SELECT create_distributed_table('{first.name}', '{OWNER}')"
    for table in others:
        yield f"SELECT create_distributed_table('{table.name}', '{OWNER}', colocate_with => '{first.name}')"
    # Afterwards: a reference table can't be referred to by what is not distributed yet.
    for name in (get_user_model()._meta.db_table, *conf.reference_tables()):
        yield f"SELECT create_reference_table('{name}')"
    yield from references(tables, to_people=True)


def references(tables: Sequence[Table], *, to_people: bool) -> Iterator[str]:
    for table in tables:
        for reference in table.references:
            if (reference.target not in OWNED_TABLES) is to_people:
                # One that waits for the end of the transaction fails there as an internal error, or not at all.
                yield reference.added


def fault(connection: BaseDatabaseWrapper) -> str:
    """Why there is nothing to distribute to, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute(EXTENSION)
        if cursor.fetchone() == (0,):
            return "The extension is missing: CREATE EXTENSION citus on the coordinator and on each worker."
        cursor.execute(WORKERS)
        if cursor.fetchone() == (0,):
            return "There is no worker: SELECT citus_add_node('host', 5432) on the coordinator."
    return ""


def distributed(connection: BaseDatabaseWrapper) -> tuple[int, int]:
    """How many owned tables are distributed, and into how many groups of shards that lie together."""
    with connection.cursor() as cursor:
        cursor.execute(DISTRIBUTED, [list(OWNED_TABLES)])
        tables, groups = cursor.fetchone()
    return tables, groups
