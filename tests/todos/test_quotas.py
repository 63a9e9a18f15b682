"""How much one person may keep, and that the count behind it is true."""

from __future__ import annotations

import io
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest import skipUnless

from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.todos.case import API, TodosTestCase, TodosTransactionTestCase
from todos import changes, clock
from todos.changes import Operation
from todos.changes.purge import purge
from todos.models import Account, List, Tag, Todo

WRITERS = 8


def counts(person):
    """The count that is kept, and the one that is true."""
    return Account.objects.get(owner=person.user).todo_count, Todo.objects.filter(owner=person.user).count()


class TheCountOfTodos(TodosTestCase):
    def assert_counted(self, expected):
        self.assertEqual(counts(self.alice), (expected, expected))

    def test_is_true_after_every_way_to_make_and_lose_a_todo(self):
        known = str(uuid.uuid4())
        create = {"op": "create", "title": "x"}
        again = {"op": "create", "id": known, "title": "y"}
        for expected, call in (
            (1, lambda: self.alice.post("/todos", {"id": known, "title": "x"})),
            (1, lambda: self.alice.post("/todos", {"id": known, "title": "x"})),
            (2, lambda: self.alice.put(f"/todos/{uuid.uuid4()}", {"title": "x"})),
            (2, lambda: self.alice.put(f"/todos/{known}", {"title": "y"})),
            (3, lambda: self.alice.put(f"/todos/{uuid.uuid4()}", {"title": "x"}, **{"If-None-Match": "*"})),
            (5, lambda: self.alice.post("/todos/bulk", {"operations": [create, create]})),
            (6, lambda: self.alice.post("/todos/bulk", {"operations": [create, again]})),
            (7, lambda: self.alice.post("/todos", {"title": "child", "parent": known, "tags": ["a"]})),
            (7, lambda: self.alice.post(f"/todos/{known}/complete")),
            (7, lambda: self.alice.delete(f"/todos/{known}")),
            (5, lambda: self.alice.delete(f"/todos/{known}?permanent=true")),
        ):
            response = call()
            self.assertLess(response.status_code, 300, response.content)
            self.assert_counted(expected)

    def test_is_true_after_a_refusal(self):
        operations = [{"op": "create", "title": "x"}, {"op": "complete", "id": str(uuid.uuid4())}]
        self.alice.todo()

        self.assertEqual(self.alice.post("/todos/bulk", {"operations": operations}).status_code, 400)

        self.assert_counted(1)

    def test_is_true_after_a_purge_and_an_erasure(self):
        parent = self.alice.todo()["id"]
        self.alice.todo(parent=parent)
        self.alice.todo()
        self.alice.delete(f"/todos/{parent}")

        self.assertEqual(purge(clock.now() + timedelta(days=31), batch=1)["todos"], 2)
        self.assert_counted(1)
        self.alice.delete("/me")
        self.assert_counted(0)

    def test_is_true_after_changes_by_the_owners_number(self):
        self.alice.todo()

        changes.run(self.alice.user.pk, [Operation("create", None, {"title": "x"})])

        self.assert_counted(2)


@override_settings(QUOTA_TODOS=3, QUOTA_LISTS=3, QUOTA_TAGS=3, QUOTA_SUBTASKS=2)
class AFullAccount(TodosTestCase):
    def assert_full(self, response, kind, pointer=None):
        self.assert_problem(response, 409, f"too_many_{kind}")
        self.assertEqual(
            [fault["pointer"] for fault in response.json().get("errors", [])], [pointer] if pointer else []
        )

    def test_takes_no_more_todos(self):
        known = self.alice.todo()
        for _ in range(2):
            self.alice.delete(f"/todos/{self.alice.todo()['id']}")
        create = {"op": "create", "title": "x"}
        before = self.alice.version

        self.assert_full(self.alice.post("/todos", {"title": "x"}), "todos")
        self.assert_full(self.alice.post("/todos", {"title": "x", "tags": ["new"]}), "todos")
        self.assert_full(self.alice.put(f"/todos/{uuid.uuid4()}", {"title": "x"}), "todos")
        self.assert_full(self.alice.post("/todos", {"title": "x"}, **{"Idempotency-Key": "k"}), "todos")
        self.assert_full(self.alice.post("/todos/bulk", {"operations": [create]}), "todos", "/operations/0")

        self.assertEqual((self.alice.version, counts(self.alice)), (before, (3, 3)))
        self.assertEqual(self.alice.post("/todos", {"id": known["id"], "title": known["title"]}).status_code, 200)
        self.assertEqual(self.alice.patch(f"/todos/{known['id']}", {"title": "y"}).status_code, 200)
        self.assertEqual(self.mallory.post("/todos", {"title": "x"}).status_code, 201)

    def test_has_room_again_when_something_is_gone_for_good(self):
        todos = [self.alice.todo()["id"] for _ in range(3)]
        self.alice.delete(f"/todos/{todos[0]}")
        self.assert_full(self.alice.post("/todos", {"title": "x"}), "todos")
        self.assertEqual(self.alice.post(f"/todos/{todos[0]}/restore").status_code, 200)
        self.alice.delete(f"/todos/{todos[0]}")
        self.alice.delete(f"/todos/{todos[0]}?permanent=true")

        self.assertEqual(self.alice.post("/todos", {"title": "x"}).status_code, 201)

    def test_a_bulk_fills_it_to_the_brim_and_no_further(self):
        self.alice.todo()
        create = {"op": "create", "title": "x"}

        self.assert_full(self.alice.post("/todos/bulk", {"operations": [create] * 3}), "todos", "/operations/2")
        self.assertEqual(counts(self.alice), (1, 1))
        self.assertEqual(self.alice.post("/todos/bulk", {"operations": [create] * 2}).status_code, 200)

    def test_takes_no_more_lists(self):
        known = self.alice.make("lists")
        self.alice.delete(f"/lists/{self.alice.make('lists')['id']}")

        self.assert_full(self.alice.post("/lists", {"name": "x"}), "lists")

        self.assertEqual(List.objects.filter(owner=self.alice.user).count(), 3)
        self.assertEqual(self.alice.post("/lists", {"id": known["id"], "name": known["name"]}).status_code, 200)

    def test_takes_no_more_tags_by_any_way(self):
        todo = self.alice.todo(tags=["a", "b"])
        self.alice.make("tags", name="c")
        update = {"op": "update", "id": todo["id"], "tags": ["a", "d"]}

        self.assert_full(self.alice.post("/tags", {"name": "d"}), "tags")
        self.assert_full(self.alice.post("/todos", {"title": "x", "tags": ["a", "d"]}), "tags", "/tags")
        self.assert_full(self.alice.patch(f"/todos/{todo['id']}", {"tags": ["d"]}), "tags", "/tags")
        self.assert_full(self.alice.post("/todos/bulk", {"operations": [update]}), "tags", "/operations/0/tags")

        self.assertEqual(Tag.objects.filter(owner=self.alice.user).count(), 3)
        self.assertEqual(self.alice.patch(f"/todos/{todo['id']}", {"tags": ["A", "C"]}).status_code, 200)

    def test_one_change_brings_no_more_tags_than_there_is_room_for(self):
        self.assert_full(self.alice.post("/todos", {"title": "x", "tags": list("abcd")}), "tags", "/tags")
        self.assertEqual(self.alice.post("/todos", {"title": "x", "tags": list("abc")}).status_code, 201)

    @override_settings(QUOTA_TODOS=0)
    def test_takes_no_more_subtasks_of_one_todo(self):
        parent, other = self.alice.todo(), self.alice.todo()
        children = [self.alice.todo(parent=parent["id"]) for _ in range(2)]
        self.alice.delete(f"/todos/{children[0]['id']}")
        create = {"op": "create", "title": "x", "parent": parent["id"]}
        move = {"op": "update", "id": other["id"], "parent": parent["id"]}

        refused = self.alice.post("/todos", {"title": "x", "parent": parent["id"]})
        self.assert_full(refused, "subtasks", "/parent")
        self.assertEqual(refused.json()["current"]["id"], parent["id"])
        self.assert_full(self.alice.patch(f"/todos/{other['id']}", {"parent": parent["id"]}), "subtasks", "/parent")
        for operation in (create, move):
            response = self.alice.post("/todos/bulk", {"operations": [operation]})
            self.assert_full(response, "subtasks", "/operations/0/parent")

        leave = {"op": "update", "id": children[1]["id"], "parent": None}
        self.assertEqual(self.alice.post("/todos/bulk", {"operations": [leave, create]}).status_code, 200)

    @override_settings(QUOTA_TODOS=0)
    def test_one_change_brings_no_more_subtasks_than_there_is_room_for(self):
        parent = str(uuid.uuid4())
        operations = [{"op": "create", "id": parent, "title": "parent"}]
        operations += [{"op": "create", "title": "x", "parent": parent}] * 3

        self.assert_full(self.alice.post("/todos/bulk", {"operations": operations}), "subtasks", "/operations/3/parent")
        self.assertEqual(self.alice.post("/todos/bulk", {"operations": operations[:3]}).status_code, 200)

    def test_zero_switches_each_off(self):
        with override_settings(QUOTA_TODOS=0, QUOTA_LISTS=0, QUOTA_TAGS=0, QUOTA_SUBTASKS=0):
            parent = self.alice.todo(tags=list("abcdef"))
            for _ in range(4):
                self.alice.todo(parent=parent["id"])
                self.alice.make("lists")

    def test_the_demonstration_says_so(self):
        with self.assertRaisesMessage(CommandError, "You have 3 lists"):
            call_command("seed_demo", self.alice.user.get_username(), stdout=io.StringIO())

    def test_a_create_counts_no_rows(self):
        self.alice.todo()
        for values in ({}, {"list": self.alice.inbox["id"]}):
            with CaptureQueriesContext(connection) as queries:
                self.alice.todo(**values)
            self.assertEqual([query["sql"] for query in queries if "COUNT(" in query["sql"].upper()], [])


class AtOnce(TodosTransactionTestCase):
    @skipUnless(connection.vendor == "postgresql", "needs PostgreSQL: SQLite has one writer at a time")
    @override_settings(QUOTA_TODOS=12, WEB_THREADS=2 * WRITERS)
    def test_writers_together_get_no_further_than_one_alone(self):
        self.alice.todo()
        token, barrier = self.alice.sign_in(), threading.Barrier(WRITERS)

        def write(number):
            client = APIClient(headers={"Authorization": f"Bearer {token}"})
            barrier.wait(20)
            try:
                body = {"title": "x"} if number % 2 else {"title": "x", "tags": ["a"]}
                return [client.post(f"{API}/todos", body).status_code for _ in range(3)]
            finally:
                connections.close_all()

        with ThreadPoolExecutor(WRITERS) as pool:
            statuses = [status for of_one in pool.map(write, range(WRITERS)) for status in of_one]

        self.assertEqual(sorted(statuses), [201] * 11 + [409] * 13)
        self.assertEqual(counts(self.alice), (12, 12))

    def test_the_migration_counts_what_is_there_and_can_be_undone(self):
        for _ in range(3):
            self.alice.todo()
        self.addCleanup(migrate)

        # The host's first: undoing theirs alters all tables that there are by its state.
        migrate("0002_known_networks", app="todoproject")
        migrate("0004_end_position")
        migrate()

        self.assertEqual(counts(self.alice), (3, 3))
        self.alice.todo()
        self.assertEqual(counts(self.alice), (4, 4))


def migrate(name=None, app="todos"):
    """To this migration, or to the latest of each app."""
    executor = MigrationExecutor(connection)
    # All of them: what depends on one that is undone is undone with it, in other apps too.
    executor.migrate([(app, name)] if name else executor.loader.graph.leaf_nodes())
