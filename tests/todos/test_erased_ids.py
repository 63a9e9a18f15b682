"""The id of a row that was deleted for good: a creation that comes late does not bring the row back."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from unittest import skipUnless

from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.todos.case import TodosTestCase, TodosTransactionTestCase
from tests.todos.matrix import Sent
from tests.todos.test_erasure import closing, send, waiting_for
from tests.waiting import wait_for
from todos import changes
from todos.changes import Operation

NAMES = {"todos": "title", "lists": "name", "tags": "name"}


class ErasedIds(TodosTestCase):
    def erased(self, kind: str, person=None) -> str:
        person = person or self.alice
        uid = person.make(kind, id=str(uuid.uuid4()))["id"]
        person.delete(f"/{kind}/{uid}")
        if kind != "tags":
            self.assertEqual(person.delete(f"/{kind}/{uid}?permanent=true").status_code, 204)
        return uid

    def test_are_not_brought_back_by_a_late_creation(self):
        for kind, name in NAMES.items():
            with self.subTest(kind):
                uid = self.erased(kind)
                since = self.alice.version

                late = self.alice.post(f"/{kind}", {"id": uid, name: "late"})

                self.assert_fault(late, "/id", "erased", status=409)
                self.assertEqual((late.json()["code"], late.json()["current"]), ("erased", None))
                self.assertEqual(self.alice.get(f"/{kind}/{uid}").status_code, 404)
                self.assertEqual(self.alice.version, since)

    def test_are_not_brought_back_by_put(self):
        for kind, name in NAMES.items():
            with self.subTest(kind):
                path = f"/{kind}/{self.erased(kind)}"
                for headers in ({}, {"If-None-Match": "*"}):
                    self.assert_problem(self.alice.put(path, {name: "late"}, **headers), 409, "erased")
                self.assert_problem(self.alice.put(path, {name: "late"}, **{"If-Match": '"1"'}), 412, "stale")

    def test_are_not_brought_back_by_a_bulk_which_names_the_operation(self):
        one, another = sorted(self.erased("todos") for _ in range(2))
        new = [{"op": "create", "id": uid, "title": "x"} for uid in (str(uuid.uuid4()), one, another)]

        response = self.alice.post("/todos/bulk", {"operations": new})

        self.assert_fault(response, "/operations/1/id", "erased", status=409)
        self.assertEqual(self.alice.titles(), [])

    def test_are_free_for_other_kinds_and_other_people(self):
        uid = self.erased("todos")

        self.assertEqual(self.alice.make("lists", id=uid)["id"], uid)
        self.assertEqual(self.mallory.todo(id=uid)["id"], uid)
        self.assertEqual(self.mallory.put(f"/todos/{uid}", {"title": "x"}).status_code, 200)

    def test_cost_a_creation_no_statement(self):
        self.erased("todos")
        with CaptureQueriesContext(connection) as queries:
            self.assertEqual(self.alice.post("/todos", {"title": "x"}).status_code, 201)
        without = len(queries)
        with CaptureQueriesContext(connection) as queries:
            self.alice.todo(id=str(uuid.uuid4()))

        # Step by step an id of one's own is looked for, too.
        self.assertEqual(len(queries), without + 1)


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL: SQLite has one writer at a time")
@override_settings(WEB_THREADS=100)
class ACreationThatWaitedForTheErasure(TodosTransactionTestCase):
    def test_does_not_bring_the_row_back(self):
        # Both ways: that of one statement, and step by step.
        for more in ({}, {"tags": ["a"]}):
            with self.subTest(more):
                uid = self.alice.todo()["id"]
                self.alice.delete(f"/todos/{uid}")
                token = self.alice.sign_in()
                late = Sent("POST", "todos", {"id": uid, "title": "late", **more})
                with ThreadPoolExecutor(1) as pool:
                    with transaction.atomic():
                        changes.run(self.alice.user.pk, [Operation("delete_forever", uuid.UUID(uid))])
                        waiting = pool.submit(closing(send), token, late)
                        wait_for(lambda: waiting_for("%UPDATE todos_account%") == 1, 20)
                    self.assert_problem(waiting.result(20), 409, "erased")
