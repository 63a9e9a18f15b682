"""How many round trips to the database a request costs, the check of the token's owner included."""

import uuid

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.todos.case import TodosTransactionTestCase

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK")


class Statements(TodosTransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.project = self.alice.make("lists")
        self.todo = self.alice.todo(list=self.project["id"], tags=["a", "b"])

    def cost(self, send, *args, **options):
        with CaptureQueriesContext(connection) as queries:
            response = send(*args, **options)
        self.assertLess(response.status_code, 400, response.content)
        return [query["sql"] for query in queries if not query["sql"].startswith(TRANSACTION)]

    def assert_cost(self, limit, send, *args, **options):
        statements = self.cost(send, *args, **options)
        self.assertLessEqual(len(statements), limit, "\n".join(statements))

    def test_a_list_is_one_beside_the_check(self):
        for number in range(20):
            self.alice.todo(tags=["a", str(number)], parent=self.todo["id"])

        for query in (
            "",
            "?due=overdue",
            "?tag=a&tag=b&q=x&priority_gte=1",
            "?status=trashed&ordering=-due",
            "?tz=Asia/Tokyo",
        ):
            with self.subTest(query):
                self.assert_cost(2, self.alice.get, f"/todos{query}")
        following = self.alice.get("/todos?page_size=5").json()["next"]
        self.assert_cost(2, self.alice.get, following)

    def test_a_single_row_is_one_beside_the_check(self):
        for path in (f"/todos/{self.todo['id']}", f"/lists/{self.project['id']}", "/lists", "/tags", "/me", "/summary"):
            with self.subTest(path):
                self.assert_cost(2, self.alice.get, path)

    def test_creating_is_the_counter_the_row_and_what_it_refers_to(self):
        self.assert_cost(3, self.alice.post, "/todos", {"title": "x"})
        self.assert_cost(4, self.alice.post, "/todos", {"title": "x", "list": self.project["id"]})
        body = {"id": str(uuid.uuid4()), "title": "x", "list": self.project["id"], "parent": self.todo["id"]}
        self.assert_cost(5, self.alice.post, "/todos", body)

    def test_changing_is_the_counter_the_row_read_and_written(self):
        path = f"/todos/{self.todo['id']}"

        self.assert_cost(4, self.alice.patch, path, {"title": "new"})
        self.assert_cost(5, self.alice.post, f"{path}/complete")
        self.assert_cost(5, self.alice.delete, path)

    def test_completing_what_repeats_costs_at_most_half_as_much_again(self):
        todo = self.alice.todo(due_date="2026-11-27", rrule="FREQ=DAILY", list=self.project["id"], tags=["a", "b"])

        plain, repeating = (
            len(self.cost(self.alice.post, f"/todos/{each['id']}/complete")) for each in (self.todo, todo)
        )

        self.assertEqual((plain, repeating), (4, 5))
        self.assertLessEqual(repeating, 1.5 * plain)

    def test_a_bulk_costs_the_same_however_long_it_is(self):
        def bulk(count):
            operations = [{"op": "create", "title": str(number), "tags": ["a", f"t{count}"]} for number in range(count)]
            return len(self.cost(self.alice.post, "/todos/bulk", {"operations": operations}))

        # More would be several statements on SQLite, which takes 999 values in one.
        self.assertEqual(bulk(2), bulk(30))

    def test_a_bulk_of_changes_costs_the_same_however_long_it_is(self):
        ids = [self.alice.todo()["id"] for _ in range(20)]

        def bulk(count):
            operations = [{"op": "update", "id": uid, "title": uid[:count]} for uid in ids[:count]]
            return len(self.cost(self.alice.post, "/todos/bulk", {"operations": operations}))

        self.assertEqual(bulk(2), bulk(20))

    def test_subtasks_below_several_parents_cost_the_same_however_many_there_are(self):
        ids = [self.alice.todo()["id"] for _ in range(40)]

        def bulk(count, **more):
            made = [{"op": "create", "title": "x", "parent": uid} for uid in ids[:count]]
            moved = [{"op": "update", "id": uid, "parent": ids[0]} for uid in ids[-count:]]
            return len(self.cost(self.alice.post, "/todos/bulk", {"operations": [*made, *moved], **more}))

        for more in ({}, {"mode": "each"}):
            self.assertEqual(bulk(2, **more), bulk(19, **more))
