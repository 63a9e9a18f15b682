"""What the server has been told about the statements of a connection: how long to work, and how long to wait."""

from __future__ import annotations

from typing import Any
from unittest import mock, skipUnless

from django.db import OperationalError, connections, transaction
from django.db import connection as default
from django.test import TransactionTestCase
from psycopg.errors import LockNotAvailable, QueryCanceled

from todoproject.postgresql.base import ConnectionLost, DatabaseWrapper
from todos.changes.change import together_with_begin

SHOW = "SELECT " + ", ".join(
    f"current_setting('{name}')"
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
)
TEN_SECONDS, NONE = ("9s", "5s", "10s"), ("0", "0", "0")


@skipUnless(default.vendor == "postgresql", "needs PostgreSQL")
class Limits(TransactionTestCase):
    def connect(self, answer_seconds: int, *, is_pooled: bool = False) -> DatabaseWrapper:
        connection = connections.create_connection("default")
        options = {"server_side_binding": not is_pooled, "prepare_threshold": None}
        changed = {"ANSWER_SECONDS": answer_seconds, "DISABLE_SERVER_SIDE_CURSORS": is_pooled}
        settings = connection.settings_dict
        connection.settings_dict = {**settings, **changed, "OPTIONS": {**settings["OPTIONS"], **options}}
        self.addCleanup(connection.close)
        connection.ensure_connection()
        return connection

    def row(self, connection: DatabaseWrapper, sql: Any, *parameters: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchone()


class OfAConnectionOfOnesOwn(Limits):
    def test_are_set_once(self):
        connection = self.connect(10)

        self.assertEqual(self.row(connection, SHOW), TEN_SECONDS)
        with transaction.atomic():
            self.assertEqual(self.row(connection, SHOW), TEN_SECONDS)

    def test_are_none_for_migrations_whatever_the_role_has(self):
        with mock.patch.dict(default.settings_dict["OPTIONS"], {"options": "-c statement_timeout=1s"}):
            self.assertEqual(self.row(self.connect(0), SHOW), NONE)


class BehindAPooler(Limits):
    def test_travel_with_a_statement_and_are_gone_after_it(self):
        connection = self.connect(10, is_pooled=True)

        self.assertEqual(self.row(connection, SHOW), TEN_SECONDS)
        self.assertEqual(self.row(connection, SHOW + ", %s", "100%")[:3], TEN_SECONDS)
        self.assertEqual(self.row(connection, SHOW.encode()), NONE)

    def test_travel_with_the_first_of_a_transaction_and_hold_for_all(self):
        connection = self.connect(10, is_pooled=True)
        connection.set_autocommit(False)

        self.assertEqual(self.row(connection, "SELECT 1"), (1,))
        self.assertEqual(self.row(connection, SHOW.encode()), TEN_SECONDS)
        connection.rollback()
        with mock.patch.object(connections["default"], "connection", connection.connection):
            with connection.cursor() as cursor:
                with together_with_begin():
                    cursor.execute(SHOW)
                self.assertEqual(cursor.fetchone(), TEN_SECONDS)
            self.assertEqual(self.row(connection, SHOW.encode()), TEN_SECONDS)
        connection.rollback()
        connection.set_autocommit(True)
        self.assertEqual(self.row(connection, SHOW.encode()), NONE)

    def test_cost_no_round_trip(self):
        trips = []
        for answer_seconds in (0, 10):
            connection = self.connect(answer_seconds, is_pooled=True)
            with mock.patch.object(connection.connection, "wait", wraps=connection.connection.wait) as wait:
                self.row(connection, "SELECT 1")
                alone = wait.call_count
                connection.set_autocommit(False)
                self.row(connection, "SELECT 1")
                self.row(connection, "SELECT 1")
                trips.append((alone, wait.call_count))
                connection.rollback()
        self.assertEqual(*trips)


class AreKept(Limits):
    def test_a_statement_that_is_too_slow_and_a_lock_that_does_not_come_are_failures_of_an_unbroken_connection(self):
        self.row(self.connect(0), "SELECT pg_advisory_lock(1)")
        for is_pooled in (False, True):
            connection = self.connect(1, is_pooled=is_pooled)
            for sql, reason in {
                "SELECT pg_sleep(60)": QueryCanceled,
                "SELECT pg_advisory_lock(1)": LockNotAvailable,
            }.items():
                with self.subTest(sql, is_pooled=is_pooled):
                    with self.assertRaises(OperationalError) as caught:
                        self.row(connection, sql)
                    self.assertNotIsInstance(caught.exception, ConnectionLost)
                    self.assertIsInstance(caught.exception.__cause__, reason)
                    self.assertEqual(self.row(connection, "SELECT 1"), (1,))

    def test_a_transaction_that_falls_silent_is_ended(self):
        for is_pooled in (False, True):
            with self.subTest(is_pooled=is_pooled):
                connection = self.connect(1, is_pooled=is_pooled)
                connection.set_autocommit(False)
                self.row(connection, "SELECT 1")
                self.assertTrue(connection.socket.poll(10_000))
                with self.assertRaises(ConnectionLost):
                    self.row(connection, "SELECT 1")
