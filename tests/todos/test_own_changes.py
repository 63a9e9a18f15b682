"""What a client hears of its own changes, so that it knows them again in the next sync."""

from __future__ import annotations

import uuid

from tests.todos.case import TodosTestCase


def sorted_by_id(rows):
    return sorted(rows, key=lambda row: row["id"])


class WhatWasWrittenAlong(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.parent = self.alice.todo(title="Parent", tags=["a"])
        self.child = self.alice.todo(title="Child", parent=self.parent["id"], tags=["b"])
        self.path = f"/todos/{self.parent['id']}"

    def read(self, todo):
        return self.alice.get(f"/todos/{todo['id']}").json()

    def test_every_verb_answers_it_as_it_is_afterwards(self):
        project = self.alice.make("lists")
        for verb, body in (("complete", {}), ("reopen", {}), ("move", {"list": project["id"]})):
            with self.subTest(verb):
                answer = self.alice.post(f"{self.path}/{verb}", body).json()

                self.assertEqual(answer, {**self.read(self.parent), "also": [self.read(self.child)]})
                self.assertEqual(answer["also"][0]["version"], answer["version"])
        self.alice.delete(self.path)
        answer = self.alice.post(f"{self.path}/restore").json()
        self.assertEqual(answer["also"], [self.read(self.child)])

    def test_patch_and_put_answer_it_too(self):
        project = self.alice.make("lists")
        for method, body in (
            ("patch", {"list": project["id"]}),
            ("patch", {"completed": True}),
            ("patch", {"completed": False}),
            ("put", {"title": "Parent", "tags": ["a"]}),
        ):
            with self.subTest(method, body=body):
                answer = getattr(self.alice, method)(self.path, body).json()

                self.assertEqual(answer, {**self.read(self.parent), "also": [self.read(self.child)]})
        self.assertEqual(self.alice.patch(self.path, {"title": "new"}).json()["also"], [])

    def test_a_new_subtask_answers_the_parent_that_it_reopened(self):
        self.alice.post(f"{self.path}/complete")
        for send, path, more in ((self.alice.post, "/todos", {}), (self.alice.put, f"/todos/{uuid.uuid4()}", {})):
            with self.subTest(path):
                answer = send(path, {"title": "new", "parent": self.parent["id"], **more}).json()
                self.assertEqual(answer["also"], [self.read(self.parent)])
                self.alice.post(f"{self.path}/complete")
        self.assertEqual(self.alice.post("/todos", {"title": "plain"}).json()["also"], [])

    def test_a_list_out_of_the_trash_answers_its_todos(self):
        project = self.alice.make("lists")
        todos = [self.alice.todo(list=project["id"]) for _ in range(2)]
        path = f"/lists/{project['id']}"
        self.alice.delete(path)

        answer = self.alice.post(f"{path}/restore").json()

        self.assertEqual(sorted_by_id(answer["also"]), [self.read(todo) for todo in todos])
        self.assertEqual({row["version"] for row in answer["also"]}, {answer["version"]})
        self.assertEqual(self.alice.post(f"{path}/restore").json()["also"], [])

    def test_a_tag_with_another_name_answers_its_todos(self):
        (tag,) = (row for row in self.alice.get("/tags").json()["results"] if row["name"] == "a")
        for method in ("patch", "put"):
            answer = getattr(self.alice, method)(f"/tags/{tag['id']}", {"name": method}).json()
            self.assertEqual((answer["also"], answer["also"][0]["tags"]), ([self.read(self.parent)], [method]))
        self.assertEqual(self.alice.patch(f"/tags/{tag['id']}", {"color": "#123456"}).json()["also"], [])

    def test_what_was_not_written_is_not_in_it(self):
        self.assertEqual(self.alice.post(f"/todos/{self.child['id']}/complete").json()["also"], [])

    def test_a_bulk_answers_what_no_operation_named(self):
        operations = [{"op": "complete", "id": self.parent["id"]}, {"op": "create", "title": "new"}]

        answer = self.alice.post("/todos/bulk", {"operations": operations}).json()

        self.assertEqual(answer["also"], [self.read(self.child)])
        named = [*operations, {"op": "complete", "id": self.child["id"]}]
        self.alice.post(f"{self.path}/reopen")
        self.assertEqual(self.alice.post("/todos/bulk", {"operations": named}).json()["also"], [])

    def test_it_is_no_longer_than_a_page(self):
        create = [{"op": "create", "title": "x", "parent": self.parent["id"]}] * 100
        for _ in range(2):
            self.alice.post("/todos/bulk", {"operations": create})

        self.assertEqual(len(self.alice.post(f"{self.path}/complete").json()["also"]), 200)
        path = f"/lists/{self.alice.make('lists')['id']}"
        self.alice.patch(self.path, {"list": path.removeprefix("/lists/")})
        self.alice.delete(path)
        self.assertEqual(len(self.alice.post(f"{path}/restore").json()["also"]), 200)

    def test_a_long_creation_or_list_that_is_kept_in_short_has_it(self):
        project = self.alice.make("lists")
        for _ in range(4):
            self.alice.todo(list=project["id"], notes="x" * 20_000)
        self.alice.delete(f"/lists/{project['id']}")
        self.alice.patch(self.path, {"completed": True, "notes": "\u00e4" * 20_000})
        new = {"title": "new", "parent": self.parent["id"], "notes": "\u00e4" * 20_000}
        for path, body, status in ((f"/lists/{project['id']}/restore", {}, 200), ("/todos", new, 201)):
            with self.subTest(path):
                first, second = (self.alice.post(path, body, **{"Idempotency-Key": path}) for _ in range(2))

                self.assertGreater(len(first.content), 65_536)
                self.assertEqual((first.status_code, first.json()), (status, second.json()))
                self.assertEqual(second.status_code, status)

    def test_a_long_answer_that_is_kept_in_short_has_it(self):
        for _ in range(4):
            self.alice.todo(parent=self.parent["id"], notes="x" * 20_000)
        bulk = {"operations": [{"op": "reopen", "id": self.parent["id"]}]}
        for path, body in ((f"{self.path}/complete", {}), ("/todos/bulk", bulk)):
            with self.subTest(path):
                first, second = (self.alice.post(path, body, **{"Idempotency-Key": path}) for _ in range(2))

                self.assertEqual(len(first.json()["also"]), 5)
                self.assertEqual((second.status_code, second.json()), (200, first.json()))


class TheVersionOfADeletion(TodosTestCase):
    def assert_version(self, response, version):
        self.assertEqual((response.status_code, response["ETag"]), (204, f'"{version}"'))

    def test_is_that_of_the_row_in_the_trash(self):
        for kind in ("todos", "lists"):
            with self.subTest(kind):
                path = f"/{kind}/{self.alice.make(kind)['id']}"
                deleted = self.alice.delete(path)

                self.assert_version(deleted, self.alice.get(path).json()["version"])
                self.alice.todo()
                self.assert_version(self.alice.delete(path), self.alice.get(path).json()["version"])

    def test_is_that_of_the_tombstone(self):
        todo = self.alice.todo(id=str(uuid.uuid4()))
        self.alice.delete(f"/todos/{todo['id']}")
        for path in (f"/todos/{todo['id']}?permanent=true", f"/tags/{self.alice.make('tags')['id']}"):
            with self.subTest(path):
                since = self.alice.version
                deleted = self.alice.delete(path)

                (tombstone,) = self.alice.get(f"/changes?since={since}").json()["deleted"]
                self.assert_version(deleted, tombstone["version"])
