import uuid

from tests.todos.case import TodosTestCase


class Bulk(TodosTestCase):
    def bulk(self, *operations, **headers):
        return self.alice.post("/todos/bulk", {"operations": list(operations)}, **headers)

    def test_all_operations_are_one_change(self):
        one, two, three = (self.alice.todo(title=title) for title in ("one", "two", "three"))

        response = self.bulk(
            {"op": "create", "title": "new", "tags": ["x"]},
            {"op": "update", "id": one["id"], "priority": 2, "tags": ["X"]},
            {"op": "complete", "id": two["id"]},
            {"op": "delete", "id": three["id"]},
        )

        answer = response.json()
        self.assertEqual(response.status_code, 200, answer)
        self.assertEqual([todo["title"] for todo in answer["results"]], ["new", "one", "two", "three"])
        self.assertEqual({todo["version"] for todo in answer["results"]}, {answer["version"]})
        self.assertEqual(answer["version"], three["version"] + 1)
        for todo in answer["results"]:
            self.assertEqual(self.alice.get(f"/todos/{todo['id']}").json(), todo)

    def test_each_verb_does_what_its_address_does(self):
        done, gone, moved = self.alice.todo(completed=True), self.alice.todo(), self.alice.todo()
        self.alice.delete(f"/todos/{gone['id']}")

        results = self.bulk(
            {"op": "reopen", "id": done["id"]},
            {"op": "restore", "id": gone["id"]},
            {"op": "move", "id": moved["id"], "before": done["id"]},
        ).json()["results"]

        self.assertFalse(results[0]["completed"])
        self.assertIsNone(results[1]["deleted_at"])
        self.assertLess(results[2]["position"], results[0]["position"])

    def test_one_fault_undoes_all_and_is_named(self):
        todo = self.alice.todo()

        response = self.bulk({"op": "create", "title": "x"}, {"op": "update", "id": todo["id"], "due_time": "10:00"})

        self.assert_fault(response, "/operations/1/due_time", "time_needs_date")
        self.assertEqual(self.alice.titles(), ["something"])
        self.assertEqual(self.alice.version, todo["version"])

    def test_faults_are_named_by_operation(self):
        todo, trashed = self.alice.todo(), self.alice.todo()
        self.alice.delete(f"/todos/{trashed['id']}")
        fine = {"op": "complete", "id": todo["id"]}

        for operation, pointer, code, status in (
            ({"op": "create", "title": "x" * 501}, "title", "max_length", 400),
            ({"op": "create"}, "title", "required", 400),
            ({"op": "update", "title": "x"}, "id", "required", 400),
            ({"op": "destroy", "id": todo["id"]}, "op", "invalid_choice", 400),
            ({"op": ["create"]}, "op", "invalid_choice", 400),
            ({"op": "complete", "id": todo["id"]}, "id", "duplicate", 400),
            ({"op": "delete", "id": str(uuid.uuid4())}, "id", "does_not_exist", 400),
            ({"op": "delete", "id": self.mallory.todo()["id"]}, "id", "does_not_exist", 400),
            ({"op": "create", "title": "x", "list": str(uuid.uuid4())}, "list", "does_not_exist", 400),
            ({"op": "update", "id": str(uuid.uuid4()), "color": 1}, "color", "unknown_field", 400),
        ):
            with self.subTest(code):
                self.assert_fault(self.bulk(fine, operation), f"/operations/1/{pointer}", code, status)
        self.assert_fault(self.bulk(fine, {"op": "complete", "id": trashed["id"]}), "/operations/1", "trashed", 409)
        self.assert_fault(self.bulk(fine, 7), "/operations/1", "not_an_object")
        self.assertFalse(self.alice.get(f"/todos/{todo['id']}").json()["completed"])

    def test_a_stale_version_shows_the_row(self):
        todo = self.alice.todo()

        response = self.bulk({"op": "create", "title": "x"}, {"op": "complete", "id": todo["id"], "version": 0})

        self.assert_fault(response, "/operations/1", "stale", 412)
        self.assertEqual(response.json()["current"], todo)

    def test_there_are_one_to_a_hundred_operations(self):
        create = {"op": "create", "title": "x"}

        self.assert_fault(self.bulk(), "/operations", "min_length")
        self.assert_fault(self.bulk(*[create] * 101), "/operations", "max_length")
        self.assertEqual(self.bulk(*[create] * 100).status_code, 200)

    def test_the_operations_are_counted_before_any_is_looked_at(self):
        response = self.bulk(*[1] * 101)

        self.assertEqual([fault["code"] for fault in response.json()["errors"]], ["max_length"])

    def test_looking_for_faults_ends_when_there_are_enough(self):
        unknown = {f"member {number}": 1 for number in range(30)}
        for operation in (
            1,
            {"op": "create", "title": "x", **unknown},
            {"op": "create", "title": "x", "tags": [1] * 50},
        ):
            with self.subTest(str(operation)[:40]):
                faults = self.bulk(*[operation] * 100).json()["errors"]

                self.assertEqual(len(faults), 21)
                self.assertEqual(faults[-1]["code"], "more_faults")
                self.assertEqual({fault["in"] for fault in faults}, {"body"})

    def test_a_creation_can_be_repeated(self):
        create = {"op": "create", "id": str(uuid.uuid4()), "title": "x"}
        first = self.bulk(create).json()

        self.assertEqual(self.bulk(create).json(), first)

    def test_later_operations_see_earlier_ones(self):
        parent, child = str(uuid.uuid4()), str(uuid.uuid4())
        old = self.alice.todo(title="old")

        results = self.bulk(
            {"op": "create", "id": parent, "title": "parent", "tags": ["new"]},
            {"op": "create", "id": child, "title": "child", "parent": parent, "tags": ["NEW"]},
            {"op": "update", "id": old["id"], "parent": parent},
        ).json()["results"]

        self.assertEqual([todo["parent"] for todo in results], [None, parent, parent])
        self.assertEqual([todo["tags"] for todo in results], [["new"], ["new"], []])
        self.assertEqual(self.alice.titles(parent=parent), ["old", "child"])

    def test_a_completed_parent_takes_along_what_was_just_put_under_it(self):
        parent, other = self.alice.todo(), self.alice.todo()

        self.bulk({"op": "update", "id": other["id"], "parent": parent["id"]}, {"op": "complete", "id": parent["id"]})

        self.assertTrue(self.alice.get(f"/todos/{other['id']}").json()["completed"])

    def test_new_rows_keep_their_order(self):
        self.bulk(*({"op": "create", "title": str(number)} for number in range(100)))

        self.assertEqual(self.alice.titles(page_size=100), [str(number) for number in range(100)])

    def test_texts_arrive_as_they_were_sent(self):
        texts = ["", "NULL", '"', "\\", '\\"', "{a,b}", " \t\n", "\u2028", "'", "%s", "ä\U0001f600"]
        made = self.bulk(*({"op": "create", "title": "x", "notes": text} for text in texts))

        stored = [self.alice.get(f"/todos/{todo['id']}").json()["notes"] for todo in made.json()["results"]]
        self.assertEqual(stored, texts)

    def test_a_whole_family_moves_in_any_order(self):
        project = self.alice.make("lists")
        late, early = self.alice.todo(), self.alice.todo()
        # The parent has the higher key of the two.
        self.alice.patch(f"/todos/{late['id']}", {"parent": early["id"]})

        self.bulk({"op": "update", "id": early["id"], "list": project["id"], "priority": 1})

        self.assertEqual(len(self.alice.titles(list=project["id"])), 2)

    def test_the_body_has_operations_and_nothing_else(self):
        response = self.alice.post("/todos/bulk", {"operations": [{"op": "create", "title": "x"}], "atomic": False})

        self.assert_fault(response, "/atomic", "unknown_field")
        self.assert_fault(self.alice.post("/todos/bulk", {}), "/operations", "required")
        self.assert_fault(self.alice.post("/todos/bulk", {"operations": {}}), "/operations", "not_a_list")
