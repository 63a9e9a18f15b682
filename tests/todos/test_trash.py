from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.todos.case import TodosTestCase
from todos.models import Account


class Trash(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.parent = self.alice.todo(title="Parent")
        self.child = self.alice.todo(title="Child", parent=self.parent["id"])

    def read(self, todo):
        return self.alice.get(f"/todos/{todo['id']}").json()

    def trash(self, todo):
        self.assertEqual(self.alice.delete(f"/todos/{todo['id']}").status_code, 204)

    def restore(self, todo):
        response = self.alice.post(f"/todos/{todo['id']}/restore")
        self.assertEqual(response.status_code, 200)
        return response.json()

    def test_what_is_deleted_shows_only_in_the_trash(self):
        self.trash(self.child)

        self.assertEqual(self.alice.titles(), ["Parent"])
        self.assertEqual(self.alice.titles(status="trashed"), ["Child"])
        self.assertIsNotNone(self.read(self.child)["deleted_at"])

    def test_deleting_twice_is_fine_and_changes_nothing(self):
        self.trash(self.child)
        before = self.alice.version

        self.trash(self.child)

        self.assertEqual(self.alice.version, before)

    def test_subtasks_go_and_come_back_with_their_parent(self):
        self.trash(self.parent)
        self.assertEqual(self.alice.titles(), [])

        self.restore(self.parent)

        self.assertEqual(self.alice.titles(), ["Parent", "Child"])

    def test_what_was_trashed_before_stays_in_the_trash(self):
        self.trash(self.child)
        self.trash(self.parent)

        self.restore(self.parent)

        self.assertEqual(self.alice.titles(status="trashed"), ["Child"])

    def test_a_subtask_without_its_parent_comes_back_on_its_own(self):
        self.trash(self.parent)

        self.assertIsNone(self.restore(self.child)["parent"])

    def test_restoring_what_is_there_changes_nothing(self):
        self.assertEqual(self.restore(self.parent), {**self.parent, "also": []})

    def test_nothing_else_can_be_done_to_it(self):
        self.trash(self.child)
        path = f"/todos/{self.child['id']}"

        for response in (
            self.alice.patch(path, {"title": "x"}),
            self.alice.put(path, {"title": "x"}),
            self.alice.post(f"{path}/complete"),
            self.alice.post(f"{path}/reopen"),
            self.alice.post(f"{path}/move"),
        ):
            self.assert_problem(response, 409, "trashed")

    def test_it_can_not_be_referred_to(self):
        other = self.alice.todo()
        self.trash(self.parent)

        response = self.alice.patch(f"/todos/{other['id']}", {"parent": self.parent["id"]})
        self.assert_fault(response, "/parent", "trashed")
        response = self.alice.post(f"/todos/{other['id']}/move", {"after": self.parent["id"]})
        self.assert_fault(response, "/after", "trashed")

    def test_permanent_deletion_is_only_from_the_trash(self):
        path = f"/todos/{self.parent['id']}"
        self.assert_problem(self.alice.delete(f"{path}?permanent=true"), 409, "not_trashed")
        self.trash(self.parent)

        self.assertEqual(self.alice.delete(f"{path}?permanent=true").status_code, 204)

        self.assertEqual(self.alice.get(path).status_code, 404)
        self.assertEqual(self.alice.get(f"/todos/{self.child['id']}").status_code, 404)
        self.assertEqual(self.alice.delete(f"{path}?permanent=true").status_code, 404)

    def test_emptying_it_erases_all_of_it_in_one_change(self):
        self.trash(self.parent)
        kept, since = self.alice.todo(title="Kept", tags=["a"]), self.alice.version

        response = self.alice.delete("/todos?status=trashed")

        answer = self.alice.get(f"/changes?since={since}").json()
        gone = {(row["id"], row["version"]) for row in answer["deleted"]}
        self.assertEqual(gone, {(row["id"], since + 1) for row in (self.parent, self.child)})
        self.assertEqual((response.status_code, response["ETag"]), (204, f'"{since + 1}"'))
        self.assertEqual([todo["id"] for todo in self.alice.get("/todos").json()["results"]], [kept["id"]])
        self.assertEqual(Account.objects.get(owner=self.alice.user).todo_count, 1)
        self.assertEqual(self.alice.delete("/todos?status=trashed")["ETag"], f'"{since + 1}"')

    def test_emptying_costs_the_same_however_much_there_is(self):
        def cost(count):
            for _ in range(count):
                self.trash(self.alice.todo(tags=["a"]))
            with CaptureQueriesContext(connection) as queries:
                self.assertEqual(self.alice.delete("/todos?status=trashed").status_code, 204)
            return len(queries)

        self.assertEqual(cost(1), cost(5))

    def test_nothing_but_the_trash_can_be_emptied(self):
        for query, code in (("", "only_trashed"), ("?status=open", "only_trashed"), ("?list=x", "unknown_parameter")):
            with self.subTest(query):
                response = self.alice.delete(f"/todos{query}")
                self.assertEqual(response.status_code, 400)
                self.assertEqual(response.json()["errors"][0]["code"], code)
        self.assertEqual(self.alice.titles(), ["Parent", "Child"])

    def test_a_list_in_the_trash_can_be_erased_with_its_todos(self):
        project = self.alice.make("lists")
        todo = self.alice.todo(list=project["id"], tags=["a"])
        self.alice.todo(parent=todo["id"])
        path = f"/lists/{project['id']}"
        self.assert_problem(self.alice.delete(f"{path}?permanent=true"), 409, "not_trashed")
        self.trash(self.child)
        self.alice.delete(path)
        since = self.alice.version

        response = self.alice.delete(f"{path}?permanent=true")

        answer = self.alice.get(f"/changes?since={since}").json()
        self.assertEqual((response.status_code, response["ETag"]), (204, f'"{answer["version"]}"'))
        self.assertEqual(sorted(row["kind"] for row in answer["deleted"]), ["list", "todo", "todo"])
        self.assertEqual(self.alice.titles(status="trashed"), ["Child"])
        for response in (self.alice.get(path), self.alice.post(f"{path}/restore"), self.alice.delete(path)):
            self.assertEqual(response.status_code, 404)
        inbox = self.alice.inbox["id"]
        self.assert_problem(self.alice.delete(f"/lists/{inbox}?permanent=true"), 409, "not_trashed")

    def test_permanent_is_true_or_false(self):
        response = self.alice.delete(f"/todos/{self.parent['id']}?permanent=yes")

        self.assert_fault(response, "/permanent", "invalid")
        self.assertEqual(self.alice.titles(), ["Parent", "Child"])
