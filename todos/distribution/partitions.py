"""Owned tables in plain PostgreSQL as partitions by the hash of the owner: the SQL, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from todos.distribution.catalog import OWNER, Table


def statements(tables: Sequence[Table], count: int) -> Iterator[str]:
    """Every row moves to a table of partitions with the same name, constraints, indexes, triggers and grants.

    Tables that have partitions stay as they are, so that one which a migration has added can follow.
    """
    whole = {table.name: table for table in tables if not table.partitions}
    references = [
        reference
        for table in tables
        for reference in table.references
        if table.name in whole or reference.target in whole
    ]
    yield from (reference.dropped for reference in references)
    for table in whole.values():
        yield from replaced(table, count)
    yield from (reference.added for reference in references)
    for table in whole.values():
        yield from (trigger.sql for trigger in table.triggers)
        yield from table.grants
        # New tables have no statistics, and of a table in partitions PostgreSQL never takes any by itself.
        yield f"ANALYZE {table.name}"


def replaced(table: Table, count: int) -> Iterator[str]:
    name, old = table.name, f"{table.name}_plain"
    yield f"ALTER TABLE {name} RENAME TO {old}"
    yield (
        f"CREATE TABLE {name} (LIKE {old} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY"
        f" INCLUDING STORAGE) PARTITION BY HASH ({OWNER})"
    )
    for number in range(count):
        values = f"FOR VALUES WITH (MODULUS {count}, REMAINDER {number})"
        yield f"CREATE TABLE {name}_p{number} PARTITION OF {name} {values}"
    yield " ".join(("INSERT INTO", name, "OVERRIDING SYSTEM VALUE" if table.identity else "", "SELECT * FROM", old))
    if table.identity:
        yield sequence_set(table, old)
    # Their names are taken as long as the old table has them.
    yield f"DROP TABLE {old}"
    yield f"ALTER TABLE {name} ADD CONSTRAINT {table.key.name} {table.composite_key}"
    yield from (constraint.added for constraint in table.unique)
    yield from table.indexes


def sequence_set(table: Table, old: str) -> str:
    """Goes on where the old sequence was, which is never below a number that was given out."""
    new_sequence = f"pg_get_serial_sequence('{table.name}', '{table.identity}')"
    old_sequence = f"pg_get_serial_sequence('{old}', '{table.identity}')::regclass"
    latest = f"coalesce(pg_sequence_last_value({old_sequence}), 0)"
    return f"SELECT setval({new_sequence}, greatest({latest}, 1), {latest} > 0)"
