from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from unittest import mock, skipUnless
from uuid import uuid4

from django.db import DatabaseError, connection, transaction
from django.test import SimpleTestCase, TransactionTestCase, override_settings

from tests.todos.case import TodosTransactionTestCase
from todoproject.postgresql import prepared
from todoproject.postgresql.prepared import numbered

ECHO = "SELECT %s::bigint, %s::text"


class PlaceholdersBecomePostgres(SimpleTestCase):
    def test_numbers_in_order_and_percent_signs_as_they_were_meant(self):
        self.assertEqual(numbered("SELECT %s, '100%%', %s"), b"SELECT $1, '100%', $2")


class Prepared(TransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.connect()
        self.addCleanup(connection.close)

    def connect(self):
        """A new connection, because what it has seen is kept with it, and nobody who looks on."""
        connection.close()
        connection.ensure_connection()
        unwatched = mock.patch.object(connection, "execute_wrappers", [])
        unwatched.start()
        self.addCleanup(unwatched.stop)

    def rows(self, sql, *parameters):
        return connection.fetch_prepared(sql, list(parameters))

    def names(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'shape%%'")
            return [name for (name,) in cursor.fetchall()]


@skipUnless(connection.vendor == "postgresql", "what only PostgreSQL has")
class AStatementThatRunsAgainIsPrepared(Prepared):
    def test_from_its_second_time_on(self):
        self.assertIsNone(self.rows(ECHO, 1, "a"))
        self.assertEqual(self.names(), [])
        self.assertEqual(self.rows(ECHO, 1, "a"), [(1, "a")])
        self.assertEqual(self.rows(ECHO, 2, None), [(2, None)])
        self.assertEqual(self.rows(ECHO, 3, "c"), [(3, "c")])
        self.assertEqual(len(self.names()), 1)

    def test_and_planned_once(self):
        for _ in range(8):
            self.rows(ECHO, 1, "a")
        with connection.cursor() as cursor:
            cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name LIKE 'shape%%'")
            self.assertEqual(cursor.fetchall(), [(7, 0)])
            cursor.execute("SHOW jit")
            self.assertEqual(cursor.fetchone(), ("off",))

    @override_settings(DATABASE_DISTRIBUTED=True)
    def test_but_not_where_each_plan_goes_to_the_worker_that_has_the_owner(self):
        self.connect()
        for _ in range(4):
            self.rows(ECHO, 1, "a")
        with connection.cursor() as cursor:
            cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name LIKE 'shape%%'")
            self.assertEqual(cursor.fetchall(), [(0, 3)])

    def test_values_of_every_kind_come_back_as_they_went(self):
        values = [
            *(True, "é\n🙂", date(1, 1, 1), time(23, 59, 59, 999999), datetime(2026, 3, 29, 2, 30, tzinfo=UTC)),
            *(uuid4(), ["b", "a"], 2**62, None),
        ]
        types = ("boolean", "text", "date", "time", "timestamptz", "uuid", "text[]", "bigint", "int")
        sql = "SELECT " + ", ".join(f"%s::{name}" for name in types)
        self.rows(sql, *values)

        for _ in range(2):
            self.assertEqual(self.rows(sql, *values), [tuple(values)])

    def test_a_number_that_needs_more_room_than_the_first_had(self):
        for number in (1, 1, 2**15, 2**15, 2**31, 2**31, 1):
            found = self.rows(ECHO, number, "")
            self.assertIn(found, (None, [(number, "")]))
        self.assertEqual(len(self.names()), 3)

    def test_no_more_are_kept_than_agreed(self):
        with mock.patch.object(prepared, "MAX_STATEMENTS", 2), mock.patch.object(prepared, "MAX_SEEN", 3):
            for number in (1, 2, 3, 4, 5, 1):
                for _ in range(2):
                    self.rows(f"SELECT {number}")
            self.assertEqual(self.rows("SELECT 5"), [(5,)])
        self.assertEqual(len(self.names()), 2)

    def test_a_new_connection_starts_afresh(self):
        for _ in range(2):
            self.rows(ECHO, 1, "")
        self.connect()

        self.assertIsNone(self.rows(ECHO, 1, ""))
        self.assertEqual(self.rows(ECHO, 1, ""), [(1, "")])


@skipUnless(connection.vendor == "postgresql", "what only PostgreSQL has")
class ErrorsAreThoseOfACursor(Prepared):
    def test_of_the_statement(self):
        for _ in range(2):
            self.rows("SELECT 1 / %s::int", 1)

        with self.assertRaises(DatabaseError):
            self.rows("SELECT 1 / %s::int", 0)
        self.assertEqual(self.rows("SELECT 1 / %s::int", 1), [(1,)])
        self.assertEqual(len(self.names()), 1)

    def test_but_a_server_that_has_forgotten_it_is_asked_by_a_cursor(self):
        for _ in range(2):
            self.rows(ECHO, 1, "")
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")

        self.assertIsNone(self.rows(ECHO, 1, ""))
        self.assertEqual(self.rows(ECHO, 1, ""), [(1, "")])

    def test_and_so_is_one_whose_tables_have_changed(self):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE thing (size int)")
        for _ in range(2):
            self.rows("SELECT * FROM thing")
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE thing ALTER size TYPE bigint")

        self.assertIsNone(self.rows("SELECT * FROM thing"))
        self.assertEqual(self.rows("SELECT * FROM thing"), [])


@skipUnless(connection.vendor == "postgresql", "what only PostgreSQL has")
class ACursorIsTakenWhere(Prepared):
    def assert_left_to_a_cursor(self):
        for _ in range(3):
            self.assertIsNone(self.rows("SELECT 1"))

    def test_a_transaction_is_open(self):
        with transaction.atomic():
            self.assert_left_to_a_cursor()

    def test_nothing_is_committed_by_itself(self):
        transaction.set_autocommit(False)
        self.addCleanup(transaction.set_autocommit, True)
        self.addCleanup(transaction.rollback)

        self.assert_left_to_a_cursor()

    def test_somebody_looks_on(self):
        with connection.execute_wrapper(lambda execute, *arguments: execute(*arguments)):
            self.assert_left_to_a_cursor()
        with mock.patch.object(connection, "force_debug_cursor", True):
            self.assert_left_to_a_cursor()

    def test_a_pooler_stands_between(self):
        with behind_a_pooler():
            self.connect()
            self.assert_left_to_a_cursor()


class AnswersDoNotDependOnTheWay(TodosTransactionTestCase):
    """The suite looks at every statement (tests/owner_guard.py), so cursors run them; in the server nobody does."""

    def setUp(self) -> None:
        super().setUp()
        project = self.alice.make("lists", name="Straße")
        self.alice.todo(list=project["id"], tags=["ä", "b"], due_date="2026-03-29", due_time="02:30")
        self.last = self.alice.todo(notes="\n", priority=3, due_date="2026-03-29", due_time="02:30", time_zone="UTC")

    def test_reading(self):
        following = self.alice.get("/todos?page_size=1").json()["next"]
        for path in (
            *("/todos", "/todos?q=some&tz=Asia/Tokyo&due=overdue&ordering=-due&tag=b", following),
            *(f"/todos/{self.last['id']}", "/lists", "/tags", "/summary", "/changes?since=1", "/me"),
        ):
            expected = self.alice.get(path).content
            with self.subTest(path), mock.patch.object(connection, "execute_wrappers", []):
                for _ in range(3):
                    self.assertEqual(self.alice.get(path).content, expected)
            with self.subTest(path, at="a pooler"), behind_a_pooler():
                self.assertEqual(self.alice.get(path).content, expected)

    def test_creating(self):
        body = {"title": "a", "due_date": "2026-03-29", "due_time": "02:30"}
        own = {"id", "position", "version", "created_at", "updated_at"}
        expected = self.alice.post("/todos", body).json()
        with mock.patch.object(connection, "execute_wrappers", []):
            for _ in range(3):
                made = self.alice.post("/todos", body).json()
                self.assertEqual({k: made[k] for k in made.keys() - own}, {k: expected[k] for k in made.keys() - own})

    def test_who_is_shut_out_stays_out(self):
        self.enterContext(mock.patch.object(connection, "execute_wrappers", []))
        for _ in range(3):
            self.assertEqual(self.alice.get("/todos").status_code, 200)
        self.alice.user.is_active = False
        self.alice.user.save()

        for path in ("/todos", f"/todos/{self.last['id']}", "/summary"):
            self.assertEqual(self.alice.get(path).status_code, 401)
        self.assertEqual(self.alice.post("/todos", {"title": "x"}).status_code, 401)


@contextmanager
def behind_a_pooler():
    """Connected as to one that does not keep sessions: values are put into the text of statements."""
    is_there = connection.vendor == "postgresql"
    options = {"server_side_binding": False, "prepare_threshold": None} if is_there else {}
    with (
        mock.patch.dict(connection.settings_dict, DISABLE_SERVER_SIDE_CURSORS=is_there),
        mock.patch.dict(connection.settings_dict["OPTIONS"], options),
    ):
        connection.close()
        yield
    connection.close()
