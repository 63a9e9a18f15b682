import uuid
from collections.abc import Iterator

from django.test import override_settings
from rest_framework import serializers

from tests.todos.case import TodosTestCase
from todos.api.bodies import StrictSerializer
from todos.api.records import Position
from todos.api.strict import Color, Items, Recurrence, Text, Zone

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
        self.assertEqual(self.alice.get(f"/todos/{self.todo['id']}").json(), self.todo)
        self.assertEqual(self.alice.titles(), [self.todo["title"]])
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

    def test_a_lone_surrogate_that_a_parser_let_through(self):
        for place in ("x\ud800y", "a\udfff", "\udc00b", "x" * 499 + "\ud800"):
            with self.subTest(place), self.assertRaises(serializers.ValidationError) as refused:
                Text(max_length=500).run_validation(place)
            self.assertIn("surrogate_characters_not_allowed", [fault.code for fault in refused.exception.detail])
        self.assertEqual(Text(max_length=2).run_validation("\ud7ff\U0001f600"), "\ud7ff\U0001f600")

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


class WhatIsSaid(TodosTestCase):
    """To people by a text, and to a translator by a code with parameters."""

    def assert_said(self, response, text, code, **params):
        problem = response.json()
        self.assertEqual((problem["detail"], problem["errors"][0]["detail"]), (text, text))
        self.assertEqual((problem["errors"][0]["code"], problem["errors"][0].get("params", {})), (code, params))

    def test_of_a_value_in_a_body(self):
        for values, text, code, params in (
            ({"title": 1}, "This has to be text.", "invalid", {"expected": "string"}),
            ({"title": "x" * 501}, "Write at most 500 characters.", "max_length", {"max": 500}),
            ({"priority": 4}, "Choose a number from 0 to 3.", "max_value", {"min": 0, "max": 3}),
            ({"priority": -1}, "Choose a number from 0 to 3.", "min_value", {"min": 0, "max": 3}),
            ({"tags": ["x"] * 51}, "There can be at most 50.", "max_items", {"max": 50}),
            ({"titel": 1}, "There is no such field here.", "unknown_field", {}),
        ):
            with self.subTest(code, values=str(values)[:20]):
                self.assert_said(self.alice.post("/todos", {"title": "x", **values}), text, code, **params)
        response = self.alice.post("/lists", {"name": "x", "color": "red"})
        self.assert_said(response, "Write a colour as #rrggbb, such as #3b82f6.", "invalid", expected="color")

    def test_of_an_operation_and_of_a_body(self):
        choices = ["create", "update", "complete", "reopen", "skip", "unskip", "delete", "restore", "move"]

        response = self.alice.post("/todos/bulk", {"operations": [{"op": "destroy"}]})

        self.assert_said(response, f"Choose one of {', '.join(choices)}.", "invalid_choice", choices=choices)
        response = self.alice.post("/todos/bulk", {"operations": []})
        self.assert_said(response, "There has to be at least 1.", "min_items", min=1)
        response = self.alice.post("/todos", [])
        self.assert_said(response, "This has to be an object in braces.", "invalid", expected="object")

    def test_of_a_parameter(self):
        response = self.alice.get("/todos?status=deleted")
        self.assert_said(
            response,
            "Choose one of open, completed, trashed.",
            "invalid_choice",
            choices=["open", "completed", "trashed"],
        )
        response = self.alice.get("/todos?page_size=201")
        self.assert_said(response, "Choose a number from 1 to 200.", "max_value", min=1, max=200)
        response = self.alice.get("/todos?page_size=ten")
        self.assert_said(response, "This has to be a whole number.", "invalid", expected="integer")

    def test_of_what_is_wrong_with_all_of_a_request(self):
        response = self.alice.client.post("/api/v1/todos", b'{"title": ', content_type="application/json")
        self.assertEqual((response.json()["code"], response.json()["params"]), ("malformed", {"line": 1, "column": 11}))
        response = self.alice.get("/todos?" + "&".join(["a=1"] * 101))
        self.assertEqual((response.json()["code"], response.json()["params"]), ("too_many_parameters", {"max": 100}))
        with override_settings(QUOTA_TODOS=1):
            self.alice.todo()
            response = self.alice.post("/todos", {"title": "x"})
        self.assertEqual((response.json()["code"], response.json()["params"]), ("too_many_todos", {"max": 1}))


class Meta(TodosTestCase):
    """A client's own JSON."""

    def test_is_kept_as_it_comes_and_synced(self):
        for meta in ({}, {"a": {"b": [1, 2.5, None, "\0 \u2028"]}}, {"x": "y" * 2040}, None):
            with self.subTest(str(meta)[:20]):
                todo = self.alice.todo(meta=meta)
                self.assertEqual(todo["meta"], meta)
                self.assertEqual(self.alice.get(f"/todos/{todo['id']}").json(), todo)
                self.assertEqual(self.alice.get("/changes").json()["todos"][-1]["meta"], meta)

    def test_an_equal_object_is_no_change_and_another_replaces_it_whole(self):
        todo = self.alice.todo(meta={"a": 1, "b": {"c": 2}})
        address = f"/todos/{todo['id']}"

        self.assertEqual(self.alice.patch(address, {"meta": {"b": {"c": 2}, "a": 1}}).json(), {**todo, "also": []})
        self.assertEqual(self.alice.patch(address, {"meta": {"b": {}}}).json()["meta"], {"b": {}})

    def test_it_is_an_object_of_at_most_2048_bytes(self):
        for meta, code in ((1, "invalid"), ([], "invalid"), ("{}", "invalid"), ({"x": "ä" * 1021}, "max_bytes")):
            with self.subTest(str(meta)[:20]):
                self.assert_fault(self.alice.post("/todos", {"title": "x", "meta": meta}), "/meta", code)
        self.assertEqual(self.alice.todo(meta={"x": "ä" * 1020})["meta"], {"x": "ä" * 1020})


class ManyFaults(TodosTestCase):
    """What is wrong is told up to a point, and looked for no further than that."""

    def codes(self, response):
        self.assertEqual(response.status_code, 400)
        return [fault["code"] for fault in response.json()["errors"]]

    def test_twenty_are_told_and_that_there_are_more(self):
        strangers = {f"member {number}": 1 for number in range(21)}
        response = self.alice.post("/todos", {"title": "x", **strangers})

        self.assertEqual(self.codes(response), ["unknown_field"] * 20 + ["more_faults"])
        self.assertEqual(response.json()["errors"][-1]["pointer"], "")

    def test_twenty_are_all(self):
        strangers = {f"member {number}": 1 for number in range(20)}

        self.assertEqual(self.codes(self.alice.post("/todos", {"title": "x", **strangers})), ["unknown_field"] * 20)

    def test_the_faults_of_fields_come_before_unknown_members(self):
        strangers = {f"member {number}": 1 for number in range(30)}

        self.assertEqual(
            self.codes(self.alice.post("/todos", {**strangers, "title": 1}))[:2], ["invalid", "unknown_field"]
        )

    def test_a_list_that_is_too_long_says_only_that(self):
        response = self.alice.post("/todos", {"title": "x", "tags": [1] * 51})

        self.assertEqual(self.codes(response), ["max_items"])

    def test_the_faults_of_a_list_are_told_up_to_a_point(self):
        response = self.alice.post("/todos", {"title": "x", "tags": [1] * 50})

        self.assertEqual(self.codes(response), ["invalid"] * 20 + ["more_faults"])

    def test_a_text_that_is_too_long_says_only_that(self):
        for text in ("\0" * 501, "\u200b" * 501):
            self.assertEqual(self.codes(self.alice.post("/todos", {"title": text})), ["max_length"])

    def test_a_title_is_measured_without_the_blanks_around_it(self):
        response = self.alice.post("/todos", {"title": " " * 1000 + "x" * 500 + " "})

        self.assertEqual(response.status_code, 201)

    def test_long_names_are_cut(self):
        response = self.alice.post("/todos", {"title": "x", "n" * 1000: 1})

        self.assert_fault(response, f"/{'n' * 63}…", "unknown_field")
        self.assert_fault(self.alice.get(f"/todos?{'n' * 1000}=1"), f"/{'n' * 63}…", "unknown_parameter")

    def test_more_values_than_any_request_needs(self):
        for body in ([1] * 60_000, [[]] * 60_000, {"a": [{"b": "c"}] * 20_000}, ["a"] * 60_000):
            with self.subTest(str(body)[:20]):
                self.assert_problem(self.alice.post("/todos", body), 400, "too_many_values")

    def test_marks_and_escapes_within_a_text_are_no_values(self):
        for text in (",:[{" * 5_000, '",' * 10_000, '\\",' * 6_000, "\\," * 10_000):
            operations = [{"op": "create", "title": "x", "notes": text}] * 20
            with self.subTest(text[:4]):
                self.assertEqual(self.alice.post("/todos/bulk", {"operations": operations}).status_code, 200)

    def test_no_answer_repeats_what_was_sent(self):
        secret = "Xyzzy" * 200
        for name in WRONG_TYPES:
            for value in (secret, [secret], {"a": secret}):
                if name != "notes" or value != secret:
                    with self.subTest(name):
                        response = self.alice.post("/todos", {"title": "x", name: value})
                        self.assertEqual(response.status_code, 400)
                        self.assertNotIn("Xyzzy", response.content.decode())
        for name in ("status", "starts", "due", "list", "parent", "tz", "priority_gte", "page_size", "cursor", "q"):
            with self.subTest(parameter=name):
                response = self.alice.get(f"/todos?{name}={secret}")
                self.assertEqual(response.status_code, 400)
                self.assertNotIn("Xyzzy", response.content.decode())


class EveryBodyHasAnEnd(TodosTestCase):
    def fields(self, kind: type[StrictSerializer] = StrictSerializer) -> Iterator[serializers.Field]:
        for serializer in kind.__subclasses__():
            yield from (field for field in serializer().fields.values() if not field.read_only)
            yield from self.fields(serializer)

    def test_lists_and_texts_are_measured_before_they_are_looked_through(self):
        fields = list(self.fields())
        self.assertGreater(len(fields), 50)
        for field in fields:
            for part in (field, getattr(field, "child", None)):
                with self.subTest(type(field.parent).__name__, field=field.field_name):
                    self.assertNotIsInstance(part, serializers.DictField | serializers.JSONField)
                    self.assertTrue(isinstance(part, Items) or not isinstance(part, serializers.ListField))
                    if isinstance(part, serializers.CharField):
                        # The others know how long each of their values is.
                        self.assertTrue(isinstance(part, Text) or type(part) in {Zone, Color, Recurrence, Position})

    def test_no_item_is_looked_at_after_the_last_fault_that_is_told(self):
        seen = []

        class Watched(Text):
            def to_internal_value(self, data):
                seen.append(data)
                return super().to_internal_value(data)

        with self.assertRaises(serializers.ValidationError):
            Items(child=Watched(max_length=1), max_length=100).run_validation(list(range(100)))
        self.assertEqual(len(seen), 21)


class BadParameters(TodosTestCase):
    def test_they_are_refused_by_name(self):
        for query, code in {
            "colour=red": "unknown_parameter",
            "status=open&status=completed": "repeated",
            "status=deleted": "invalid_choice",
            "due=yesterday": "invalid_choice",
            "starts=never": "invalid_choice",
            "list=Inbox": "invalid",
            "ids=7": "invalid",
            "tag=a,b": "comma",
            "due=today,soon": "invalid_choice",
            "due=today,": "invalid_choice",
            "completed_after=soon": "invalid",
            "has_notes=yes": "invalid",
            "total=1": "invalid",
            "ids=" + ",".join([str(uuid.uuid4())] * 201): "max_items",
            "&".join(["list=inbox"] * 21): "max_items",
            "parent=7": "invalid",
            "priority_gte=4": "invalid_choice",
            "priority_gte=high": "invalid_choice",
            "due_before=2026-02-30": "invalid",
            "due_after=yesterday": "invalid",
            "tz=Mars/Olympus": "unknown_zone",
            "ordering=color": "invalid_choice",
            "ordering=--due": "invalid_choice",
            "page_size=0": "min_value",
            "page_size=201": "max_value",
            "page_size=ten": "invalid",
            "page_size=%C2%B2": "invalid",
            "cursor=abc": "bad_cursor",
            "cursor=%00": "bad_cursor",
            "cursor=%C3%A4": "bad_cursor",
            "tag=": "empty",
            "q=%00": "null_characters_not_allowed",
            "q=" + "x" * 201: "max_length",
            "&".join(f"tag={number}" for number in range(21)): "max_items",
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

    def test_there_are_at_most_a_hundred_of_24_000_letters(self):
        for count, code in ((100, "unknown_parameter"), (101, "too_many_parameters"), (2_000, "too_many_parameters")):
            with self.subTest(count):
                query = "&".join(["a=1"] * count)
                self.assertIn(f'"{code}"', self.alice.get(f"/todos?{query}").content.decode())
        response = self.alice.get("/todos?q=" + "x" * 24_000)
        self.assert_problem(response, 414, "uri_too_long")

    def test_an_id_that_is_none_is_not_found(self):
        for uid in ("1", "x" * 300, "none", "%00", "6F1C4F0E5F5B4A539A532D1F0F6F7D11"):
            with self.subTest(uid[:10]):
                self.assertEqual(self.alice.get(f"/todos/{uid}").status_code, 404)
                self.assertEqual(self.alice.post(f"/todos/{uid}/complete").status_code, 404)
