"""What a request costs in round trips to the database once its token is known: reading one, creating one."""

from __future__ import annotations

import uuid
from datetime import date, time
from unittest import skipUnless

from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.todos.case import TodosTransactionTestCase
from todos import changes
from todos.changes import Operation, positions
from todos.models import Todo

BODIES = (
    {"title": "Bare"},
    {"title": "  Straße ", "notes": "n\n", "priority": 3, "completed": True, "starts_on": "2026-01-01"},
    {"title": "Day", "due_date": "2026-03-29"},
    {"title": "Floating", "due_date": "2026-03-29", "due_time": "02:30"},
    {"title": "Zoned", "due_date": "2026-10-25", "due_time": "02:30", "time_zone": "Europe/Berlin"},
)
# What differs between any two todos.
OWN = ("id", "uid", "version", "position", "created_at", "updated_at", "completed_at")


class Counting(TodosTransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.todo = self.alice.todo(tags=["a"], due_date="2026-01-01", due_time="10:00")
        self.alice.get("/todos")

    def statements(self, send, *args, **options) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            response = send(*args, **options)
        self.assertLess(response.status_code, 400, response.content)
        return [query["sql"] for query in queries]


class ReadingIsOneStatement(Counting):
    def test_every_list_and_every_single_row(self):
        project, tag = self.alice.make("lists"), self.alice.make("tags")
        habit = self.alice.todo(due_date="2026-01-01", rrule="FREQ=DAILY")
        self.alice.post(f"/todos/{habit['id']}/complete")
        for path in (
            "/todos",
            "/todos?due=overdue&tag=a&q=SOME&tz=Asia/Tokyo&ordering=-due&page_size=7",
            "/todos?q=-none+some&ordering=relevance",
            f"/todos/{self.todo['id']}",
            "/lists",
            f"/lists/{project['id']}",
            "/tags",
            f"/tags/{tag['id']}",
            "/completions?completed_after=2026-01-01",
            "/summary",
        ):
            with self.subTest(path):
                self.assertEqual(len(self.statements(self.alice.get, path)), 1)

    def test_a_screen_takes_four(self):
        for include, count in (("tags", 2), ("lists,tags", 3), ("lists,tags,summary", 4)):
            with self.subTest(include):
                self.alice.todo()
                path = f"/todos?include={include}"
                self.assertEqual(len(self.statements(self.alice.get, path)), count)

    def test_pages_after_the_first_and_answers_without_a_body(self):
        self.alice.todo()
        following = self.alice.get("/todos?page_size=1").json()["next"]
        tag = self.alice.get("/summary")["ETag"]

        self.assertEqual(len(self.statements(self.alice.get, following)), 1)
        self.assertEqual(len(self.statements(self.alice.get, "/summary", **{"If-None-Match": tag})), 1)

    def test_one_more_where_nothing_was_found(self):
        self.assertEqual(len(self.statements(self.alice.get, "/todos?due=overdue&q=nowhere")), 2)

    def test_a_sync_without_news(self):
        since = self.alice.version

        self.assertEqual(len(self.statements(self.alice.get, f"/changes?since={since}")), 1)


class ChangingLooksUpNobodyFirst(Counting):
    def test_the_counter_the_row_and_what_is_written(self):
        path = f"/todos/{self.todo['id']}"

        self.assertEqual(len(self.work(self.alice.patch, path, {"title": "new"})), 3)
        self.assertEqual(len(self.work(self.alice.post, f"{path}/complete")), 4)
        self.assertEqual(len(self.work(self.alice.delete, path)), 4)

    def work(self, send, *args) -> list[str]:
        return [sql for sql in self.statements(send, *args) if not sql.startswith(("BEGIN", "COMMIT"))]


@skipUnless(connection.vendor == "postgresql", "SQLite has no statement that changes two tables.")
class CreatingIsOneStatement(Counting):
    def test_no_transaction_is_opened_and_nothing_is_asked_before(self):
        for body in BODIES:
            with self.subTest(body):
                self.assertEqual(len(self.statements(self.alice.post, "/todos", body)), 1)

    def test_but_several_where_a_cluster_has_the_rows(self):
        with override_settings(DATABASE_DISTRIBUTED=True):
            statements = self.statements(self.alice.post, "/todos", BODIES[0])

        self.assertIn("BEGIN", statements)
        self.assertEqual([sql for sql in statements if sql.startswith("WITH")], [])

    def test_the_row_is_the_one_that_is_made_step_by_step(self):
        for body in BODIES:
            with self.subTest(body):
                quick = self.alice.post("/todos", body).json()
                with transaction.atomic():
                    slow = self.alice.post("/todos", body).json()
                rows = [Todo.objects.filter(uid=made["id"]).values().get() for made in (quick, slow)]
                self.assertEqual(*[{name: row[name] for name in row if name not in OWN} for row in rows])
                self.assertEqual({**self.alice.get(f"/todos/{quick['id']}").json(), "also": []}, quick)

    def test_the_new_row_goes_to_the_default_list(self):
        project = self.alice.make("lists")
        self.alice.patch("/me", {"default_list": project["id"]})

        self.assertEqual(self.alice.todo()["list"], project["id"])

    def test_an_id_that_is_taken_costs_no_number(self):
        before = self.alice.version

        conflict = self.alice.post("/todos", {"id": self.todo["id"], "title": "other"})
        again = self.alice.post("/todos", {"id": str(uuid.uuid4()), "title": "other"})

        self.assert_problem(conflict, 409, "id_conflict")
        self.assertEqual(again.json()["version"], before + 1)

    def test_the_first_todo_of_all_makes_the_inbox(self):
        nina = self.person("nina")
        nina.get("/todos")

        self.assertEqual(nina.todo()["list"], nina.inbox["id"])

    def test_positions_are_those_of_python(self):
        numbers = [*range(1, 1300), *(36**power + step for power in range(2, 12) for step in (-1, 0, 1))]

        with connection.cursor() as cursor:
            cursor.execute("SELECT n, todos_end_position(n) FROM unnest(%s::bigint[]) n", [numbers])
            found = dict(cursor.fetchall())

        self.assertEqual(found, {number: positions.at_end(number) for number in numbers})

    def test_both_ways_count_on(self):
        values = {"title": "x", "due_date": date(2026, 1, 1), "due_time": time(9)}
        first = self.alice.todo()["version"]
        changes.run(self.alice.user.pk, [Operation("create", None, values)])

        self.assertEqual(self.alice.todo()["version"], first + 2)
