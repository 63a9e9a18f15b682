"""Django's PostgreSQL backend for a database that sleeps, restarts and drops connections.

Connecting is tried again for a while, a connection is checked before use only when there is reason to doubt it, no
statement is waited for without end or goes on when nobody waits for it, and a connection that died is told apart from
every other error.
"""

from __future__ import annotations

import random
import re
import select
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from threading import Thread
from types import TracebackType
from typing import Any, Protocol, TypeVar

import psycopg
from django.conf import settings
from django.db import OperationalError
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg import capabilities
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

from todoproject.http import fairness
from todoproject.monitoring import metrics
from todoproject.postgresql import pooled
from todoproject.postgresql.arrays import TextsDumper
from todoproject.postgresql.limits import LimitedCursor, limits
from todoproject.postgresql.prepared import PreparedStatements

CONNECT_SECONDS = 10
# Once a whole retry has failed, others fail fast: a thread that waits ten seconds is a thread that answers nobody.
FAIL_FAST_SECONDS = 30
HURRIED_CONNECT_SECONDS = 3
IDLE_SECONDS = 30
# How long a request waits for the end of a statement that it has cancelled, and how long the server is told.
CANCEL_SECONDS = 2
PATIENT_CANCEL_SECONDS = 60
# libpq gives no SQLSTATE for a refused login, only the server's words.
HOPELESS = re.compile(
    r"authentication failed|(database|role|user|file) .*does not exist|no such (database|user)|no pg_hba\.conf entry"
    r"|certificate verify failed|does not support SSL"
)

Answer = TypeVar("Answer")


class Wait(Protocol):
    def __call__(self, generator: PQGen[Answer], /, *, timeout: float) -> Answer: ...


_gave_up_at: float | None = None


class ConnectionLost(OperationalError):
    """The connection died under a statement, so nobody knows how far the statement got."""


class LossAwareErrorWrapper(DatabaseErrorWrapper):
    wrapper: base.DatabaseWrapper

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(exc, psycopg.OperationalError | psycopg.InternalError) and is_loss(exc, self.wrapper.connection):
            self.wrapper.errors_occurred = True
            raise ConnectionLost(*exc.args) from exc
        super().__exit__(exc_type, exc, traceback)


def is_loss(exc: psycopg.Error, connection: psycopg.Connection[TupleRow] | None) -> bool:
    """SQLSTATE classes 08 (connection) and 57P (shutdown), 25P03 (idle in a transaction), or a socket that is dead."""
    if connection is None:
        return False
    if exc.sqlstate is None:
        # With a state, InternalError is the server's; without, psycopg could make no sense of the conversation, as when
        # a pooler passes on the notice of a shutdown in the middle of an answer.
        return connection.closed or isinstance(exc, psycopg.InternalError)
    return exc.sqlstate.startswith(("08", "57P", "25P03"))


def answer(connection: psycopg.Connection[TupleRow], wait: Wait, seconds: int, generator: PQGen[Answer]) -> Answer:
    """What a statement yields. A frozen server keeps its sockets open, so nothing else would end the wait."""
    try:
        return wait(generator, timeout=seconds)
    except psycopg.errors._WaitTimeout as exc:  # noqa: SLF001 - documented by `wait`, and has no other name
        Thread(target=cancel, args=(connection,), daemon=True).start()
        # Whatever comes now, the statement has ended or the server is beyond reach.
        with suppress(psycopg.Error):
            wait(generator, timeout=CANCEL_SECONDS)
        connection.close()
        raise psycopg.errors.QueryCanceled(f"no answer for {seconds} s") from exc


def cancel(connection: psycopg.Connection[TupleRow]) -> None:
    """Tells the server to stop, in a thread of its own: PgBouncer 1.18 dies when somebody hangs up on this."""
    # An older libpq has only a way that waits without end.
    if capabilities.has_cancel_safe():
        with suppress(psycopg.Error, OSError):
            connection.cancel_safe(timeout=PATIENT_CANCEL_SECONDS)


class DatabaseWrapper(base.DatabaseWrapper):
    used_at = 0.0
    prepared: PreparedStatements | None = None
    socket: select.poll

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return LossAwareErrorWrapper(self)

    def connect(self) -> None:
        with fairness.connecting():
            super().connect()

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[TupleRow]:
        global _gave_up_at
        started = time.monotonic()
        is_hurried = _gave_up_at is not None and started - _gave_up_at < FAIL_FAST_SECONDS
        deadline = started + (HURRIED_CONNECT_SECONDS if is_hurried else CONNECT_SECONDS)
        pause = 0.05
        while True:
            timeout = min(int(conn_params.get("connect_timeout", CONNECT_SECONDS)), round(deadline - time.monotonic()))
            try:
                connection = super().get_new_connection({**conn_params, "connect_timeout": max(timeout, 2)})
                self.bound(connection)
                self.prepared = self.statements(connection)
            except (psycopg.OperationalError, psycopg.InternalError) as exc:
                if HOPELESS.search(str(exc)):
                    raise
                if is_hurried or time.monotonic() + pause > deadline:
                    _gave_up_at = time.monotonic()
                    raise
                metrics.count("database_connect_retries_total")
                time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
                pause = min(pause * 2, 1)
            else:
                _gave_up_at = None
                self.used_at = time.monotonic()
                connection.adapters.register_dumper(list, TextsDumper)
                self.socket = select.poll()
                self.socket.register(connection.fileno(), select.POLLIN)
                return connection

    @property
    def is_pooled(self) -> bool:
        return bool(self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"])

    def bound(self, connection: psycopg.Connection[TupleRow]) -> None:
        """Gives each wait an end, here and in the server."""
        seconds = self.settings_dict.get("ANSWER_SECONDS", 0)
        if seconds:
            connection.wait = partial(answer, connection, connection.wait, seconds)  # type: ignore[method-assign] # no other door
        if self.is_pooled and seconds:
            cursor = partial(LimitedCursor, limits=limits(seconds, is_local=True))
            connection.cursor_factory = cursor  # type: ignore[assignment] # whatever makes one
        elif not self.is_pooled:
            self.send(connection, limits(seconds, is_local=False))

    def statements(self, connection: psycopg.Connection[TupleRow]) -> PreparedStatements | None:
        """What keeps statements ready on this connection, where that is possible."""
        # Citus looks for the worker when it plans, and finds none for a parameter that it does not see.
        plans_once = not settings.DATABASE_DISTRIBUTED
        if not self.is_pooled:
            return PreparedStatements(connection, plans_once=plans_once)
        if not self.may_prepare:
            # A pooler lets everybody in and finds out afterwards whether there is a server behind it.
            self.send(connection, "SELECT 1")
        elif pooled.keeps_statements(connection):
            seconds = self.settings_dict.get("ANSWER_SECONDS", 0)
            return pooled.PooledStatements(connection, seconds, plans_once=plans_once)
        return None

    @property
    def may_prepare(self) -> bool:
        return not self.is_pooled or (settings.DATABASE_POOLER_PREPARES and capabilities.has_send_close_prepared())

    def send(self, connection: psycopg.Connection[TupleRow], sql: str) -> None:
        try:
            # Only for this statement: the round trips of a transaction are saved.
            connection.autocommit = True
            connection.execute(sql)
            connection.autocommit = False
        except psycopg.Error:
            connection.close()
            raise

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        # At the end of a transaction whose connection died. A new one begins like this, and need not be made for it.
        if not autocommit or self.connection is not None:
            super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)

    def fetch_prepared(self, sql: str, parameters: Sequence[object]) -> list[TupleRow] | None:
        """What a query of constant text yields, without a cursor; None where it takes one."""
        if not self.may_prepare or self.in_atomic_block or self.force_debug_cursor or self.execute_wrappers:
            return None
        self.close_if_health_check_failed()
        self.ensure_connection()
        if not self.autocommit or self.prepared is None:
            return None
        with self.wrap_database_errors:
            return self.prepared.rows(sql, parameters)

    def close_if_health_check_failed(self) -> None:
        """The check is a round trip: made after a long rest, or when the socket has news, which while idle is bad."""
        now = time.monotonic()
        is_rested, self.used_at = now - self.used_at > IDLE_SECONDS, now
        if not self.in_atomic_block and (is_rested or self.has_news()):
            super().close_if_health_check_failed()

    def has_news(self) -> bool:
        if self.connection is None or self.connection.closed:
            return True
        return bool(self.socket.poll(0))
