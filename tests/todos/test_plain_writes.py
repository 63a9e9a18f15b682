"""The one statement that creates a todo and the plain way store the same."""

from typing import Any
from unittest import mock, skipUnless

from django.db import connection

from tests.todos.case import TodosTransactionTestCase
from todos import clock
from todos.api.todos import TodoViewSet
from todos.changes import one_statement
from todos.models import Todo

# Of this row, or counted up from row to row.
OWN = {"id", "uid", "version", "position"}
DATE = {"due_date": "2026-03-28"}
BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"notes": "n", "meta": {"a": 1}, "priority": 2, "completed": True},
    {"starts_on": "2026-03-01", "repeat_from": "completion"},
    DATE,
    {**DATE, "due_time": "09:30"},
    {
        **DATE,
        "due_time": "09:30",
        "time_zone": "Asia/Tokyo",
        "reminders": [{"minutes_before": 10}, {"at": "2026-03-27T08:00"}],
    },
    {"notes": "", "meta": {}, "priority": 0, "completed": False, "due_date": None, "reminders": [], "time_zone": None},
)


@skipUnless(connection.vendor == "postgresql", "One statement writes two tables there only.")
class BothWaysStoreTheSame(TodosTransactionTestCase):
    def test_whatever_the_body_names_or_leaves_out(self):
        step_by_step = mock.patch.object(one_statement, "is_possible", return_value=False)
        at_once = mock.patch.object(TodoViewSet, "changed", side_effect=AssertionError("It went step by step."))
        with clock.stopped_at(clock.now()):
            for body in BODIES:
                with self.subTest(body):
                    with at_once:
                        first = self.stored(body)
                    with step_by_step as is_possible:
                        second = self.stored(body)
                    is_possible.assert_called_once()

                    self.assertEqual(first, second)

    def stored(self, body: dict[str, Any]) -> dict[str, Any]:
        todo = self.alice.todo(title="Straße", **body)
        row = Todo.objects.filter(uid=todo["id"]).values().get()
        return {name: value for name, value in row.items() if name not in OWN}
