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
        self.assert_fault(self.bulk(fine, 7), "/operations/1", "invalid")
        self.assertFalse(self.alice.get(f"/todos/{todo['id']}").json()["completed"])

    def test_a_stale_version_shows_the_row(self):
        todo = self.alice.todo()

        response = self.bulk({"op": "create", "title": "x"}, {"op": "complete", "id": todo["id"], "version": 0})

        self.assert_fault(response, "/operations/1", "stale", 412)
        self.assertEqual(response.json()["current"], todo)

    def test_there_are_one_to_a_hundred_operations(self):
        create = {"op": "create", "title": "x"}

        self.assert_fault(self.bulk(), "/operations", "min_items")
        self.assert_fault(self.bulk(*[create] * 101), "/operations", "max_items")
        self.assertEqual(self.bulk(*[create] * 100).status_code, 200)

    def test_the_operations_are_counted_before_any_is_looked_at(self):
        response = self.bulk(*[1] * 101)

        self.assertEqual([fault["code"] for fault in response.json()["errors"]], ["max_items"])

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

    def families(self):
        """Each todo's title with its parent's and its list."""
        todos = {todo["id"]: todo for todo in self.alice.get("/todos?starts=all").json()["results"]}
        titles = {None: None} | {uid: todo["title"] for uid, todo in todos.items()}
        return {todo["title"]: (titles[todo["parent"]], todo["list"]) for todo in todos.values()}

    def test_a_parent_changes_place_and_gets_a_new_subtask_in_either_order(self):
        inbox, project = self.alice.inbox["id"], self.alice.make("lists")["id"]
        for verb in ("update", "move"):
            for is_first in (True, False):
                with self.subTest(verb, is_first=is_first):
                    parent = self.alice.todo(title=f"{verb} {is_first}")
                    place = {"op": verb, "id": parent["id"], "list": project}
                    create = {"op": "create", "title": f"below {verb} {is_first}", "parent": parent["id"]}
                    response = self.bulk(*([place, create] if is_first else [create, place]))

                    self.assertEqual(response.status_code, 200, response.content)
                    self.assertEqual({todo["list"] for todo in response.json()["results"]}, {project})
                    self.assertEqual(self.families()[create["title"]], (parent["title"], project))
        self.assertNotIn(inbox, {place for _, place in self.families().values()})

    def test_a_subtask_stands_alone_and_gets_a_new_subtask(self):
        inbox, project = self.alice.inbox["id"], self.alice.make("lists")["id"]
        parent = self.alice.todo(title="parent")["id"]
        one, two = (self.alice.todo(title=title, parent=parent)["id"] for title in ("one", "two"))

        response = self.bulk(
            {"op": "update", "id": one, "parent": None},
            {"op": "create", "title": "below one", "parent": one},
            {"op": "move", "id": two, "list": project},
            {"op": "create", "title": "below two", "parent": two},
        )

        self.assertEqual(response.status_code, 200, response.content)
        self.assertEqual(self.families()["below one"], ("one", inbox))
        self.assertEqual(self.families()["below two"], ("two", project))

    def test_parent_and_subtask_change_places(self):
        inbox = self.alice.inbox["id"]
        above = self.alice.todo(title="above")["id"]
        below = self.alice.todo(title="below", parent=above)["id"]

        response = self.bulk(
            {"op": "update", "id": below, "parent": None},
            {"op": "update", "id": above, "parent": below},
            {"op": "create", "title": "new", "parent": below},
        )

        self.assertEqual(response.status_code, 200, response.content)
        self.assertEqual(self.families(), {t: ("below" if t != "below" else None, inbox) for t in self.families()})

    def test_a_parent_follows_its_subtask_below_another_todo(self):
        # Made in both orders: whichever has the higher key, the subtask has to leave before its parent goes.
        for is_late in (True, False):
            with self.subTest(is_late=is_late):
                first, second, top = (self.alice.todo()["id"] for _ in range(3))
                parent, child = (second, first) if is_late else (first, second)
                self.alice.patch(f"/todos/{child}", {"parent": parent})

                response = self.bulk(
                    {"op": "update", "id": child, "parent": top, "priority": 1},
                    {"op": "update", "id": parent, "parent": top, "priority": 2},
                    {"op": "create", "title": "new", "parent": top},
                )

                self.assertEqual(response.status_code, 200, response.content)
                self.assertEqual([todo["parent"] for todo in response.json()["results"]], [top] * 3)

    def test_a_family_moves_below_a_new_todo_of_another_list(self):
        project, top = self.alice.make("lists")["id"], str(uuid.uuid4())
        parent = self.alice.todo(title="parent")["id"]
        child = self.alice.todo(title="child", parent=parent)["id"]

        response = self.bulk(
            {"op": "create", "id": top, "title": "top", "list": project},
            {"op": "move", "id": child, "list": project},
            {"op": "update", "id": parent, "list": project, "parent": top},
            {"op": "create", "title": "new", "parent": top},
        )

        self.assertEqual(response.status_code, 200, response.content)
        self.assertEqual(
            self.families(),
            {title: ("top" if title in {"parent", "new"} else None, project) for title in self.families()},
        )

    def test_the_body_has_operations_and_nothing_else(self):
        response = self.alice.post("/todos/bulk", {"operations": [{"op": "create", "title": "x"}], "atomic": False})

        self.assert_fault(response, "/atomic", "unknown_field")
        self.assert_fault(self.alice.post("/todos/bulk", {}), "/operations", "required")
        self.assert_fault(self.alice.post("/todos/bulk", {"operations": {}}), "/operations", "invalid")


class EachByItself(TodosTestCase):
    """`mode: "each"`: what is refused does not hold up the others."""

    def bulk(self, *operations, status=200, **headers):
        response = self.alice.post("/todos/bulk", {"mode": "each", "operations": [*operations]}, **headers)
        self.assertEqual(response.status_code, status, response.content)
        return response.json()

    def test_every_operation_gets_its_own_answer(self):
        stale, done, gone = (self.alice.todo(title=title) for title in ("stale", "done", "gone"))
        self.alice.patch(f"/todos/{stale['id']}", {"title": "theirs"})

        answer = self.bulk(
            {"op": "update", "id": stale["id"], "title": "mine", "version": stale["version"]},
            {"op": "complete", "id": done["id"]},
            {"op": "update", "id": done["id"], "due_time": "10:00"},
            {"op": "update", "id": str(uuid.uuid4()), "title": "nobody's"},
            {"op": "delete", "id": gone["id"]},
            {"op": "create", "title": "new"},
            {"op": "create"},
        )

        statuses = [result["status"] for result in answer["results"]]
        expected = ["conflict", "applied", "rejected", "conflict", "applied", "applied", "rejected"]
        self.assertEqual(statuses, expected)
        conflict, completed, rejected, missing, deleted, created, untitled = answer["results"]
        self.assertEqual((conflict["code"], conflict["current"]["title"]), ("stale", "theirs"))
        self.assertTrue(completed["current"]["completed"])
        self.assertEqual([fault["pointer"] for fault in rejected["errors"]], ["/due_time"])
        self.assertEqual((missing["code"], missing["current"]), ("not_found", None))
        self.assertIsNotNone(deleted["current"]["deleted_at"])
        self.assertEqual([fault["code"] for fault in untitled["errors"]], ["required"])
        for result in (completed, deleted, created):
            self.assertEqual(result["version"], answer["version"])
            self.assertEqual(self.alice.get(f"/todos/{result['id']}").json(), result["current"])
        self.assertEqual(sorted(self.alice.titles()), ["done", "new", "theirs"])

    def test_an_id_may_occur_several_times(self):
        todo = self.alice.todo()

        results = self.bulk(
            {"op": "complete", "id": todo["id"], "version": todo["version"]},
            {"op": "update", "id": todo["id"], "title": "after", "version": todo["version"]},
        )["results"]

        self.assertEqual([result["status"] for result in results], ["applied", "applied"])
        self.assertEqual(results[0]["current"], results[1]["current"])
        self.assertEqual((results[1]["current"]["title"], results[1]["current"]["completed"]), ("after", True))

    def test_what_was_written_along_is_told(self):
        parent = self.alice.todo(title="parent")
        child = self.alice.todo(title="child", parent=parent["id"])

        answer = self.bulk(
            {"op": "complete", "id": parent["id"]}, {"op": "destroy-nothing", "id": parent["id"]}, status=400
        )
        self.assertEqual(answer["errors"][0]["pointer"], "/operations/1/op")
        answer = self.bulk({"op": "complete", "id": parent["id"]})

        self.assertEqual([(row["id"], row["completed"]) for row in answer["also"]], [(child["id"], True)])
        self.assertEqual(self.bulk({"op": "complete", "id": parent["id"]})["also"], [])

    def test_a_list_in_the_way_of_one_is_none_of_the_others(self):
        project = self.alice.make("lists")
        todos = [self.alice.todo() for _ in range(3)]
        self.alice.delete(f"/lists/{project['id']}")

        results = self.bulk(
            *({"op": "update", "id": todo["id"], "priority": 3} for todo in todos),
            {"op": "move", "id": todos[0]["id"], "list": project["id"]},
        )["results"]

        self.assertEqual([result["status"] for result in results], ["applied"] * 3 + ["rejected"])
        self.assertEqual(results[3]["errors"][0]["code"], "trashed")
        # Its row all the same, as the others left it.
        self.assertEqual(results[3]["current"]["priority"], 3)

    def test_only_the_same_field_is_in_the_way(self):
        same, other = self.alice.todo(title="old"), self.alice.todo(title="old")
        self.alice.patch(f"/todos/{same['id']}", {"title": "theirs"})
        self.alice.patch(f"/todos/{other['id']}", {"priority": 3})

        results = self.bulk(
            *({"op": "update", "id": todo["id"], "title": "mine", "base": {"title": "old"}} for todo in (same, other))
        )["results"]

        self.assertEqual([result["status"] for result in results], ["conflict", "applied"])
        self.assertEqual((results[1]["current"]["title"], results[1]["current"]["priority"]), ("mine", 3))

    def test_a_long_answer_is_repeated_with_its_rows(self):
        todos = [self.alice.todo(title=f"{number}", notes="long " * 400) for number in range(40)]
        operations = [{"op": "update", "id": todo["id"], "priority": 2, "version": todo["version"]} for todo in todos]
        operations.append({"op": "update", "id": todos[0]["id"], "due_time": "10:00"})
        self.alice.patch(f"/todos/{todos[3]['id']}", {"title": "theirs"})

        first = self.bulk(*operations, **{"Idempotency-Key": "once"})
        again = self.bulk(*operations, **{"Idempotency-Key": "once"})

        self.assertGreater(len(str(first)), 65_536)
        self.assertEqual(first["results"][3]["status"], "conflict")
        self.assertEqual(first["results"][40]["status"], "rejected")
        self.assertEqual(again, first)

    def test_the_mode_is_one_of_two(self):
        operations = [{"op": "create", "title": "x"}]

        self.assert_fault(
            self.alice.post("/todos/bulk", {"operations": operations, "mode": "some"}), "/mode", "invalid_choice"
        )
        self.assert_fault(self.alice.post("/todos/bulk", {"mode": "each"}), "/operations", "required")
        self.assert_fault(
            self.alice.post("/todos/bulk", {"mode": "each", "operations": [{"op": "update"}]}),
            "/operations/0/id",
            "required",
        )
        self.assertEqual(
            self.alice.post("/todos/bulk", {"operations": operations, "mode": "all"}).json()["mode"], "all"
        )
