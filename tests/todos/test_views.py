"""Saved views as rows: what their query may say, how it is kept, and everything that rows can do."""

from __future__ import annotations

import json
import uuid

from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from tests.todos.case import TodosTestCase
from todos.models import Tombstone, View

QUERY = {"status": "open", "due": ["overdue", "today"], "tag": ["home"], "ordering": "due"}


class Views(TodosTestCase):
    def names(self):
        return [row["name"] for row in self.alice.get("/views").json()["results"]]

    def test_a_new_view_comes_last(self):
        self.alice.make("views", name="first")
        view = self.alice.make("views", name=" Due ", color="#A0b1c2", query=QUERY)

        self.assertEqual((view["name"], view["color"], view["broken"]), ("Due", "#a0b1c2", False))
        self.assertEqual(view["query"], QUERY)
        self.assertEqual(self.names(), ["first", "Due"])
        self.assertEqual(self.alice.get(f"/views/{view['id']}").json(), view)
        self.assertEqual(self.alice.get("/changes").json()["views"][1], view)

    def test_equal_queries_are_stored_alike(self):
        body = {"id": str(uuid.uuid4()), "name": "x"}
        one, two = str(uuid.uuid4()), str(uuid.uuid4())
        first = {"due": ["today", "overdue", "today"], "list": [one.upper(), two], "q": " a ", "tag": ["b", "A", " a "]}
        second = {"tag": ["A", "b"], "q": "a", "list": sorted([two, one]), "due": ["overdue,today"]}

        created = self.alice.post("/views", {**body, "query": first})
        again = self.alice.post("/views", {**body, "query": second})
        other = self.alice.post("/views", {**body, "query": {}})

        self.assertEqual((created.status_code, again.status_code), (201, 200))
        self.assertEqual(created.json(), again.json())
        self.assertEqual(created.json()["query"], {**second, "due": ["overdue", "today"]})
        self.assert_fault(other, "/id", "id_conflict", status=409)
        self.assertEqual(other.json()["current"], created.json())

    def test_every_kind_of_value_stays_what_it_is(self):
        query = {
            "completed_after": "2026-01-31",
            "has_notes": False,
            "list": ["inbox"],
            "parent": str(uuid.uuid4()),
            "priority_gte": 2,
            "starts": "all",
            "tag": ['"a, b"', "it"],
        }
        self.assertEqual(self.alice.make("views", query=query)["query"], query)

    def test_what_the_address_refuses_a_body_refuses_by_name(self):
        for query, name, code in (
            ([], "", "invalid"),
            ({"color": "red"}, "/color", "unknown_parameter"),
            ({"tz": "UTC"}, "/tz", "unknown_parameter"),
            ({"ids": [str(uuid.uuid4())]}, "/ids", "unknown_parameter"),
            ({"cursor": "x"}, "/cursor", "unknown_parameter"),
            ({"view": str(uuid.uuid4())}, "/view", "unknown_parameter"),
            ({"status": "gone"}, "/status", "invalid_choice"),
            ({"status": None}, "/status", "invalid"),
            ({"status": ["open"]}, "/status", "invalid"),
            ({"ordering": "notes"}, "/ordering", "invalid_choice"),
            ({"due": "today"}, "/due", "invalid"),
            ({"due": ["soon"]}, "/due", "invalid_choice"),
            ({"due": [1]}, "/due", "invalid"),
            ({"due": []}, "/due", "min_items"),
            ({"tag": ["x"] * 21}, "/tag", "max_items"),
            ({"tag": ["x" * 61]}, "/tag", "max_length"),
            ({"tag": ["a, b"]}, "/tag", "comma"),
            ({"list": ["hers"]}, "/list", "invalid"),
            ({"priority_gte": "2"}, "/priority_gte", "invalid"),
            ({"priority_gte": True}, "/priority_gte", "invalid"),
            ({"priority_gte": 4}, "/priority_gte", "invalid_choice"),
            ({"has_notes": "true"}, "/has_notes", "invalid"),
            ({"due_before": "2026-02-30"}, "/due_before", "invalid"),
            ({"q": ""}, "/q", "blank"),
            ({"q": "a\x00"}, "/q", "control_character"),
            ({"q": "x" * 201}, "/q", "max_length"),
            ({"q": "x" * 30_000}, "/q", "max_length"),
        ):
            with self.subTest(query):
                self.assert_fault(self.alice.post("/views", {"name": "x", "query": query}), f"/query{name}", code)
        self.assertEqual(self.names(), [])

    def test_every_fault_is_told_up_to_a_number(self):
        query = {f"p{number}": "x" for number in range(5_000)}
        errors = self.alice.post("/views", {"name": "x", "query": query}).json()["errors"]

        self.assertEqual([fault["code"] for fault in errors], ["unknown_parameter"] * 20 + ["more_faults"])

    def test_a_query_fits_into_its_bound(self):
        tags = [f"{number:02}{'ü' * 52}" for number in range(20)]
        response = self.alice.post("/views", {"name": "x", "query": {"tag": tags}})

        self.assert_fault(response, "/query", "max_bytes")
        self.assertEqual(self.alice.post("/views", {"name": "x", "query": {"tag": tags[:18]}}).status_code, 201)
        with self.assertRaises(DatabaseError), transaction.atomic():
            View.objects.update(query="x" * 2049)

    def test_a_query_is_replaced_whole_and_an_equal_one_is_no_change(self):
        view = self.alice.make("views", query=QUERY)
        path = f"/views/{view['id']}"

        self.assertEqual(self.alice.patch(path, {"query": {**QUERY, "due": ["today", "overdue"]}}).json(), view)
        self.assertEqual(self.alice.patch(path, {"query": {"q": "a"}}).json()["query"], {"q": "a"})
        self.assert_fault(self.alice.patch(path, {"query": None}), "/query", "null")
        self.assert_fault(self.alice.post("/views", {"name": "x"}), "/query", "required")

    def test_put_creates_replaces_and_honours_versions(self):
        path = f"/views/{uuid.uuid4()}"
        body = {"name": "new", "query": QUERY, "color": "#abcdef"}
        first, second = self.alice.put(path, body), self.alice.put(path, body)
        self.assertEqual((first.status_code, second.status_code, first.json()), (201, 200, second.json()))
        self.assertTrue(first["Location"].endswith(path))

        bare = self.alice.put(path, {"name": "bare", "query": {}}).json()
        self.assertEqual((bare["color"], bare["position"]), (None, first.json()["position"]))
        for response, code in (
            (self.alice.put(path, body, **{"If-Match": '"0"'}), "stale"),
            (self.alice.patch(path, {"name": "late", "version": first.json()["version"]}), "stale"),
            (self.alice.delete(path, **{"If-Match": '"0"'}), "stale"),
            (self.alice.put(path, body, **{"If-None-Match": "*"}), "exists"),
        ):
            self.assert_problem(response, 412, code)
            self.assertEqual(response.json()["current"], bare)
        self.assertEqual(self.alice.get(path, **{"If-None-Match": f'"{bare["version"]}"'}).status_code, 304)

    def test_views_are_moved_like_lists(self):
        one, two, three = (self.alice.make("views", name=name)["id"] for name in ("one", "two", "three"))
        for path, place, names in (
            (f"/views/{three}/move", {"after": None}, ["three", "one", "two"]),
            (f"/views/{three}/move", {"after": one}, ["one", "three", "two"]),
            (f"/views/{one}/move", {"before": str(uuid.uuid4()), "after": two}, ["three", "two", "one"]),
            (f"/views/{three}/move", {}, ["two", "one", "three"]),
        ):
            self.assertEqual(self.alice.post(path, place).status_code, 200)
            self.assertEqual(self.names(), names)
        stranger = self.mallory.make("views")["id"]
        self.assert_fault(self.alice.post(f"/views/{one}/move", {"after": stranger}), "/after", "does_not_exist")

    def test_views_without_room_between_them_get_new_places(self):
        one, two, three = (self.alice.make("views", name=name)["id"] for name in ("one", "two", "three"))
        View.objects.filter(uid=one).update(position="i")
        View.objects.filter(uid=two).update(position="i" + "0" * 59 + "1")
        View.objects.filter(uid=three).update(position="j")
        before = self.alice.version

        moved = self.alice.post(f"/views/{three}/move", {"after": one}).json()

        self.assertEqual(self.names(), ["one", "three", "two"])
        rows = self.alice.get(f"/changes?since={before}").json()["views"]
        self.assertEqual({row["version"] for row in rows}, {moved["version"]})
        self.assertEqual(len(rows), 3)

    def test_a_deleted_view_is_gone_and_leaves_a_tombstone(self):
        view = self.alice.make("views", query=QUERY)
        path = f"/views/{view['id']}"
        since = self.alice.version

        gone = self.alice.delete(path)

        deleted = {"kind": "view", "id": view["id"], "version": since + 1}
        self.assertEqual((gone.status_code, gone["ETag"]), (204, f'"{since + 1}"'))
        self.assertEqual(self.alice.get(f"/changes?since={since}").json()["deleted"], [deleted])
        self.assertEqual((self.alice.get(path).status_code, self.alice.delete(path).status_code), (404, 404))
        self.assert_problem(self.alice.put(path, {"name": "late", "query": {}}), 409, "erased")

    def test_there_is_room_for_so_many(self):
        with override_settings(QUOTA_VIEWS=2):
            kept = [self.alice.make("views") for _ in range(2)]
            for response in (
                self.alice.post("/views", {"name": "x", "query": {}}),
                self.alice.put(f"/views/{uuid.uuid4()}", {"name": "x", "query": {}}),
            ):
                self.assert_problem(response, 409, "too_many_views")
            self.alice.delete(f"/views/{kept[0]['id']}")
            self.alice.make("views")
        with override_settings(QUOTA_VIEWS=0):
            self.alice.make("views")

    def test_an_erasure_takes_them_and_an_export_has_them(self):
        view = self.alice.make("views", name="mine", query=QUERY)
        self.mallory.make("views", name="hers")
        exported = json.loads(self.alice.get("/me/export").getvalue())["views"]
        self.assertEqual([(row["id"], row["name"]) for row in exported], [(view["id"], "mine")])

        self.assertEqual(self.alice.delete("/me").status_code, 204)

        self.assertEqual([row.name for row in View.objects.all()], ["hers"])
        self.mallory.user.delete()
        self.assertEqual((View.objects.count(), Tombstone.objects.count()), (0, 0))

    def test_pages_of_views_follow_each_other(self):
        for number in range(3):
            self.alice.make("views", name=str(number))
        page = self.alice.get("/views?page_size=2").json()
        self.assertEqual([row["name"] for row in self.alice.get(page["next"]).json()["results"]], ["2"])


class PositionsAreComparedByteByByte(TodosTestCase):
    def test_on_either_database(self):
        for number, position in enumerate(("i9i", "ia1", "j", "i0", "hzz")):
            self.alice.make("views", name=position)
            View.objects.filter(name=position).update(position=position)
            self.assertEqual(View.objects.count(), number + 1)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT collation_name FROM information_schema.columns WHERE table_name = 'todos_view'"
                               " AND column_name = 'position'")  # fmt: skip
                self.assertEqual(cursor.fetchone(), ("C",))
        names = [row["name"] for row in self.alice.get("/views").json()["results"]]
        self.assertEqual(names, sorted(names))
