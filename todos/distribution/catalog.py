"""What PostgreSQL knows of the owned tables: columns, constraints, indexes and triggers, as the SQL that makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper

from todos.models import (
    Account,
    CalendarAddress,
    Completion,
    FormerName,
    IdempotencyKey,
    List,
    Tag,
    Todo,
    TodoTag,
    Tombstone,
    View,
)

# Whatever is referred to comes before what refers to it.
OWNED_TABLES = tuple(
    model._meta.db_table
    for model in (
        *(List, Tag, Todo, TodoTag, Completion, FormerName, View),
        *(Account, CalendarAddress, Tombstone, IdempotencyKey),
    )
)
OWNER = "owner_id"
Strings: TypeAlias = tuple[str, ...]

CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid), confrelid::regclass::text
    FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f') AND conparentid = 0 ORDER BY contype, conname
"""
INDEXES = """
    SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass AND NOT EXISTS (
      SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u')
    ) ORDER BY indexrelid
"""
TRIGGERS = """
    SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY 1
"""
IDENTITY = """
    SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attidentity <> '' AND NOT attisdropped
"""
GRANTS = """
    SELECT format('GRANT %%s ON %%s TO %%s%%s', privilege_type, oid::regclass,
                  CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                  CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_class, aclexplode(relacl) WHERE oid = %s::regclass AND grantee <> relowner ORDER BY 1
"""
PARTITIONS = "SELECT count(*) FROM pg_inherits WHERE inhparent = %s::regclass"


@dataclass(frozen=True, slots=True)
class Constraint:
    table: str
    name: str
    kind: str
    sql: str
    target: str

    @property
    def is_reference(self) -> bool:
        return self.kind == "f"

    @property
    def immediate(self) -> str:
        """The definition without what lets a reference wait for the end of the transaction."""
        return self.sql.removesuffix(" DEFERRABLE INITIALLY DEFERRED").removesuffix(" DEFERRABLE")

    @property
    def dropped(self) -> str:
        return f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}"

    @property
    def added(self) -> str:
        return f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name} {self.immediate}"


@dataclass(frozen=True, slots=True)
class Trigger:
    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    constraints: tuple[Constraint, ...]
    indexes: Strings
    triggers: tuple[Trigger, ...]
    grants: Strings
    identity: str
    partitions: int

    @property
    def references(self) -> tuple[Constraint, ...]:
        return tuple(constraint for constraint in self.constraints if constraint.is_reference)

    @property
    def unique(self) -> tuple[Constraint, ...]:
        return tuple(constraint for constraint in self.constraints if constraint.kind == "u")

    @property
    def key(self) -> Constraint:
        return next(constraint for constraint in self.constraints if constraint.kind == "p")

    @property
    def composite_key(self) -> str:
        """The primary key with the owner in front, which every unique constraint of a distributed table needs."""
        return f"PRIMARY KEY ({OWNER}, {self.identity})" if self.identity else f"PRIMARY KEY ({OWNER})"


def owned_tables(connection: BaseDatabaseWrapper) -> tuple[Table, ...]:
    return tuple(read(connection, name) for name in OWNED_TABLES)


def read(connection: BaseDatabaseWrapper, name: str) -> Table:
    with connection.cursor() as cursor:

        def rows(sql: str) -> list[tuple[str, ...]]:
            cursor.execute(sql, [name])
            return cursor.fetchall()

        return Table(
            name=name,
            constraints=tuple(Constraint(*row) for row in rows(CONSTRAINTS)),
            indexes=tuple(sql for (sql,) in rows(INDEXES)),
            triggers=tuple(Trigger(*row) for row in rows(TRIGGERS)),
            grants=tuple(sql for (sql,) in rows(GRANTS)),
            identity="".join(column for (column,) in rows(IDENTITY)),
            partitions=int(rows(PARTITIONS)[0][0]),
        )
