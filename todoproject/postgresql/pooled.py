"""Prepared statements behind a transaction pooler that keeps them, as PgBouncer does from 1.21 on, and Neon's.

It remembers what each client has prepared, and prepares it, under a name of its own, in whatever server process the
client's next transaction gets. A pooler that does not passes names on as they are, so what was prepared in one
transaction is missing in the next.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import psycopg
from psycopg import errors, generators
from psycopg.abc import Buffer, PQGen
from psycopg.pq import Format
from psycopg.rows import TupleRow

from todoproject.postgresql.limits import limits
from todoproject.postgresql.prepared import PreparedStatements, Statement, require_success

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

logger = logging.getLogger(__name__)

# What the server itself calls the statement that asks this. Its text is always the same, so a pooler keeps it once.
KNOWS_THE_NAME = b"SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE name = $1)"

_has_warned = False
# A pooler that has once lost a statement is not relied on again by this process.
_is_trusted = True

Message = Callable[[], None]


def keeps_statements(connection: psycopg.Connection[TupleRow]) -> bool:
    """Whether the pooler gives statements names of its own: one round trip, which proves a server as well."""
    name = f"probe_{secrets.token_hex(8)}".encode()
    pgconn = connection.pgconn
    try:
        _, answer, _ = in_one_transaction(
            connection,
            partial(pgconn.send_prepare, name, KNOWS_THE_NAME),
            partial(pgconn.send_query_prepared, name, [name], result_format=Format.TEXT),
            partial(pgconn.send_close_prepared, name),
        )
        require_success(answer)
    except psycopg.Error:
        connection.close()
        raise
    is_kept = answer.get_value(0, 0) == b"f"
    if not is_kept:
        warn_once()
    return is_kept


def warn_once() -> None:
    global _has_warned
    if not _has_warned:
        _has_warned = True
        logger.warning("The pooler in front of the database keeps no prepared statements; they are sent the plain way.")


def in_one_transaction(connection: psycopg.Connection[TupleRow], *messages: Message) -> list[PGresult]:
    """The answers to messages that go out together and take effect together or not at all."""
    pgconn = connection.pgconn
    pgconn.enter_pipeline_mode()
    try:
        for send in messages:
            send()
        pgconn.pipeline_sync()
        answers = connection.wait(answers_of(connection, len(messages)))
        pgconn.exit_pipeline_mode()
    except BaseException:
        # Nobody knows which answers are still to come.
        connection.close()
        raise
    return answers


def answers_of(connection: psycopg.Connection[TupleRow], count: int) -> PQGen[list[PGresult]]:
    pgconn = connection.pgconn
    yield from generators.send(pgconn)
    answers = []
    for _ in range(count):
        answers += yield from generators.fetch_many(pgconn)
    # That the transaction has ended.
    yield from generators.fetch_many(pgconn)
    return answers


class PooledStatements(PreparedStatements):
    """Those of one client. The server's limits travel in front of each, as they do with a cursor (`LimitedCursor`)."""

    def __init__(
        self, connection: psycopg.Connection[TupleRow], answer_seconds: int, *, plans_once: bool = True
    ) -> None:
        super().__init__(connection, plans_once=plans_once)
        # See PreparedStatements.
        planning = (
            ", set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true)"
            if plans_once
            else ""
        )
        self.limits = f"{limits(answer_seconds, is_local=True)}{planning}".encode()
        self.limits_name = f"{self.prefix}_limits".encode()
        self.has_limits = False
        self.times_outdated = 0

    def rows(self, sql: str, parameters: Sequence[object]) -> list[TupleRow] | None:
        return super().rows(sql, parameters) if _is_trusted else None

    def prepare(self, name: bytes, sql: bytes, types: tuple[int, ...]) -> None:
        pgconn = self.connection.pgconn
        if not self.has_limits:
            self.together(partial(pgconn.send_prepare, self.limits_name, self.limits))
            self.has_limits = True
        # The pooler goes by the text, and what is outdated in the server stays so under that text.
        text = sql + b" " * self.times_outdated
        self.limited(partial(pgconn.send_prepare, name, text, types))

    def ask(self, statement: Statement, values: Sequence[Buffer | None]) -> PGresult:
        send = partial(self.connection.pgconn.send_query_prepared, statement.name, values, self.writer.formats)
        return self.limited(partial(send, result_format=Format.BINARY))

    def limited(self, send: Message) -> PGresult:
        return self.together(partial(self.connection.pgconn.send_query_prepared, self.limits_name, None), send)

    def together(self, *messages: Message) -> PGresult:
        """The answer to the last of them."""
        answers = in_one_transaction(self.connection, *messages)
        for answer in answers:
            require_success(answer)
        return answers[-1]

    def close(self, name: bytes) -> None:
        # A pooler does not read DEALLOCATE.
        self.together(partial(self.connection.pgconn.send_close_prepared, name))

    def forget(self, reason: psycopg.Error) -> None:
        global _is_trusted
        super().forget(reason)
        if isinstance(reason, errors.FeatureNotSupported):
            self.times_outdated += 1
        elif _is_trusted:
            _is_trusted = False
            logger.error("The pooler lost a prepared statement (%s); from now on they are sent the plain way.", reason)
