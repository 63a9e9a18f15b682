"""How much SQLite asks of us, and goes through, for a user with many rows."""

from contextlib import contextmanager
from datetime import timedelta
from unittest import mock, skipUnless

from django.db import connection

from tests.todos.case import TodosTestCase
from todos import clock, zones
from todos.models import Tag

TODOS, TAGS = 60, 600
STEPS_AT_A_TIME = 20


def unused(like, name):
    born = {"version": like.version, "created_at": like.created_at, "updated_at": like.updated_at}
    return Tag(owner=like.owner, name=name, key=name, **born)


@skipUnless(connection.vendor == "sqlite", "needs SQLite, whose plans these are")
class PlansOfSQLite(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        for number in range(TODOS):
            day = "1999-01-01" if number % 2 else "2999-01-01"
            self.alice.todo(title=str(number), due_date=day, due_time="09:00", tags=["one", "two"])

    def test_todos_far_from_today_need_no_calculation(self):
        with self.counted("local_date") as days, self.counted("instant") as moments:
            summary = self.alice.get("/summary").json()

        self.assertEqual((summary["overdue"], summary["upcoming"]), (TODOS / 2, TODOS / 2))
        self.assertGreater(days.call_count, 0)
        self.assertLess(days.call_count + moments.call_count, TODOS / 2)

    def test_tags_that_no_todo_has_cost_a_page_nothing(self):
        before = self.steps_of("/todos")
        known = Tag.objects.get(uid=self.alice.make("tags", name="unused")["id"])
        Tag.objects.bulk_create(unused(known, f"unused {number}") for number in range(TAGS))

        self.assertGreater(before, 0)
        self.assertLess(self.steps_of("/todos"), before * 1.5)

    def test_todos_that_do_not_remind_cost_the_reminders_nothing(self):
        soon = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        for day in (soon, "1999-01-01T09:00", "2999-01-01T09:00"):
            self.alice.todo(reminders=[{"at": day}])
        before = self.steps_of_reminders()
        for _ in range(2 * TODOS):
            self.alice.todo()
            self.alice.todo(reminders=[{"at": "1999-01-01T09:00"}])

        self.assertGreater(before, 0)
        self.assertLess(self.steps_of_reminders(), before * 1.5)

    def steps_of_reminders(self):
        with self.counted_steps() as count:
            self.assertEqual(len(self.alice.get("/reminders").json()["results"]), 1)
        return len(count)

    def counted(self, name):
        return mock.patch.object(zones, name, side_effect=getattr(zones, name))

    def steps_of(self, path):
        with self.counted_steps() as count:
            page = self.alice.get(path).json()
        self.assertEqual(page["results"][0]["tags"], ["one", "two"])
        return len(count) * STEPS_AT_A_TIME

    @contextmanager
    def counted_steps(self):
        count = []
        connection.connection.set_progress_handler(lambda: count.append(1) and None, STEPS_AT_A_TIME)
        try:
            yield count
        finally:
            connection.connection.set_progress_handler(None, 0)
