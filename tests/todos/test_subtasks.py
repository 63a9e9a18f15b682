from tests.todos.case import TodosTestCase


class Counted(TodosTestCase):
    def counts(self, person=None):
        rows = (person or self.alice).get("/todos?starts=all").json()["results"]
        return {row["title"]: row["subtasks"] for row in rows}

    def test_rows_of_a_list_say_how_many_they_have(self):
        parent = self.alice.todo(title="parent")["id"]
        first = self.alice.todo(title="first", parent=parent)["id"]
        for values in ({"completed": True}, {"starts_on": "2999-01-01"}, {"notes": "n"}):
            self.alice.todo(title="sub", parent=parent, **values)
        gone = self.alice.todo(title="gone", parent=parent)["id"]
        self.alice.delete(f"/todos/{gone}")
        self.mallory.todo(title="hers")

        self.assertEqual(self.counts()["parent"], {"open": 3, "total": 4})
        self.assertEqual(self.counts()["first"], {"open": 0, "total": 0})
        self.alice.patch(f"/todos/{first}", {"parent": None})
        self.assertEqual(self.counts()["parent"], {"open": 2, "total": 3})
        self.assertEqual(self.counts(self.mallory), {"hers": {"open": 0, "total": 0}})

    def test_rows_say_whether_there_are_notes(self):
        self.alice.todo(title="with", notes="n")
        self.alice.todo(title="without")

        rows = self.alice.get("/todos").json()["results"]

        self.assertEqual([row["has_notes"] for row in rows], [True, False])


class Subtasks(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.parent = self.alice.todo(title="Parent")
        self.child = self.alice.todo(title="Child", parent=self.parent["id"])

    def read(self, todo):
        return self.alice.get(f"/todos/{todo['id']}").json()

    def test_it_is_in_the_list_of_its_parent(self):
        project = self.alice.make("lists")
        parent = self.alice.todo(list=project["id"])

        self.assertEqual(self.alice.todo(parent=parent["id"])["list"], project["id"])

    def test_another_list_than_the_parents_is_refused(self):
        project = self.alice.make("lists")

        response = self.alice.post("/todos", {"title": "x", "parent": self.parent["id"], "list": project["id"]})
        self.assert_fault(response, "/parent", "other_list")
        response = self.alice.patch(f"/todos/{self.child['id']}", {"list": project["id"]})
        self.assert_fault(response, "/list", "other_list")

    def test_an_archived_list_takes_no_new_ones(self):
        project = self.alice.make("lists")
        parent = self.alice.todo(list=project["id"])
        self.alice.patch(f"/lists/{project['id']}", {"archived": True})
        create = {"op": "create", "title": "x", "parent": parent["id"]}

        self.assert_fault(self.alice.post("/todos", {"title": "x", "parent": parent["id"]}), "/parent", "archived")
        inbox = {"op": "move", "id": parent["id"], "list": self.alice.inbox["id"]}
        moved_first = self.alice.post("/todos/bulk", {"operations": [inbox, create]})
        self.assertEqual(moved_first.status_code, 200, moved_first.content)

    def test_a_subtask_has_no_subtasks(self):
        response = self.alice.post("/todos", {"title": "x", "parent": self.child["id"]})

        self.assert_fault(response, "/parent", "parent_is_subtask")

    def test_a_parent_does_not_become_a_subtask(self):
        other = self.alice.todo()

        response = self.alice.patch(f"/todos/{self.parent['id']}", {"parent": other["id"]})

        self.assert_fault(response, "/parent", "has_subtasks")

    def test_there_are_no_cycles(self):
        response = self.alice.patch(f"/todos/{self.parent['id']}", {"parent": self.parent["id"]})
        self.assert_fault(response, "/parent", "cycle")
        response = self.alice.patch(f"/todos/{self.parent['id']}", {"parent": self.child["id"]})
        self.assert_fault(response, "/parent", "parent_is_subtask")

    def test_completing_the_parent_completes_them_in_the_same_change(self):
        done = self.alice.todo(parent=self.parent["id"], completed=True)

        parent = self.alice.post(f"/todos/{self.parent['id']}/complete").json()

        child = self.read(self.child)
        self.assertTrue(child["completed"])
        self.assertEqual(child["version"], parent["version"])
        self.assertEqual(self.read(done), done)

    def test_completed_in_a_patch_does_what_the_verb_does(self):
        self.alice.patch(f"/todos/{self.parent['id']}", {"completed": True})

        self.assertTrue(self.read(self.child)["completed"])

    def test_completing_twice_keeps_the_first_moment(self):
        first = self.alice.post(f"/todos/{self.parent['id']}/complete").json()

        again = self.alice.post(f"/todos/{self.parent['id']}/complete").json()
        self.assertEqual(again, {**first, "also": []})

    def test_reopening_one_reopens_its_parent(self):
        self.alice.post(f"/todos/{self.parent['id']}/complete")

        self.alice.post(f"/todos/{self.child['id']}/reopen")

        self.assertFalse(self.read(self.parent)["completed"])

    def test_reopening_the_parent_reopens_those_that_were_completed_with_it(self):
        for send in (
            lambda path: self.alice.post(f"{path}/reopen"),
            lambda path: self.alice.patch(path, {"completed": False}),
            lambda path: self.alice.put(path, {"title": "Parent"}),
            lambda path: self.alice.post(
                "/todos/bulk", {"operations": [{"op": "reopen", "id": path.removeprefix("/todos/")}]}
            ),
        ):
            self.alice.post(f"/todos/{self.parent['id']}/complete")
            self.assertTrue(self.read(self.child)["completed"])

            self.assertEqual(send(f"/todos/{self.parent['id']}").status_code, 200)

            child = self.read(self.child)
            self.assertEqual((child["completed"], child["completed_at"]), (False, None))
            self.assertEqual(child["version"], self.read(self.parent)["version"])

    def test_reopening_the_parent_leaves_those_that_were_completed_otherwise(self):
        before = self.alice.todo(parent=self.parent["id"], completed=True)
        self.alice.post(f"/todos/{self.child['id']}/complete")
        self.alice.post(f"/todos/{self.parent['id']}/complete")
        after = self.alice.todo(parent=self.parent["id"], completed=True)

        self.alice.post(f"/todos/{self.parent['id']}/reopen")

        self.assertEqual([self.read(row)["completed"] for row in (before, self.child, after)], [True, True, True])

    def test_reopening_the_parent_leaves_what_is_in_the_trash(self):
        self.alice.post(f"/todos/{self.parent['id']}/complete")
        self.alice.delete(f"/todos/{self.child['id']}")
        trashed = self.read(self.child)

        self.alice.post(f"/todos/{self.parent['id']}/reopen")

        self.assertEqual(self.read(self.child), trashed)

    def test_reopening_a_subtask_leaves_the_others_completed(self):
        other = self.alice.todo(parent=self.parent["id"])
        self.alice.post(f"/todos/{self.parent['id']}/complete")

        self.alice.post(f"/todos/{self.child['id']}/reopen")
        self.alice.post(f"/todos/{self.parent['id']}/complete")
        self.alice.post(f"/todos/{self.parent['id']}/reopen")

        self.assertEqual([self.read(row)["completed"] for row in (other, self.child)], [True, False])

    def test_a_new_one_reopens_its_parent(self):
        self.alice.post(f"/todos/{self.parent['id']}/complete")

        self.alice.todo(parent=self.parent["id"])

        self.assertFalse(self.read(self.parent)["completed"])

    def test_it_can_stand_alone_again(self):
        patched = self.alice.patch(f"/todos/{self.child['id']}", {"parent": None}).json()

        self.assertIsNone(patched["parent"])

    def test_they_can_be_asked_for_or_left_out(self):
        self.assertEqual(self.alice.titles(parent=self.parent["id"]), ["Child"])
        self.assertEqual(self.alice.titles(parent="none"), ["Parent"])
