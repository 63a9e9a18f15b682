import uuid

from tests.todos.case import TodosTestCase


class Lists(TodosTestCase):
    def names(self, **parameters):
        return [row["name"] for row in self.alice.get("/lists", parameters).json()["results"]]

    def test_a_colour_is_six_hexadecimal_digits_and_nothing_after_them(self):
        for color in ("#aabbcc\n", "#aabbcg", "aabbcc", "#aabbc", 7):
            with self.subTest(color):
                self.assert_fault(self.alice.post("/lists", {"name": "x", "color": color}), "/color", "invalid")

    def test_a_colour_is_kept_in_lower_case(self):
        body = {"id": str(uuid.uuid4()), "name": "x", "color": "#AABBcc"}

        self.assertEqual(self.alice.make("lists", **body)["color"], "#aabbcc")
        self.assertEqual(self.alice.post("/lists", body).status_code, 200)

    def test_the_inbox_is_there_from_the_first_request_on(self):
        (inbox,) = self.alice.get("/lists").json()["results"]

        self.assertTrue(inbox["is_inbox"])
        self.assertEqual(self.alice.inbox, inbox)
        self.assertEqual(self.alice.todo()["list"], inbox["id"])

    def test_a_new_list_comes_last(self):
        project = self.alice.make("lists", name=" Project ", color="#a0b1c2")

        self.assertEqual((project["name"], project["color"], project["open_count"]), ("Project", "#a0b1c2", 0))
        self.assertEqual(self.names(), ["Inbox", "Project"])
        self.assertEqual(self.alice.get(f"/lists/{project['id']}").json(), project)

    def test_the_same_creation_twice_is_one_list(self):
        body = {"id": str(uuid.uuid4()), "name": "Project"}
        first = self.alice.post("/lists", body)

        second = self.alice.post("/lists", body)
        other = self.alice.post("/lists", {**body, "name": "Other"})

        self.assertEqual((first.status_code, second.status_code, first.json()), (201, 200, second.json()))
        self.assert_fault(other, "/id", "id_conflict", status=409)
        self.assertEqual(other.json()["current"], first.json())

    def test_open_count_is_what_the_list_shows(self):
        project = self.alice.make("lists")
        for values in ({}, {"completed": True}, {"starts_on": "9999-01-01"}, {"starts_on": "2000-01-01"}):
            self.alice.todo(list=project["id"], **values)

        count = self.alice.get(f"/lists/{project['id']}").json()["open_count"]

        self.assertEqual(count, len(self.alice.titles(list=project["id"], status="open")))
        self.assertEqual(count, 2)

    def test_patch_changes_what_it_names(self):
        project = self.alice.make("lists", name="Project", color="#a0b1c2")

        patched = self.alice.patch(f"/lists/{project['id']}", {"color": None}).json()

        changed = {name for name in project if patched[name] != project[name]}
        self.assertEqual((changed, patched["color"]), ({"color", "version", "updated_at"}, None))

    def test_archived_lists_are_listed_on_request(self):
        project = self.alice.make("lists", name="Old")

        archived = self.alice.patch(f"/lists/{project['id']}", {"archived": True}).json()

        self.assertIsNotNone(archived["archived_at"])
        self.assertEqual((self.names(), self.names(status="archived")), (["Inbox"], ["Old"]))
        self.assertIsNone(self.alice.patch(f"/lists/{project['id']}", {"archived": False}).json()["archived_at"])

    def test_an_archived_list_takes_no_todos(self):
        project, todo = self.alice.make("lists"), self.alice.todo()
        self.alice.patch(f"/lists/{project['id']}", {"archived": True})

        for response in (
            self.alice.post("/todos", {"title": "x", "list": project["id"]}),
            self.alice.patch(f"/todos/{todo['id']}", {"list": project["id"]}),
            self.alice.post(f"/todos/{todo['id']}/move", {"list": project["id"]}),
        ):
            self.assert_fault(response, "/list", "archived")

    def test_a_todo_of_an_archived_list_can_still_be_changed(self):
        project = self.alice.make("lists")
        todo = self.alice.todo(list=project["id"])
        self.alice.patch(f"/lists/{project['id']}", {"archived": True})

        body = {"list": project["id"], "notes": "x"}
        self.assertEqual(self.alice.patch(f"/todos/{todo['id']}", body).status_code, 200)

    def test_the_inbox_can_be_renamed_but_not_archived_or_deleted(self):
        path = f"/lists/{self.alice.inbox['id']}"

        self.assertEqual(self.alice.patch(path, {"name": "Eingang"}).json()["name"], "Eingang")
        self.assert_problem(self.alice.patch(path, {"archived": True}), 409, "inbox_stays")
        self.assert_problem(self.alice.delete(path), 409, "inbox_stays")

    def test_versions_are_honoured(self):
        project = self.alice.make("lists")
        path = f"/lists/{project['id']}"

        self.assertEqual(self.alice.get(path, **{"If-None-Match": f'"{project["version"]}"'}).status_code, 304)
        for response in (
            self.alice.patch(path, {"name": "x", "version": 0}),
            self.alice.delete(path, **{"If-Match": '"0"'}),
            self.alice.post(f"{path}/restore", {"version": 0}),
            self.alice.post(f"{path}/move", {"version": 0}),
        ):
            self.assert_problem(response, 412, "stale")
            self.assertEqual(response.json()["current"], project)

    def test_bad_input_is_named(self):
        project = self.alice.make("lists")

        for values, pointer, code in (
            ({"name": " "}, "/name", "blank"),
            ({"name": "x" * 101}, "/name", "max_length"),
            ({"name": 1}, "/name", "invalid"),
            ({"color": "red"}, "/color", "invalid"),
            ({"color": "#AABBCG"}, "/color", "invalid"),
            ({"color": 7}, "/color", "invalid"),
            ({"is_inbox": True}, "/is_inbox", "read_only"),
            ({"archived_at": None}, "/archived_at", "read_only"),
            ({"colour": "x"}, "/colour", "unknown_field"),
        ):
            with self.subTest(values):
                self.assert_fault(self.alice.patch(f"/lists/{project['id']}", values), pointer, code)
                self.assert_fault(self.alice.post("/lists", {"name": "x", **values}), pointer, code)
        self.assert_fault(self.alice.post("/lists", {}), "/name", "required")
        self.assert_fault(self.alice.patch(f"/lists/{project['id']}", {"archived": "yes"}), "/archived", "invalid")
        self.assert_fault(self.alice.get("/lists?status=deleted"), "/status", "invalid_choice")


class ListTrash(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.project = self.alice.make("lists", name="Project")
        self.path = f"/lists/{self.project['id']}"
        self.todo = self.alice.todo(title="in it", list=self.project["id"])

    def test_a_list_takes_its_todos_along_and_brings_them_back(self):
        self.alice.todo(title="sub", parent=self.todo["id"])

        self.assertEqual(self.alice.delete(self.path).status_code, 204)
        self.assertEqual(self.alice.titles(status="trashed"), ["in it", "sub"])
        self.assertIsNotNone(self.alice.get(self.path).json()["deleted_at"])

        restored = self.alice.post(f"{self.path}/restore").json()
        self.assertEqual((restored["deleted_at"], restored["open_count"]), (None, 2))
        self.assertEqual(self.alice.titles(list=self.project["id"]), ["in it", "sub"])

    def test_what_was_in_the_trash_before_stays_there(self):
        self.alice.todo(title="stays", list=self.project["id"])
        self.alice.delete(f"/todos/{self.todo['id']}")
        self.alice.delete(self.path)

        self.alice.post(f"{self.path}/restore")

        self.assertEqual(self.alice.titles(status="trashed"), ["in it"])

    def test_a_todo_restored_without_its_list_comes_to_the_inbox(self):
        child = self.alice.todo(parent=self.todo["id"])
        self.alice.delete(self.path)

        restored = self.alice.post(f"/todos/{self.todo['id']}/restore").json()

        self.assertEqual(restored["list"], self.alice.inbox["id"])
        self.assertEqual(self.alice.get(f"/todos/{child['id']}").json()["list"], self.alice.inbox["id"])

    def test_deleting_twice_changes_nothing(self):
        self.alice.delete(self.path)
        before = self.alice.version

        self.assertEqual(self.alice.delete(self.path).status_code, 204)
        self.assertEqual(self.alice.version, before)

    def test_a_trashed_list_takes_nothing(self):
        self.alice.delete(self.path)

        self.assert_problem(self.alice.patch(self.path, {"name": "x"}), 409, "trashed")
        self.assert_problem(self.alice.post(f"{self.path}/move"), 409, "trashed")
        self.assert_fault(self.alice.post("/todos", {"title": "x", "list": self.project["id"]}), "/list", "trashed")
        response = self.alice.patch("/me", {"default_list": self.project["id"]})
        self.assert_fault(response, "/default_list", "trashed")

    def test_a_default_list_that_goes_gives_way_to_the_inbox(self):
        for away in (lambda: self.alice.delete(self.path), lambda: self.alice.patch(self.path, {"archived": True})):
            self.alice.post(f"{self.path}/restore")
            self.assertEqual(
                self.alice.patch("/me", {"default_list": self.project["id"]}).json()["default_list"], self.project["id"]
            )
            away()
            self.assertIsNone(self.alice.get("/me").json()["default_list"])
            self.assertEqual(self.alice.todo()["list"], self.alice.inbox["id"])
