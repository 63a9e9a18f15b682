import uuid

from tests.todos.case import TodosTestCase

WRONG_TYPES = {
    "title": [1, True, ["x"], {"a": 1}, None],
    "notes": [1, False, [], None],
    "completed": ["true", 1, 0, "", None, []],
    "priority": ["1", 1.0, True, None, [1]],
    "due_date": [20261122, "2026-1-2", "20261122", "2026-W47-7", "tomorrow", "2026-11-22T10:00:00Z", True],
    "due_time": [930, "9:30", "09:30:00", "24:00", "09:60", "09:30Z", True],
    "time_zone": ["Mars/Olympus", "+02:00", "localtime", "europe/berlin", "../etc/passwd", 1, ""],
    "starts_on": [1, "soon", {}],
    "list": [1, "inbox", "", None, [], "urn:uuid:6f1c4f0e-5f5b-4a53-9a53-2d1f0f6f7d11"],
    "parent": [1, "x", {}, False],
    "tags": ["a", [1], [None], [[]], {"a": 1}, [""], [" "], ["x" * 61], ["x\0"], None],
}
OUT_OF_RANGE = {
    "title": ["", "  ", "\n", "\u200b", "x" * 501],
    "notes": ["x" * 20_001],
    "priority": [-1, 4, 10**18, 10**30],
    "due_date": ["2026-02-31", "1969-12-31", "0000-01-01", "2027-02-29"],
    "tags": [[f"tag {number}" for number in range(51)]],
}
HOSTILE = ["a\0b", "\x1b[31m", "a\x7fb", "a\x85b", "bell\a", "carriage\rreturn"]
READ_ONLY = ["id", "completed_at", "due_at", "position", "created_at", "updated_at", "deleted_at"]


class BadTodos(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.todo = self.alice.todo(due_date="2026-03-01")

    def tearDown(self) -> None:
        # Whatever was refused has left nothing behind.
        self.assertEqual(self.alice.get("/todos").json()["results"], [self.todo])
        super().tearDown()

    def refused(self, values, name, code=None):
        for response in (
            self.alice.patch(f"/todos/{self.todo['id']}", values),
            self.alice.post("/todos", {"title": "x", **values}),
            self.alice.put(f"/todos/{self.todo['id']}", {"title": "x", **values}),
        ):
            faults = {fault["pointer"]: fault["code"] for fault in response.json().get("errors", [])}
            self.assertEqual(response.status_code, 400, values)
            found = [pointer for pointer in faults if pointer == f"/{name}" or pointer.startswith(f"/{name}/")]
            self.assertTrue(found, response.json())
            if code:
                self.assertEqual(faults[f"/{name}"], code)

    def test_values_of_the_wrong_type(self):
        for name, values in WRONG_TYPES.items():
            for value in values:
                with self.subTest(name, value=value):
                    self.refused({name: value}, name)

    def test_values_out_of_range(self):
        for name, values in OUT_OF_RANGE.items():
            for value in values:
                with self.subTest(name, value=str(value)[:20]):
                    self.refused({name: value}, name)

    def test_text_that_chokes_a_database_or_a_terminal(self):
        for text in HOSTILE:
            with self.subTest(repr(text)):
                self.refused({"title": text}, "title", "control_character")
                self.refused({"tags": [text]}, "tags")

    def test_unknown_fields_by_name(self):
        self.refused({"titel": "x"}, "titel", "unknown_field")
        self.refused({"a/b~c": 1}, "a~1b~0c", "unknown_field")

    def test_read_only_fields_by_name(self):
        for name in READ_ONLY:
            with self.subTest(name):
                response = self.alice.patch(f"/todos/{self.todo['id']}", {name: self.todo[name]})
                self.assert_fault(response, f"/{name}", "read_only")

    def test_a_new_todo_has_no_version(self):
        self.assert_fault(self.alice.post("/todos", {"title": "x", "version": 1}), "/version", "read_only")

    def test_all_faults_are_told_at_once(self):
        response = self.alice.post("/todos", {"priority": 9, "color": "red", "due_date": "never"})

        faults = {(fault["pointer"], fault["code"]) for fault in response.json()["errors"]}
        expected = {("/title", "required"), ("/priority", "max_value"), ("/due_date", "invalid")}
        self.assertEqual(faults, expected | {("/color", "unknown_field")})

    def test_a_body_that_is_no_object(self):
        for body in ([], "text", 1, None, [{"title": "x"}]):
            with self.subTest(body=body):
                response = self.alice.post("/todos", body)
                self.assertEqual(response.status_code, 400)

    def test_a_lone_surrogate(self):
        response = self.alice.client.post("/api/v1/todos", b'{"title": "\\ud800"}', content_type="application/json")

        self.assertEqual(response.status_code, 400)

    def test_references_to_what_is_not_there_or_not_ours(self):
        foreign = {"list": self.mallory.inbox["id"], "parent": self.mallory.todo()["id"]}
        for name in ("list", "parent"):
            answers = [
                self.alice.patch(f"/todos/{self.todo['id']}", {name: uid}) for uid in (foreign[name], str(uuid.uuid4()))
            ]
            for answer in answers:
                self.assert_fault(answer, f"/{name}", "does_not_exist")
            first, second = (answer.json()["errors"] for answer in answers)
            self.assertEqual(first, second)

    def test_a_time_without_a_date_and_a_zone_without_a_time(self):
        self.assert_fault(
            self.alice.post("/todos", {"title": "x", "due_time": "10:00"}), "/due_time", "time_needs_date"
        )
        body = {"title": "x", "due_date": "2026-03-01", "time_zone": "Europe/Berlin"}
        self.assert_fault(self.alice.post("/todos", body), "/time_zone", "zone_needs_time")


class BadParameters(TodosTestCase):
    def test_they_are_refused_by_name(self):
        for query, code in {
            "colour=red": "unknown_parameter",
            "status=open&status=completed": "repeated",
            "status=deleted": "invalid_choice",
            "due=yesterday": "invalid_choice",
            "starts=never": "invalid_choice",
            "list=inbox": "invalid",
            "parent=7": "invalid",
            "priority_gte=4": "invalid_choice",
            "priority_gte=high": "invalid_choice",
            "due_before=2026-02-30": "invalid",
            "due_after=yesterday": "invalid",
            "tz=Mars/Olympus": "unknown_zone",
            "ordering=color": "invalid_choice",
            "ordering=--due": "invalid_choice",
            "page_size=0": "invalid",
            "page_size=201": "invalid",
            "page_size=ten": "invalid",
            "page_size=%C2%B2": "invalid",
            "cursor=abc": "bad_cursor",
            "cursor=%00": "bad_cursor",
            "cursor=%C3%A4": "bad_cursor",
            "tag=": "empty",
            "q=%00": "null_characters_not_allowed",
            "q=" + "x" * 201: "max_length",
            "&".join(f"tag={number}" for number in range(21)): "max_length",
        }.items():
            with self.subTest(query[:30]):
                response = self.alice.get(f"/todos?{query}")
                self.assert_fault(response, "/" + query.partition("=")[0], code)
                self.assertEqual(response.json()["errors"][0]["in"], "query")

    def test_other_addresses_take_none_either(self):
        todo = self.alice.todo()

        for path in ("/me?a=1", "/lists?a=1", "/tags?a=1", f"/todos/{todo['id']}?a=1", "/summary?a=1", "/changes?a=1"):
            with self.subTest(path):
                self.assert_fault(self.alice.get(path), "/a", "unknown_parameter")

    def test_an_id_that_is_none_is_not_found(self):
        for uid in ("1", "x" * 300, "none", "%00", "6F1C4F0E5F5B4A539A532D1F0F6F7D11"):
            with self.subTest(uid[:10]):
                self.assertEqual(self.alice.get(f"/todos/{uid}").status_code, 404)
                self.assertEqual(self.alice.post(f"/todos/{uid}/complete").status_code, 404)
