"""What a version that knows neither rules nor reminders writes, while it goes on serving beside this one."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest import skipUnless

from django.db import IntegrityError, connection, transaction

from tests.todos.case import TodosTestCase, TodosTransactionTestCase
from tests.todos.test_quotas import migrate
from todos import clock
from todos.models import Todo
from todos.models.due_dates import UNDATED

FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
# A PATCH of that version with `"due_date": null`.
CLEAR_DATE = """
UPDATE todos_todo SET due_date = NULL, due_time = NULL, due_at = NULL, due_sort = %s
WHERE owner_id = %s AND title = %s
"""
IS_VALID = "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'todos_todo'::regclass AND conname IN {}"
CHECKS = ("todo_days_of_reminders", "todo_reminders_length", "todo_repeat_from_known", "todo_series_of_rule")


class ItClearsTheDate(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(clock.stopped_at(FRIDAY))

    def cleared(self, **values):
        todo = self.alice.todo(title="old", due_date="2026-11-27", **values)
        with connection.cursor() as cursor:
            cursor.execute(CLEAR_DATE, [UNDATED, self.alice.user.pk, "old"])
            self.assertEqual(cursor.rowcount, 1)
        return f"/todos/{todo['id']}"

    def answered(self, method, path, body=None):
        response = getattr(self.alice, method)(path, body)
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    def test_the_rule_rests_and_everything_else_goes_on(self):
        path = self.cleared(rrule="FREQ=DAILY")

        self.assertEqual(self.answered("get", path)["due_date"], None)
        self.assertEqual(self.answered("get", f"{path}/occurrences")["days"], [])
        self.assertEqual(self.answered("patch", path, {"priority": 1, "due_date": None})["rrule"], "FREQ=DAILY")
        self.assert_problem(self.alice.post(f"{path}/skip"), 409, "not_repeating")
        self.assertEqual(self.answered("post", f"{path}/complete")["completed"], True)
        self.assertEqual(self.answered("post", f"{path}/reopen")["completed"], False)
        self.assertEqual(self.answered("get", f"{path}/completions")["results"], [])

    def test_with_a_date_it_repeats_again_from_where_it_stood(self):
        path = self.cleared(rrule="FREQ=WEEKLY")

        self.assertEqual(self.answered("patch", path, {"due_date": "2026-11-29"})["rrule"], "FREQ=WEEKLY")
        self.assertEqual(self.answered("post", f"{path}/complete")["due_date"], "2026-12-04")

    def test_what_it_did_to_an_occurrence_is_taken_back_with_its_date(self):
        todo = self.alice.todo(title="old", due_date="2026-11-27", rrule="FREQ=WEEKLY")
        self.answered("post", f"/todos/{todo['id']}/complete")
        with connection.cursor() as cursor:
            cursor.execute(CLEAR_DATE, [UNDATED, self.alice.user.pk, "old"])

        self.assertEqual(self.answered("post", f"/todos/{todo['id']}/reopen")["due_date"], "2026-11-27")

    def test_a_rule_that_is_sent_needs_a_date_as_ever(self):
        path = self.cleared(rrule="FREQ=DAILY")

        self.assert_fault(self.alice.patch(path, {"rrule": "FREQ=DAILY"}), "/rrule", "rrule_needs_date")
        self.assert_fault(self.alice.put(path, {"title": "a", "rrule": "FREQ=DAILY"}), "/rrule", "rrule_needs_date")

    def test_minutes_are_silent_and_moments_are_not(self):
        path = self.cleared(reminders=[{"minutes_before": -900}, {"at": "2026-11-27T18:00"}])

        for step in ("read", "written"):
            with self.subTest(step):
                self.assertEqual(self.answered("get", path)["next_reminder_at"], "2026-11-27T18:00:00Z")
                rows = self.answered("get", "/reminders")["results"]
                self.assertEqual([row["at"] for row in rows], ["2026-11-27T18:00:00Z"])
            self.answered("patch", path, {"priority": 1, "due_date": None})

    def test_minutes_ring_again_with_a_date(self):
        path = self.cleared(reminders=[{"minutes_before": -900}])
        self.assertEqual(self.answered("patch", path, {"priority": 1})["next_reminder_at"], None)
        self.assertEqual(self.answered("get", "/reminders")["results"], [])
        again = {"reminders": [{"minutes_before": -900}]}
        self.assert_fault(self.alice.patch(path, again), "/reminders", "reminder_needs_date")

        self.assertEqual(self.answered("patch", path, {"due_date": "2026-11-28"})["priority"], 1)
        rows = self.answered("get", "/reminders")["results"]
        self.assertEqual([row["at"] for row in rows], ["2026-11-28T15:00:00Z"])


class TheMigrations(TodosTransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(migrate)

    @skipUnless(connection.vendor == "postgresql", "SQLite has one writer at a time, and looks at every row at once")
    def test_look_at_rows_once_the_lock_on_the_table_is_gone(self):
        self.alice.todo()
        migrate("0009_erased_ids")

        migrate("0011_reminders")
        self.assertEqual(self.checks(), dict.fromkeys(CHECKS, False))
        migrate()
        self.assertEqual(self.checks(), dict.fromkeys(CHECKS, True))

    def checks(self):
        with connection.cursor() as cursor:
            cursor.execute(IS_VALID.format(CHECKS))
            return dict(cursor.fetchall())

    def test_an_attempt_that_was_broken_off_can_be_repeated(self):
        migrate("0011_reminders")
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX todo_reminders ON todos_todo (title)")

        migrate()

        with connection.cursor() as cursor:
            indexes = connection.introspection.get_constraints(cursor, "todos_todo")
        self.assertEqual(indexes["todo_reminders"]["columns"], ["owner_id", "reminds_until", "uid", "reminds_from"])

    def test_write_the_words_of_what_is_there(self):
        self.alice.todo(title="Größe", notes="L", tags=["Café", "home"])
        self.mallory.todo(title="hers", tags=["home"])
        before = [*Todo.objects.order_by("pk").values_list("search", flat=True)]
        migrate("0012_validated")
        if connection.vendor == "postgresql":
            # As an attempt leaves it that was broken off.
            connection.cursor().execute("CREATE INDEX todo_words ON todos_todo (title)")

        migrate()

        self.assertEqual([*Todo.objects.order_by("pk").values_list("search", flat=True)], before)
        self.assertEqual(self.alice.titles(q="cafe grosse home", ordering="relevance"), ["Größe"])

    def test_what_is_undone_and_done_again_holds_as_before(self):
        migrate("0009_erased_ids")
        migrate()

        self.alice.todo(due_date="2026-11-27", rrule="FREQ=DAILY", reminders=[{"minutes_before": 5}])
        for half in ("series_in = NULL", "reminds_until = NULL", "repeat_from = 'noon'"):
            with self.subTest(half), self.assertRaises(IntegrityError), transaction.atomic():
                connection.cursor().execute(f"UPDATE todos_todo SET {half}")
