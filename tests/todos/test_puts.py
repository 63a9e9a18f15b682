"""PUT on lists and tags: create or replace under an id of the client's own."""

from __future__ import annotations

import uuid

from django.test import override_settings

from tests.todos.case import TodosTestCase

KINDS = ("lists", "tags")


class Putting(TodosTestCase):
    def path(self, kind: str) -> str:
        return f"/{kind}/{uuid.uuid4()}"

    def test_creates_and_the_same_again_changes_nothing(self):
        for kind in KINDS:
            with self.subTest(kind):
                path = self.path(kind)
                first = self.alice.put(path, {"name": " new ", "color": "#ABCDEF"})
                second = self.alice.put(path, {"name": "new", "color": "#abcdef"})

                self.assertEqual((first.status_code, second.status_code), (201, 200))
                self.assertTrue(first["Location"].endswith(path))
                self.assertEqual(first.json(), second.json())
                self.assertEqual(second["ETag"], f'"{first.json()["version"]}"')
                read = self.alice.get(path).json()
                self.assertEqual({**read, "also": []}, {**first.json(), "also": []})

    def test_gives_defaults_to_what_it_leaves_out(self):
        for kind in KINDS:
            row = self.alice.make(kind, name="old", color="#abcdef")
            path = f"/{kind}/{row['id']}"
            if kind == "lists":
                self.alice.patch(path, {"archived": True})

            put = self.alice.put(path, {"name": "new"}).json()

            self.assertEqual((put["name"], put["color"], put.get("archived_at")), ("new", None, None))
            self.assertEqual(put.get("position"), row.get("position"))
            self.assert_fault(self.alice.put(path, {"color": None}), "/name", "required")
            self.assert_fault(self.alice.put(path, {"name": "x", "id": row["id"]}), "/id", "read_only")

    def test_honours_versions(self):
        for kind in KINDS:
            row = self.alice.make(kind, name="old")
            path, body = f"/{kind}/{row['id']}", {"name": "new"}
            for response, code in (
                (self.alice.put(path, body, **{"If-Match": '"0"'}), "stale"),
                (self.alice.put(path, {**body, "version": 0}), "stale"),
                (self.alice.put(path, body, **{"If-None-Match": "*"}), "exists"),
            ):
                self.assert_problem(response, 412, code)
                self.assertEqual(response.json()["current"], row)
            for headers in ({"If-Match": "*"}, {"If-Match": '"1"'}):
                self.assert_problem(self.alice.put(self.path(kind), body, **headers), 412, "stale")
            self.assertEqual(self.alice.put(path, body, **{"If-Match": "*"}).json()["name"], "new")
            created = self.alice.put(self.path(kind), {"name": "other"}, **{"If-None-Match": "*"})
            self.assertEqual(created.status_code, 201)

    def test_holds_to_quotas(self):
        with override_settings(QUOTA_LISTS=1, QUOTA_TAGS=0):
            self.assert_problem(self.alice.put(self.path("lists"), {"name": "x"}), 409, "too_many_lists")
        with override_settings(QUOTA_TAGS=1):
            self.alice.make("tags", name="one")
            self.assert_problem(self.alice.put(self.path("tags"), {"name": "x"}), 409, "too_many_tags")

    def test_the_inbox_can_be_renamed_but_not_archived(self):
        path = f"/lists/{self.alice.inbox['id']}"

        self.assertEqual(self.alice.put(path, {"name": "In"}).json()["name"], "In")
        self.assert_problem(self.alice.put(path, {"name": "In", "archived": True}), 409, "inbox_stays")

    def test_a_list_in_the_trash_or_archived(self):
        path = self.path("lists")
        self.assertIsNotNone(self.alice.put(path, {"name": "x", "archived": True}).json()["archived_at"])
        self.alice.delete(path)

        self.assert_problem(self.alice.put(path, {"name": "x"}), 409, "trashed")

    def test_an_archived_list_is_nobodys_default(self):
        project = self.alice.make("lists", name="x")
        self.alice.patch("/me", {"default_list": project["id"]})

        self.alice.put(f"/lists/{project['id']}", {"name": "x", "archived": True})

        self.assertIsNone(self.alice.get("/me").json()["default_list"])

    def test_the_name_of_another_tag_is_a_conflict(self):
        tag, other = self.alice.make("tags", name="a"), self.alice.make("tags", name="b")
        for path in (f"/tags/{other['id']}", self.path("tags")):
            with self.subTest(path):
                response = self.alice.put(path, {"name": "A"})
                self.assert_fault(response, "/name", "name_taken", status=409)
                self.assertEqual(response.json()["current"], tag)

    def test_another_name_is_a_new_version_of_its_todos_and_the_old_one_leads_on(self):
        todo = self.alice.todo(tags=["a"])
        (tag,) = self.alice.get("/tags").json()["results"]

        put = self.alice.put(f"/tags/{tag['id']}", {"name": "new"}).json()

        read = self.alice.get(f"/todos/{todo['id']}").json()
        self.assertEqual((read["tags"], read["version"]), (["new"], put["version"]))
        self.assertEqual(self.alice.todo(tags=["a"])["tags"], ["new"])
