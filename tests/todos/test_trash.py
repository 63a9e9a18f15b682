from tests.todos.case import TodosTestCase


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

    def test_permanent_is_true_or_false(self):
        response = self.alice.delete(f"/todos/{self.parent['id']}?permanent=yes")

        self.assert_fault(response, "/permanent", "invalid")
        self.assertEqual(self.alice.titles(), ["Parent", "Child"])
