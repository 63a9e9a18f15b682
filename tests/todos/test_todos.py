import uuid

from tests.todos.case import TodosTestCase
from todos.models import Todo


class Creating(TodosTestCase):
    def test_a_title_is_enough(self):
        response = self.alice.post("/todos", {"title": " Buy milk "})

        todo = response.json()
        self.assertEqual((response.status_code, todo["title"]), (201, "Buy milk"))
        self.assertEqual(response["ETag"], f'"{todo["version"]}"')
        self.assertEqual(response["Location"], f"http://testserver/api/v1/todos/{todo['id']}")
        self.assertEqual(todo["list"], self.alice.inbox["id"])

    def test_the_answer_to_a_write_is_what_a_read_gives(self):
        project = self.alice.make("lists", name="Project")
        todo = self.alice.todo(
            list=project["id"], tags=["b", "A"], due_date="2026-03-29", due_time="02:30", priority=2, notes="n"
        )

        self.assertEqual(self.alice.get(f"/todos/{todo['id']}").json(), todo)
        in_lists = {"subtasks": {"open": 0, "total": 0}, "has_notes": True}
        self.assertEqual(self.alice.get("/todos").json()["results"], [todo | in_lists])

    def test_the_same_id_and_content_again_is_the_same_todo(self):
        body = {"id": str(uuid.uuid4()), "title": "Offline", "tags": ["A"]}
        first = self.alice.post("/todos", body)

        second = self.alice.post("/todos", {**body, "tags": ["a"], "title": "Offline "})

        self.assertEqual((first.status_code, second.status_code), (201, 200))
        self.assertEqual(second.json(), first.json())

    def test_the_same_id_with_other_content_is_a_conflict_that_shows_the_todo(self):
        todo = self.alice.todo()

        response = self.alice.post("/todos", {"id": todo["id"], "title": "Other"})

        self.assert_fault(response, "/id", "id_conflict", status=409)
        self.assertEqual(response.json()["current"], todo)

    def test_two_users_can_choose_the_same_id(self):
        todo = self.alice.todo()

        response = self.mallory.post("/todos", {"id": todo["id"], "title": "Mine"})

        self.assertEqual(response.status_code, 201)
        self.assertEqual(self.alice.titles(), ["something"])

    def test_an_id_made_here_sorts_by_time(self):
        first, second = self.alice.todo(), self.alice.todo()

        self.assertEqual(uuid.UUID(first["id"]).version, 7)
        self.assertLessEqual(first["id"][:13], second["id"][:13])

    def test_a_retry_of_what_was_trashed_meanwhile_shows_it_in_the_trash(self):
        body = {"id": str(uuid.uuid4()), "title": "Gone"}
        self.alice.post("/todos", body)
        self.alice.delete(f"/todos/{body['id']}")

        response = self.alice.post("/todos", body)

        self.assertEqual(response.status_code, 200)
        self.assertIsNotNone(response.json()["deleted_at"])


class Patching(TodosTestCase):
    def test_absent_stays_and_null_clears(self):
        todo = self.alice.todo(due_date="2026-03-01", notes="keep", tags=["a"], priority=1)

        patched = self.alice.patch(f"/todos/{todo['id']}", {"due_date": None}).json()

        changed = {name for name in todo if patched[name] != todo[name]}
        self.assertEqual(changed, {"due_date", "version", "updated_at"})

    def test_equal_values_change_nothing_not_even_the_version(self):
        todo = self.alice.todo(tags=["a", "b"], due_date="2026-03-01")

        same = {name: todo[name] for name in ("title", "notes", "tags", "due_date", "priority", "list", "parent")}
        patched = self.alice.patch(f"/todos/{todo['id']}", same).json()

        self.assertEqual(patched, {**todo, "also": []})
        self.assertEqual(self.alice.version, todo["version"])

    def test_null_is_refused_where_there_is_nothing_to_clear(self):
        todo = self.alice.todo()

        for name in ("title", "notes", "priority", "completed", "list", "tags"):
            with self.subTest(name):
                self.assert_fault(self.alice.patch(f"/todos/{todo['id']}", {name: None}), f"/{name}", "null")

    def test_a_date_can_not_go_while_its_time_stays(self):
        todo = self.alice.todo(due_date="2026-03-01", due_time="10:00", time_zone="Europe/Berlin")

        response = self.alice.patch(f"/todos/{todo['id']}", {"due_date": None})
        self.assert_fault(response, "/due_time", "time_needs_date")
        response = self.alice.patch(f"/todos/{todo['id']}", {"due_time": None})
        self.assert_fault(response, "/time_zone", "zone_needs_time")

    def test_merge_patch_is_a_content_type(self):
        todo = self.alice.todo()

        response = self.alice.client.patch(
            f"/api/v1/todos/{todo['id']}", b'{"title": "New"}', content_type="application/merge-patch+json"
        )

        self.assertEqual(response.json()["title"], "New")

    def test_another_list_takes_the_subtasks_along(self):
        project, todo = self.alice.make("lists"), self.alice.todo()
        subtask = self.alice.todo(parent=todo["id"])

        self.alice.patch(f"/todos/{todo['id']}", {"list": project["id"]})

        self.assertEqual(self.alice.get(f"/todos/{subtask['id']}").json()["list"], project["id"])


class Putting(TodosTestCase):
    def test_it_creates_under_a_chosen_id(self):
        uid = str(uuid.uuid4())

        response = self.alice.put(f"/todos/{uid}", {"title": "Mine"})

        self.assertEqual((response.status_code, response.json()["id"]), (201, uid))
        self.assertEqual(response["Location"], f"http://testserver/api/v1/todos/{uid}")

    def test_it_gives_defaults_to_what_it_leaves_out(self):
        project = self.alice.make("lists")
        todo = self.alice.todo(list=project["id"], notes="old", tags=["a"], due_date="2026-03-01", completed=True)

        response = self.alice.put(f"/todos/{todo['id']}", {"title": "New"})

        replaced = response.json()
        self.assertEqual((response.status_code, replaced["list"]), (200, self.alice.inbox["id"]))
        self.assertEqual((replaced["notes"], replaced["tags"], replaced["due_date"]), ("", [], None))
        self.assertFalse(replaced["completed"])
        self.assertEqual(replaced["position"], todo["position"])

    def test_a_subtask_is_replaced_in_the_list_of_its_parent(self):
        project = self.alice.make("lists")
        parent, todo = self.alice.todo(list=project["id"]), self.alice.todo()

        replaced = self.alice.put(f"/todos/{todo['id']}", {"title": "Sub", "parent": parent["id"]}).json()

        self.assertEqual((replaced["list"], replaced["parent"]), (project["id"], parent["id"]))

    def test_if_none_match_insists_on_creating(self):
        todo = self.alice.todo()

        response = self.alice.put(f"/todos/{todo['id']}", {"title": "New"}, **{"If-None-Match": "*"})

        self.assert_problem(response, 412, "exists")
        self.assertEqual(response.json()["current"], todo)

    def test_if_match_insists_on_replacing(self):
        for tag in ('"1"', "*"):
            with self.subTest(tag):
                response = self.alice.put(f"/todos/{uuid.uuid4()}", {"title": "New"}, **{"If-Match": tag})

                self.assert_problem(response, 412, "stale")
                self.assertIsNone(response.json()["current"])
        todo = self.alice.todo()
        response = self.alice.put(f"/todos/{todo['id']}", {"title": "New"}, **{"If-Match": "*"})
        self.assertEqual((response.status_code, response.json()["title"]), (200, "New"))


class Versions(TodosTestCase):
    def test_a_known_version_is_not_sent_again(self):
        todo = self.alice.todo()

        for header in (f'"{todo["version"]}"', f'W/"{todo["version"]}"', f'"1000", "{todo["version"]}"', "*"):
            with self.subTest(header):
                response = self.alice.get(f"/todos/{todo['id']}", **{"If-None-Match": header})
                self.assertEqual((response.status_code, response.content), (304, b""))
                self.assertEqual(response["ETag"], f'"{todo["version"]}"')

    def test_every_write_honours_the_version(self):
        for send in (
            lambda todo, **headers: self.alice.patch(f"/todos/{todo['id']}", {"title": "x"}, **headers),
            lambda todo, **headers: self.alice.put(f"/todos/{todo['id']}", {"title": "x"}, **headers),
            lambda todo, **headers: self.alice.delete(f"/todos/{todo['id']}", **headers),
            lambda todo, **headers: self.alice.post(f"/todos/{todo['id']}/complete", **headers),
            lambda todo, **headers: self.alice.post(f"/todos/{todo['id']}/move", **headers),
        ):
            todo = self.alice.todo()
            for stale in ('"0"', f'W/"{todo["version"]}"', '"99999999999999999999"'):
                with self.subTest(stale):
                    response = send(todo, **{"If-Match": stale})
                    self.assert_problem(response, 412, "stale")
                    self.assertEqual(response.json()["current"], todo)
            self.assertLess(send(todo, **{"If-Match": f'"{todo["version"]}"'}).status_code, 300)

    def test_a_refusal_has_no_row_that_would_make_it_too_long(self):
        todo = self.alice.todo()
        for notes, is_shown in (("ä" * 20_000, True), ('"' * 20_000, True), ("\U0001f600" * 20_000, False)):
            with self.subTest(notes[0]):
                self.alice.patch(f"/todos/{todo['id']}", {"notes": notes})
                todo = self.alice.get(f"/todos/{todo['id']}").json()

                response = self.alice.patch(f"/todos/{todo['id']}", {"title": "x"}, **{"If-Match": '"0"'})

                self.assert_problem(response, 412, "stale")
                problem = response.json()
                self.assertEqual(problem["current"], todo if is_shown else None)
                self.assertEqual(problem.get("current_is_too_long", False), not is_shown)
                self.assertLessEqual(len(response.content), 64_000)

    def test_a_conflict_within_a_bulk_has_no_such_row_either(self):
        todo = self.alice.todo()
        # Older than the rule that notes have no control characters.
        Todo.objects.update(notes="\x01" * 20_000)

        response = self.alice.post("/todos/bulk", {"operations": [{"op": "create", "id": todo["id"], "title": "x"}]})

        self.assert_fault(response, "/operations/0/id", "id_conflict", status=409)
        self.assertEqual((response.json()["current"], response.json()["current_is_too_long"]), (None, True))
        self.assertLessEqual(len(response.content), 64_000)

    def test_an_etag_without_its_quotes_is_a_fault_and_no_conflict(self):
        todo = self.alice.todo()

        response = self.alice.patch(f"/todos/{todo['id']}", {"title": "x"}, **{"If-Match": str(todo["version"])})

        self.assert_fault(response, "/If-Match", "invalid")

    def test_a_version_in_the_body_means_the_same(self):
        todo = self.alice.todo()

        for verb in ("complete", "reopen", "move", "restore"):
            with self.subTest(verb):
                response = self.alice.post(f"/todos/{todo['id']}/{verb}", {"version": todo["version"] - 1})
                self.assert_problem(response, 412, "stale")
        response = self.alice.patch(f"/todos/{todo['id']}", {"title": "New", "version": todo["version"]})
        self.assertEqual(response.status_code, 200)

    def test_header_and_body_have_to_agree(self):
        todo = self.alice.todo()

        body = {"title": "New", "version": todo["version"]}
        response = self.alice.patch(f"/todos/{todo['id']}", body, **{"If-Match": '"0"'})

        self.assert_problem(response, 412, "stale")

    def test_the_etag_of_another_row_does_not_fit(self):
        other, todo = self.alice.todo(), self.alice.todo()

        response = self.alice.delete(f"/todos/{todo['id']}", **{"If-Match": f'"{other["version"]}"'})

        self.assert_problem(response, 412, "stale")

    def test_a_refused_change_uses_up_no_number(self):
        todo = self.alice.todo()
        self.alice.patch(f"/todos/{todo['id']}", {"title": "x", "version": 0})
        self.alice.patch(f"/todos/{todo['id']}", {"due_time": "10:00"})

        self.assertEqual(self.alice.todo()["version"], todo["version"] + 1)


class Headers(TodosTestCase):
    def test_other_methods_are_refused_with_the_ones_there_are(self):
        todo = self.alice.todo()

        for method in ("post", "options"):
            response = getattr(self.alice.client, method)(f"/api/v1/todos/{todo['id']}")
            self.assert_problem(response, 405, "method_not_allowed")
            self.assertEqual(response["Allow"], "GET, HEAD, PUT, PATCH, DELETE")

    def test_an_unknown_verb_is_not_found_whatever_the_method(self):
        row = f"/todos/{self.alice.todo()['id']}"
        for path in ("/todos/unknown", f"{row}/unknown", "/lists/unknown", f"{row}/complete/unknown", "/unknown"):
            for method in ("get", "post", "patch", "delete"):
                with self.subTest(path, method=method):
                    self.assert_problem(getattr(self.alice, method)(path), 404, "not_found")
        self.assertEqual(self.alice.post(row, {}).status_code, 405)

    def test_head_is_get_without_a_body(self):
        todo = self.alice.todo()

        response = self.alice.client.head(f"/api/v1/todos/{todo['id']}")

        self.assertEqual((response.status_code, response.content), (200, b""))
        self.assertEqual(response["ETag"], f'"{todo["version"]}"')

    def test_answers_are_private_and_vary_with_the_token(self):
        todo = self.alice.todo()

        for path in ("/todos", f"/todos/{todo['id']}", f"/todos/{uuid.uuid4()}", "/summary"):
            with self.subTest(path):
                response = self.alice.get(path)
                self.assertEqual(response["Cache-Control"], "private, no-cache")
                self.assertLessEqual({"Authorization", "Origin"}, set(response["Vary"].split(", ")))

    def test_a_foreign_row_and_no_row_are_the_same(self):
        todo = self.alice.todo()

        foreign, absent = (self.mallory.get(f"/todos/{uid}") for uid in (todo["id"], uuid.uuid4()))

        self.assertEqual((foreign.status_code, absent.status_code), (404, 404))
        own = ("request_id",)
        self.assertEqual(
            {name: value for name, value in foreign.json().items() if name not in own},
            {name: value for name, value in absent.json().items() if name not in own},
        )
