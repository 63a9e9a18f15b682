"""Whatever somebody asks for first, there is an account of the first version with an Inbox in it, and nothing else."""

from __future__ import annotations

from typing import Any

from betterauth_auth.models import Identity
from betterauth_auth.testing.drf import APIClient
from tests.todos.case import API, TodosTestCase
from tests.todos.matrix import ABSENT, QUERIES, Document, at, routes
from tests.todos.raw_rows import OWNED, rows_of
from todos.models import Account, List


class TheFirstRequest(TodosTestCase):
    def gets(self) -> list[str]:
        paths = Document().document["paths"]
        found = [
            at(route, ABSENT) + QUERIES.get(("GET", route), "")
            for route in routes()
            if "get" in paths.get(f"{API}/{route}".replace("<str:", "{").replace(">", "}"), {})
        ]
        self.assertGreaterEqual({*found}, {"todos", "lists", "tags", "me", "summary", "changes", f"todos/{ABSENT}"})
        return [*found, "todos?include=lists,tags,summary", "todos?status=trashed", "lists?status=archived", "unknown"]

    def test_of_every_kind_leaves_an_account_and_an_inbox_of_version_1(self):
        for number, path in enumerate(self.gets()):
            with self.subTest(path):
                client = APIClient()
                client.sign_in(f"new {number}")

                response = client.get(f"{API}/{path}")

                # Streams are another process's.
                self.assertIn(response.status_code, {200, 404} if path != "live" else {503})
                if Identity.objects.filter(subject=f"new {number}").exists():
                    self.assert_fresh(Identity.objects.get(subject=f"new {number}").user)
                else:
                    # Nobody looks who asks for what is not there.
                    self.assertEqual(path, "unknown")

    def assert_fresh(self, user: Any) -> None:
        account, inbox = Account.objects.get(owner=user), List.objects.get(owner=user)
        self.assertEqual((account.version, inbox.version, inbox.is_inbox), (1, 1, True))
        self.assertEqual([model for model in OWNED if model.objects.filter(owner=user).exists()], [Account, List])

    def test_and_whatever_follows_shows_it(self):
        sync = self.alice.get("/changes").json()
        (inbox,) = self.alice.get("/lists").json()["results"]

        self.assertEqual((sync["version"], sync["lists"]), (1, [inbox]))
        self.assertEqual(self.alice.get("/me").json()["inbox"], inbox["id"])
        self.assertEqual(self.alice.get("/summary").json()["lists"], {inbox["id"]: 0})
        self.assertEqual(self.alice.version, 1)
        self.assertEqual(self.alice.todo()["version"], 2)

    def test_looking_writes_nothing_else(self):
        todo = self.alice.todo()
        stored = rows_of(self.alice.user)
        for path in (*self.gets(), f"todos/{todo['id']}"):
            with self.subTest(path):
                self.alice.get(f"/{path}")
                self.assertEqual(rows_of(self.alice.user), stored)

    def test_of_a_user_from_before_or_after_an_erasure_makes_the_inbox_where_it_shows(self):
        for erased in (True, False):
            for path in ("/changes", "/lists", "/me", "/summary", "/todos?include=lists", "/todos?include=summary"):
                with self.subTest(path, erased=erased):
                    person = self.person(f"{path} {erased}")
                    List.objects.filter(owner=person.user).delete()
                    if not erased:
                        Account.objects.filter(owner=person.user).delete()

                    answer = person.get(path).json()

                    inbox = str(List.objects.get(owner=person.user).uid)
                    self.assertIn(inbox, str(answer))
                    self.assertEqual(person.version, 2 if erased else 1)
