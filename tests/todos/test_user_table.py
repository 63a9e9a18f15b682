"""With Better Auth's table of users beside ours, a ban counts from the next request on and costs no round trip."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import skipUnless

import orjson
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from betterauth_auth import counters, deferred
from betterauth_auth.testing.drf import APIClient
from tests.fake_neon_auth import FakeNeonAuth, execute
from tests.todos.case import API, TodosTransactionTestCase, address
from tests.todos.matrix import BODIES, METHODS, Document, at, kind, routes
from todos.models import Account
from todos.reading import page_cache

DOCUMENTED = tuple(method for method in METHODS if method not in {"HEAD", "OPTIONS"})
PLAIN = {"PLAIN_READS": True}
IS_POSTGRESQL = connection.vendor == "postgresql"


class Member:
    """Somebody whose account is in the table."""

    def __init__(self, neon: FakeNeonAuth, name: str) -> None:
        self.id = neon.sign_up(name)
        self.client = APIClient()
        self.headers = {"Authorization": f"Bearer {neon.token(self.id)}"}

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        encoded = () if body is None else (orjson.dumps(body), "application/json")
        return self.client.generic(method, address(path), *encoded, headers={**self.headers, **headers})

    def todo(self) -> str:
        made = self.send("POST", "/todos", {"title": "something"})
        assert made.status_code == 201, made.content
        return str(made.json()["id"])


@override_settings(RATE_LIMIT_ADDRESS=0, RATE_LIMIT_USER=0)
class NeonCase(TodosTransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        page_cache.pages.clear()
        self.neon = self.enterContext(FakeNeonAuth())
        self.enterContext(self.neon.users_in())
        self.enterContext(override_settings(BETTER_AUTH=self.neon.settings()))
        self.nina = Member(self.neon, "Nina")
        self.todo = self.nina.todo()
        # Known to the process, as after any first request, and its statements compiled.
        self.assertEqual(self.nina.send("GET", "/todos").status_code, 200)

    def assert_refused(self, response: Any) -> None:
        self.assert_problem(response, 401, "unauthenticated")
        self.assertIn("invalid_token", response["WWW-Authenticate"])

    def statements(self, method: str, path: str, body: object = None, **headers: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            response = self.nina.send(method, path, body, **headers)
        self.assertLess(response.status_code, 400, response.content)
        return [query["sql"] for query in queries]


class OneVariableIsEnough(NeonCase):
    def test_a_request_is_answered_and_the_person_known(self):
        me = self.nina.send("GET", "/me").json()

        self.assertEqual(me["subject"], self.nina.id)
        self.assertEqual(self.neon.requests, 1)


class NoRoundTripMore(NeonCase):
    def test_reading_is_one_statement_which_asks_the_table(self):
        tag = self.nina.send("GET", "/summary")["ETag"]
        for path, headers in (
            ("/todos", {}),
            (f"/todos/{self.todo}", {}),
            ("/lists", {}),
            ("/summary", {}),
            ("/summary", {"If-None-Match": tag}),
        ):
            with self.subTest(path, headers=headers):
                self.statements("GET", path, **headers)
                (statement,) = self.statements("GET", path, **headers)
                self.assertIn("user_banned", statement)

    @skipUnless(IS_POSTGRESQL, "SQLite has no statement that changes two tables.")
    def test_creating_is_one_statement_which_asks_the_table(self):
        (statement,) = self.statements("POST", "/todos", {"title": "more"})

        self.assertIn("user_banned", statement)

    def test_without_the_setting_each_statement_is_what_it_was(self):
        with override_settings(BETTER_AUTH=self.neon.settings(USER_TABLE="")):
            self.nina.send("GET", "/todos")
            for method, path, body in (
                ("GET", "/todos", None),
                ("GET", f"/todos/{self.todo}", None),
                ("POST", "/todos", {"title": "more"}),
            ):
                for statement in self.statements(method, path, body):
                    self.assertNotIn("user_banned", statement)
            with CaptureQueriesContext(connection) as queries:
                page_cache.pages.clear()
                self.nina.send("GET", "/todos")
        found = queries[0]["sql"]
        self.assertEqual(len(queries), 1)
        self.assertTrue(found.startswith('WITH "caller" AS (SELECT "betterauth_auth_identity"."user_id" AS "key" FROM'))
        self.assertIn('"auth_user"."is_active"', found)
        self.assertNotIn("standing", found)


class RefusedByTheNextRequest(NeonCase):
    def test_everywhere_once_banned(self):
        self.neon.ban(self.nina.id)

        self.assert_nothing_is_answered("user_banned")

    def test_everywhere_once_deleted(self):
        self.neon.delete(self.nina.id)

        self.assert_nothing_is_answered("user_deleted")

    def assert_nothing_is_answered(self, reason: str) -> None:
        rows = {"todos": self.todo}
        paths = Document().document["paths"]
        version = Account.objects.get(owner=self.alice.user).version
        refused = counters.refused_tokens().get(reason, 0)
        number = 0
        for route in routes():
            documented = paths[f"{API}/{route.replace('<str:', '{').replace('>', '}')}"]
            for method in DOCUMENTED:
                if method.lower() in documented:
                    number += 1
                    path = f"{API}/{at(route, rows.get(kind(route), str(uuid.uuid4())))}"
                    with self.subTest(f"{method} {path}"):
                        self.assert_refused(self.nina.client.generic(method, path, *self.body(method, route)))
        self.assertGreater(number, 25)
        # Some look twice.
        self.assertGreaterEqual(counters.refused_tokens()[reason], refused + number)
        self.assertEqual(Account.objects.get(owner=self.alice.user).version, version)

    def body(self, method: str, route: str) -> tuple[Any, ...]:
        self.nina.client.credentials(HTTP_AUTHORIZATION=self.nina.headers["Authorization"])
        body = BODIES.get((method, route))
        return () if body is None else (orjson.dumps(body), "application/json")

    def test_also_where_rows_are_read_plainly(self):
        with override_settings(**PLAIN):
            self.assertEqual(self.nina.send("GET", "/todos").status_code, 200)
            self.neon.ban(self.nina.id)

            self.assert_refused(self.nina.send("GET", "/todos"))

    def test_a_page_that_is_remembered(self):
        self.nina.send("GET", "/todos")
        if IS_POSTGRESQL:
            self.assertEqual(len(page_cache.pages.young), 1, "no page was remembered")
        self.neon.ban(self.nina.id)

        self.assert_refused(self.nina.send("GET", "/todos"))

    def test_an_answer_that_would_be_304(self):
        for path in ("/todos", "/summary", f"/todos/{self.todo}"):
            tag = self.nina.send("GET", path)["ETag"]
            self.assertEqual(self.nina.send("GET", path, **{"If-None-Match": tag}).status_code, 304)
            self.neon.ban(self.nina.id)
            with self.subTest(path):
                self.assert_refused(self.nina.send("GET", path, **{"If-None-Match": tag}))
            execute(f"UPDATE {self.neon.quoted} SET banned = %s", [False])

    def test_an_answer_that_is_kept_for_a_retry(self):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        first = self.nina.send("POST", "/lists", {"name": "home"}, **key)
        self.assertEqual(self.nina.send("POST", "/lists", {"name": "home"}, **key).content, first.content)
        self.neon.ban(self.nina.id)

        self.assert_refused(self.nina.send("POST", "/lists", {"name": "home"}, **key))

    def test_but_not_for_a_ban_that_has_ended(self):
        self.neon.ban(self.nina.id, datetime.now(UTC) - timedelta(seconds=1))

        self.assertEqual(self.nina.send("GET", "/todos").status_code, 200)
        self.assertEqual(self.nina.send("POST", "/todos", {"title": "more"}).status_code, 201)

    def test_and_accepted_again_once_the_ban_is_lifted(self):
        self.neon.ban(self.nina.id)
        self.assert_refused(self.nina.send("GET", "/todos"))
        execute(f"UPDATE {self.neon.quoted} SET banned = %s", [False])

        self.assertEqual(self.nina.send("GET", "/todos").status_code, 200)


class ATableThatFailsWhileWeRun(NeonCase):
    def setUp(self) -> None:
        super().setUp()
        # Often enough that the statements are prepared.
        for _ in range(3):
            self.nina.send("GET", "/todos")
            self.nina.send("POST", "/todos", {"title": "more"})

    def assert_unavailable(self) -> None:
        count = Account.objects.get(owner=self.alice.user).todo_count
        for known in (True, False):
            for method, path, body in (
                ("GET", "/todos", None),
                ("GET", f"/todos/{self.todo}", None),
                ("POST", "/todos", {"title": "more"}),
                ("PATCH", f"/todos/{self.todo}", {"title": "more"}),
                ("GET", "/me", None),
            ):
                if not known:
                    deferred.keys_of_tokens.clear()
                with self.subTest(f"{method} {path}", known=known):
                    response = self.nina.send(method, path, body)
                    self.assert_problem(response, 503, "unavailable")
                    self.assertIn("Retry-After", response)
        self.assertEqual(Account.objects.get(owner=self.alice.user).todo_count, count)

    def test_dropped(self):
        execute(f"DROP TABLE {self.neon.quoted}")

        self.assert_unavailable()

    def test_a_column_renamed(self):
        execute(f"ALTER TABLE {self.neon.quoted} RENAME COLUMN banned TO was_banned")

        self.assert_unavailable()

    @skipUnless(IS_POSTGRESQL, "SQLite knows no rights.")
    def test_a_right_revoked(self):
        execute("CREATE ROLE neon_reader")
        self.addCleanup(execute, "DROP ROLE neon_reader")
        self.addCleanup(execute, "DROP OWNED BY neon_reader")
        execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO neon_reader")
        execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO neon_reader")
        execute("GRANT USAGE ON SCHEMA public, neon_auth TO neon_reader")
        execute(f"GRANT SELECT ON {self.neon.quoted} TO neon_reader")
        self.addCleanup(execute, "RESET ROLE")
        execute("SET ROLE neon_reader")
        self.assertEqual(self.nina.send("GET", "/todos").status_code, 200)
        execute("RESET ROLE")
        execute(f"REVOKE SELECT ON {self.neon.quoted} FROM neon_reader")
        execute("SET ROLE neon_reader")

        self.assert_unavailable()

    def test_and_good_again_when_it_is_back(self):
        execute(f"ALTER TABLE {self.neon.quoted} RENAME TO elsewhere")
        self.assert_problem(self.nina.send("GET", "/todos"), 503, "unavailable")
        execute(f'ALTER TABLE {self.neon.quoted.replace("user", "elsewhere")} RENAME TO "user"')

        self.assertEqual(self.nina.send("GET", "/todos").status_code, 200)
