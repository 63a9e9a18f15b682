"""Statements that the server keeps ready, run without what a cursor does around each of them, which takes longer.

Only for queries that run again and again outside a transaction. Whatever is not for here is left to a cursor.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import psycopg
from psycopg import adapt, errors, generators
from psycopg.abc import Buffer, Transformer
from psycopg.pq import ExecStatus, Format
from psycopg.rows import TupleRow

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

# Each costs the server memory in every connection, so the oldest has to make room.
MAX_STATEMENTS = 100
MAX_SEEN = 1000

# A query and the types of its parameters.
Key = tuple[str, tuple[int, ...]]


@dataclass(slots=True)
class Statement:
    name: bytes
    # Knows how to read the columns, which are the same each time, once it has seen an answer.
    reader: Transformer
    has_read: bool = False


class PreparedStatements:
    """Those of one connection."""

    def __init__(self, connection: psycopg.Connection[TupleRow], *, plans_once: bool = True) -> None:
        self.connection = connection
        self.plans_once = plans_once
        self.writer = adapt.Transformer(connection)
        self.known: dict[Key, Statement] = {}
        self.seen: set[Key] = set()
        self.is_planning_once = False
        # Behind a pooler that mixes up what its clients prepare, names of two connections must not meet.
        self.prefix = f"shape_{secrets.token_hex(8)}"
        self.numbers = count()

    def rows(self, sql: str, parameters: Sequence[object]) -> list[TupleRow] | None:
        """What the query yields; None the first time, because preparing for one use does not pay."""
        values = self.writer.dump_sequence(parameters, [adapt.PyFormat.AUTO] * len(parameters))
        # A small number is sent as another type than a big one.
        key = sql, tuple(self.writer.types or ())
        try:
            statement = self.known.get(key) or self.prepared(key)
            return read(statement, self.ask(statement, values)) if statement else None
        except (errors.InvalidSqlStatementName, errors.DuplicatePreparedStatement, errors.FeatureNotSupported) as exc:
            # The server has forgotten it, or a migration changed what it yields. Nothing was done yet.
            self.forget(exc)
            return None

    def prepared(self, key: Key) -> Statement | None:
        if key not in self.seen:
            if len(self.seen) == MAX_SEEN:
                self.seen.clear()
            self.seen.add(key)
            return None
        if len(self.known) == MAX_STATEMENTS:
            self.close(self.known.pop(next(iter(self.known))).name)
        sql, types = key
        statement = Statement(f"{self.prefix}_{next(self.numbers)}".encode(), adapt.Transformer(self.connection))
        self.prepare(statement.name, numbered(sql), types)
        self.known[key] = statement
        return statement

    def prepare(self, name: bytes, sql: bytes, types: tuple[int, ...]) -> None:
        if self.plans_once and not self.is_planning_once:
            # Left to itself, PostgreSQL plans some of them anew each time, which takes longer than to run them. A plan
            # that is made once counts every partition, so it looks worth compiling to machine code, which is not kept.
            self.run(b"SET plan_cache_mode = force_generic_plan")
            self.run(b"SET jit = off")
            self.is_planning_once = True
        self.connection.pgconn.send_prepare(name, sql, types)
        self.answer()

    def ask(self, statement: Statement, values: Sequence[Buffer | None]) -> PGresult:
        self.connection.pgconn.send_query_prepared(statement.name, values, self.writer.formats, Format.BINARY)
        return self.answer()

    def forget(self, reason: psycopg.Error) -> None:
        self.known.clear()

    def close(self, name: bytes) -> None:
        self.run(b"DEALLOCATE " + name)

    def run(self, command: bytes) -> None:
        self.connection.pgconn.send_query(command)
        self.answer()

    def answer(self) -> PGresult:
        results = self.connection.wait(generators.execute(self.connection.pgconn))
        for result in results:
            require_success(result)
        if len(results) != 1:
            raise psycopg.InternalError("not one answer to one statement")
        return results[0]


def require_success(result: PGresult) -> None:
    if result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        raise errors.error_from_result(result, encoding="utf-8")


def read(statement: Statement, result: PGresult) -> list[TupleRow]:
    reader = statement.reader
    if statement.has_read:
        reader.set_pgresult(result, set_loaders=False)
    else:
        reader.set_pgresult(result, format=Format.BINARY)
        statement.has_read = True
    rows = reader.load_rows(0, result.ntuples, tuple)
    # Lets go of the answer's memory.
    reader.set_pgresult(None, set_loaders=False)
    return rows


def numbered(sql: str) -> bytes:
    """The placeholders of Python's drivers as PostgreSQL's."""
    numbers = count(1)
    return re.sub("%([s%])", lambda found: f"${next(numbers)}" if found[1] == "s" else "%", sql).encode()
