"""What a client hears of its own changes, so that it knows them again in the next sync."""

from __future__ import annotations

import uuid

from tests.todos.case import TodosTestCase


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
