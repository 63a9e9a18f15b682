"""The cast of these tests, and the one place where they sign in. Alice owns; Mallory must see nothing of hers."""

from __future__ import annotations

from typing import Any

from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings

from betterauth_auth import deferred
from betterauth_auth.testing import LocalIssuer
from betterauth_auth.testing.drf import APIClient

API = "/api/v1"


class Person:
    """Somebody with a token and a client of the API; addresses are given without their prefix."""

    def __init__(self, issuer: LocalIssuer, name: str) -> None:
        self.subject = name
        self.client = APIClient()
        self.sign_in()
        # Known here already, so that no test's first request is the one that makes the user.
        self.user: Any = issuer.user(name)

    def sign_in(self, **claims: Any) -> str:
        return self.client.sign_in(self.subject, **claims)

    def get(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.client.get(address(path), data, headers=headers)

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.client.post(address(path), data, headers=headers)

    def put(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.client.put(address(path), data, headers=headers)

    def patch(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.client.patch(address(path), data, headers=headers)

    def delete(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.client.delete(address(path), data, headers=headers)

    def make(self, kind: str = "todos", **values: Any) -> dict[str, Any]:
        """Creates a todo (list, tag, view) and gives its JSON."""
        if kind == "views":
            values.setdefault("query", {})
        values.setdefault("title" if kind == "todos" else "name", "something")
        response = self.post(f"/{kind}", values)
        assert response.status_code == 201, response.content
        # Without what was written along, as a read gives it.
        return {name: value for name, value in response.json().items() if name != "also"}

    def todo(self, **values: Any) -> dict[str, Any]:
        return self.make("todos", **values)

    def titles(self, **parameters: Any) -> list[str]:
        response = self.get("/todos", parameters)
        assert response.status_code == 200, response.content
        return [todo["title"] for todo in response.json()["results"]]

    @property
    def version(self) -> int:
        return self.get("/summary").json()["version"]

    @property
    def inbox(self) -> dict[str, Any]:
        return self.get("/lists").json()["results"][0]


def address(path: str) -> str:
    return path if "://" in path else API + path


class Cast(SimpleTestCase):
    """Also a base for the classes below, which add a database."""

    issuer: LocalIssuer

    @classmethod
    def setUpClass(cls) -> None:
        cls.issuer = LocalIssuer()
        cls.enterClassContext(cls.issuer.override())
        # Rate limits have tests of their own; a user's key comes again in the next test, and the count with it.
        cls.enterClassContext(override_settings(RATE_LIMIT_USER=0))
        # Last, because setUpTestData may sign people in.
        super().setUpClass()

    def setUp(self) -> None:
        super().setUp()
        # The next test may make the same token for another row of the users' table.
        deferred.keys_of_tokens.clear()
        self.alice, self.mallory = self.person("alice"), self.person("mallory")

    @classmethod
    def person(cls, name: str) -> Person:
        return Person(cls.issuer, name)

    def assert_fault(self, response: Any, pointer: str, code: str, status: int = 400) -> None:
        """The answer is a problem document that names this fault."""
        problem = response.json()
        self.assertEqual(response.status_code, status, problem)
        self.assertEqual(response["Content-Type"], "application/problem+json")
        faults = [(fault["pointer"], fault["code"]) for fault in problem.get("errors", [])]
        self.assertIn((pointer, code), faults)

    def assert_problem(self, response: Any, status: int, code: str) -> None:
        problem = response.json()
        self.assertEqual((response.status_code, problem["code"]), (status, code), problem)


class TodosTestCase(Cast, TestCase):
    pass


class TodosTransactionTestCase(Cast, TransactionTestCase):
    """For what a transaction around the test would hide."""
