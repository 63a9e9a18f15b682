"""How long the server itself works on a statement of ours, or waits for a lock, before it gives up.

Our own waiting ends too, but a thread that has gone away stops no server. Where every connection has a server process
of its own, the limits are set once. A transaction pooler changes the process from one transaction to the next, so there
they travel in front of each transaction's first statement, in the same message.
"""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

import psycopg
from django.db.backends.postgresql.base import CursorMixin
from psycopg.abc import Params
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.rows import RowFactory, TupleRow


def limits(answer_seconds: int, *, is_local: bool) -> str:
    """Sets them; 0 is without limit."""
    milliseconds = {
        # A little less than our own patience, so that normally the server's answer is what we hear.
        "statement_timeout": answer_seconds * 900,
        # What has waited for another writer must still have time to work.
        "lock_timeout": answer_seconds * 500,
        # A process of ours that is killed, or cut off, would hold its locks for hours.
        "idle_in_transaction_session_timeout": answer_seconds * 1000,
    }
    return "SELECT " + ", ".join(f"set_config('{name}', '{value}', {is_local})" for name, value in milliseconds.items())


class Options(TypedDict, total=False):
    prepare: bool | None
    binary: bool | None


class LimitedCursor(CursorMixin, psycopg.ClientCursor[TupleRow]):
    """For transaction poolers. Its values are put into the text, so one message can hold several statements."""

    def __init__(
        self, connection: psycopg.Connection[TupleRow], *, limits: str, row_factory: RowFactory[TupleRow]
    ) -> None:
        super().__init__(connection, row_factory=row_factory)
        self.limits = limits

    def execute(self, query: Any, params: Params | None = None, **options: Unpack[Options]) -> LimitedCursor:
        if self.connection.pgconn.transaction_status != TransactionStatus.IDLE or not isinstance(query, str):
            return super().execute(query, params, **options)
        if self.connection.pgconn.pipeline_status != PipelineStatus.OFF:
            psycopg.ClientCursor(self.connection).execute(self.limits)
            return super().execute(query, params, **options)
        super().execute(f"{self.limits}; {query}", params, **options)
        self.set_result(-1)
        return self
