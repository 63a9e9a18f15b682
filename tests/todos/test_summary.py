from datetime import UTC, datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.todos.case import TodosTestCase
from todos import clock

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


class Summary(TodosTestCase):
    def summary(self, moment=NOON, path="/summary", **headers):
        with clock.stopped_at(moment):
            return self.alice.get(path, **headers)

    def test_a_new_user_has_nothing(self):
        zeros = dict.fromkeys(("inbox", "today", "overdue", "upcoming", "completed_today", "trashed"), 0)

        lists = {self.alice.inbox["id"]: 0}
        self.assertEqual(self.summary().json(), {**zeros, "version": 1, "lists": lists, "tags": {}})

    def test_each_number_is_as_long_as_its_list(self):
        project, archived = self.alice.make("lists"), self.alice.make("lists")
        for values in (
            {"due_date": "2026-06-09"},
            {"due_date": "2026-06-10"},
            {"due_date": "2026-06-10", "due_time": "11:00", "tags": ["a"]},
            {"due_date": "2026-06-11", "list": project["id"], "tags": ["a", "b"]},
            {"due_date": "2026-06-11", "starts_on": "2026-06-11"},
            {"due_date": "2026-06-10", "list": archived["id"], "tags": ["b"]},
            {"due_date": "2026-06-10", "completed": True, "tags": ["a"]},
        ):
            self.alice.todo(**values)
        self.alice.delete(f"/todos/{self.alice.todo()['id']}")
        self.alice.patch(f"/lists/{archived['id']}", {"archived": True})

        got = self.summary().json()

        with clock.stopped_at(NOON):
            for due in ("today", "overdue", "upcoming"):
                self.assertEqual(got[due], len(self.alice.titles(due=due, status="open")), due)
            inbox = self.alice.inbox
            self.assertEqual(got["inbox"], len(self.alice.titles(list=inbox["id"], status="open")))
        self.assertEqual([got[name] for name in ("inbox", "today", "overdue", "upcoming")], [3, 2, 2, 1])
        self.assertEqual(got["trashed"], 1)
        self.assertEqual(got["lists"], {inbox["id"]: 3, project["id"]: 1})
        tags = {row["name"]: got["tags"][row["id"]] for row in self.alice.get("/tags").json()["results"]}
        self.assertEqual(tags, {"a": 2, "b": 1})

    def test_completed_today_is_since_midnight_in_the_users_zone(self):
        with clock.stopped_at(datetime(2026, 6, 9, 23, 30, tzinfo=UTC)):
            self.alice.todo(completed=True)

        self.assertEqual(self.summary().json()["completed_today"], 0)
        self.assertEqual(self.summary(path="/summary?tz=Europe/Berlin").json()["completed_today"], 1)

    def test_polling_costs_one_row(self):
        self.alice.todo()
        tag = self.summary()["ETag"]

        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = self.summary(**{"If-None-Match": tag})

        self.assertEqual((response.status_code, response["ETag"]), (304, tag))
        asked = [query["sql"] for query in queries if "todos_" in query["sql"]]
        self.assertEqual(len(asked), 1)
        self.assertNotIn("todos_todo", asked[0])

    def test_any_change_makes_it_new(self):
        todo = self.alice.todo()
        tag = self.summary()["ETag"]

        self.alice.patch(f"/todos/{todo['id']}", {"priority": 1})

        self.assertEqual(self.summary(**{"If-None-Match": tag}).status_code, 200)

    def test_it_is_new_when_a_due_time_has_come(self):
        self.alice.todo(due_date="2026-06-10", due_time="13:30")
        tag = self.summary()["ETag"]

        before = self.summary(NOON.replace(hour=13, minute=29, second=59), **{"If-None-Match": tag})
        after = self.summary(NOON.replace(hour=13, minute=30), **{"If-None-Match": tag})

        self.assertEqual((before.status_code, after.status_code), (304, 200))
        self.assertEqual(after.json()["overdue"], 1)

    def test_it_is_new_at_midnight_in_the_users_zone(self):
        self.alice.patch("/me", {"time_zone": "Europe/Berlin"})
        tag = self.summary()["ETag"]

        before = self.summary(NOON.replace(hour=21, minute=59, second=59), **{"If-None-Match": tag})
        after = self.summary(NOON.replace(hour=22), **{"If-None-Match": tag})

        self.assertEqual((before.status_code, after.status_code), (304, 200))

    def test_another_zone_is_another_summary(self):
        self.alice.todo()
        tag = self.summary()["ETag"]

        self.assertEqual(self.summary(path="/summary?tz=Asia/Tokyo", **{"If-None-Match": tag}).status_code, 200)
