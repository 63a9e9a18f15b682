"""Prepared statements behind a pooler. A direct connection passes names on as a pooler does that keeps none."""

from __future__ import annotations

from unittest import mock, skipUnless

from django.core.checks import run_checks
from django.db import connection
from django.test import TransactionTestCase, override_settings

from tests.todoproject.test_statement_limits import SHOW, TEN_SECONDS
from tests.todos.case import TodosTransactionTestCase
from todoproject.postgresql import pooled, prepared
from todoproject.postgresql.pooled import PooledStatements

ECHO = "SELECT %s::bigint, %s::text"
TEXTS = "SELECT statement FROM pg_prepared_statements ORDER BY prepare_time"
PLANS = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%bigint%'"


def connect() -> None:
    """A new connection, and nobody who looks on."""
    connection.close()
    connection.ensure_connection()
    connection.execute_wrappers.clear()


def rely_on_it() -> None:
    """A new connection as through a pooler that keeps statements."""
    connect()
    connection.prepared = PooledStatements(connection.connection, 10)


@skipUnless(connection.vendor == "postgresql", "what only PostgreSQL has")
class Pooled(TransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        for name in ("_has_warned", "_is_trusted"):
            self.addCleanup(setattr, pooled, name, getattr(pooled, name))
        pooled._has_warned = False
        self.enterContext(mock.patch.object(connection, "execute_wrappers", []))
        self.addCleanup(connection.close)

    def rows(self, sql, *parameters):
        return connection.fetch_prepared(sql, list(parameters))

    def execute(self, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


@override_settings(DATABASE_POOLER_PREPARES=True)
class APoolerThatKeepsNothing(Pooled):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(mock.patch.dict(connection.settings_dict, DISABLE_SERVER_SIDE_CURSORS=True))
        connection.close()

    def test_is_noticed_said_once_and_not_relied_on(self):
        with self.assertLogs(pooled.logger, "WARNING") as logged:
            for _ in range(2):
                connect()
                for _ in range(3):
                    self.assertIsNone(self.rows(ECHO, 1, "a"))
        self.assertIn("keeps no prepared statements", logged.output[0])
        self.assertEqual(len(logged.output), 1)

    def test_is_left_as_it_was(self):
        connect()

        self.assertEqual(self.execute(TEXTS), [])

    def test_is_warned_of_by_the_check(self):
        self.assertEqual([found.id for found in run_checks(databases=["default"])], ["todoproject.W002"])

    @override_settings(DATABASE_POOLER_PREPARES=False)
    def test_is_what_is_expected_unless_the_setting_says_otherwise(self):
        with self.assertNoLogs(pooled.logger):
            self.assertEqual(run_checks(databases=["default"]), [])
            connect()
            self.assertEqual([self.rows(ECHO, 1, "a") for _ in range(3)], [None] * 3)


class APoolerThatKeepsStatements(Pooled):
    def setUp(self) -> None:
        super().setUp()
        rely_on_it()

    def test_is_sent_each_in_one_round_trip_with_its_limits(self):
        for _ in range(2):
            self.rows(SHOW)
        with mock.patch.object(connection.connection, "wait", wraps=connection.connection.wait) as wait:
            self.assertEqual(self.rows(SHOW), [TEN_SECONDS])
        self.assertEqual(wait.call_count, 1)
        self.assertNotEqual(self.execute(SHOW), [TEN_SECONDS])

    def test_is_let_plan_once(self):
        for _ in range(8):
            self.rows(ECHO, 1, "a")

        self.assertEqual(self.execute(PLANS), [(7, 0)])

    def test_values_of_every_kind_come_back(self):
        self.assertIsNone(self.rows(ECHO, 1, "a"))
        for values in ((1, "a"), (2, None), (3, "é")):
            self.assertEqual(self.rows(ECHO, *values), [values])

    def test_is_told_to_forget_the_oldest(self):
        with mock.patch.object(prepared, "MAX_STATEMENTS", 2):
            for number in (1, 2, 3, 4):
                for _ in range(2):
                    self.rows(f"SELECT {number}")
        self.assertEqual(self.execute(TEXTS)[1:], [("SELECT 3",), ("SELECT 4",)])

    def test_prepares_another_text_when_a_migration_changed_what_one_yields(self):
        self.execute("CREATE TEMPORARY TABLE thing (size int)")
        for _ in range(2):
            self.rows("SELECT * FROM thing")
        self.execute("ALTER TABLE thing ALTER size TYPE bigint")

        self.assertEqual([self.rows("SELECT * FROM thing") for _ in range(2)], [None, []])
        self.assertEqual(self.execute(TEXTS)[1:], [("SELECT * FROM thing",), ("SELECT * FROM thing ",)])


class APoolerThatLosesOne(Pooled):
    def setUp(self) -> None:
        super().setUp()
        rely_on_it()
        self.execute("CREATE TEMPORARY TABLE thing (size int)")
        for _ in range(2):
            self.rows("INSERT INTO thing VALUES (%s) RETURNING size", 1)

    def test_is_never_relied_on_again_in_this_process(self):
        self.execute("DEALLOCATE ALL")
        with self.assertLogs(pooled.logger, "ERROR") as logged:
            for _ in range(3):
                self.assertIsNone(self.rows("INSERT INTO thing VALUES (%s) RETURNING size", 1))
            rely_on_it()
            for _ in range(3):
                self.assertIsNone(self.rows(ECHO, 1, "a"))
        self.assertEqual(len(logged.output), 1)
        self.assertIn("does not exist", logged.output[0])

    def test_has_not_carried_it_out(self):
        self.execute("DEALLOCATE ALL")

        self.assertIsNone(self.rows("INSERT INTO thing VALUES (%s) RETURNING size", 2))
        self.assertEqual(self.execute("SELECT size FROM thing"), [(1,)])

    def test_is_noticed_as_well_when_it_has_two_of_the_name(self):
        taken = f"{connection.prepared.prefix}_1"
        self.execute(f"PREPARE {taken} AS SELECT 'of somebody else'")

        for _ in range(2):
            self.assertIsNone(self.rows("SELECT 'mine'"))
        self.assertFalse(pooled._is_trusted)

    def test_leaves_an_unbroken_connection(self):
        self.execute("DEALLOCATE ALL")
        held = connection.connection
        self.rows("INSERT INTO thing VALUES (%s) RETURNING size", 2)

        self.assertEqual(self.execute("SELECT 1"), [(1,)])
        self.assertIs(connection.connection, held)


@skipUnless(connection.vendor == "postgresql", "what only PostgreSQL has")
class AnswersAreTheSame(TodosTransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.last = self.alice.todo(notes="\n", priority=3, due_date="2026-03-29", due_time="02:30", time_zone="UTC")
        self.addCleanup(connection.close)

    def test_when_read_and_made_by_prepared_statements(self):
        paths = ("/todos", "/todos?q=some&due=overdue", f"/todos/{self.last['id']}", "/lists", "/summary", "/me")
        expected = [self.alice.get(path).content for path in paths]
        with mock.patch.object(connection, "execute_wrappers", []):
            rely_on_it()
            for _ in range(3):
                self.assertEqual([self.alice.get(path).content for path in paths], expected)
                self.assertEqual(self.alice.post("/todos", {"title": "made"}).json()["title"], "made")
                self.alice.delete(f"/todos/{self.alice.get('/todos?q=made').json()['results'][0]['id']}")
                expected = [self.alice.get(path).content for path in paths]
        self.assertGreater(len(connection.prepared.known), 5)
