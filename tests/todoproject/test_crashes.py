from __future__ import annotations

import sys
from unittest import mock

import sentry_sdk
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.test import override_settings

from tests.collector import Sentry
from tests.todoproject.test_tracing import python
from tests.todos.case import TodosTestCase
from todoproject.monitoring import crashes
from todos.api.todos import TodoViewSet

COMMAND = """
import django
django.setup()
secret = "secret of a local variable"
raise RuntimeError("secret of a message")
"""


def crash(view: TodoViewSet, request, *args, **kwargs) -> None:
    """As code of ours might that quotes what it was given, twice over."""
    given, token = {**request.data, **request.query_params.dict()}, request.META["HTTP_AUTHORIZATION"]
    try:
        given[token]
    except KeyError as exc:
        exc.add_note(str(given))
        raise RuntimeError(f"can't work with {given} for {request.user}") from exc


class Told(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.sentry = self.enterContext(Sentry())
        self.enterContext(mock.patch.object(sys, "excepthook", sys.excepthook))
        crashes.tell_sentry(self.sentry.dsn)
        self.addCleanup(sentry_sdk.get_global_scope().set_client, None)
        self.addCleanup(got_request_exception.disconnect, dispatch_uid="crashes")
        self.alice.client.raise_request_exception = False

    def events(self) -> list[dict]:
        sentry_sdk.flush(5)
        return self.sentry.events()


class ACrashIsTold(Told):
    def test_with_route_and_request_id_and_nothing_that_was_sent(self):
        token = self.alice.sign_in(email="alice@secret.example", name="Secret Alice")
        self.alice.client.cookies["sessionid"] = "secret cookie"
        with mock.patch.object(TodoViewSet, "create", crash), mock.patch.object(TodoViewSet, "list", crash):
            body = {"title": "secret title", "notes": "secret notes"}
            response = self.alice.post("/todos", body, **{"X-Request-ID": "crash-1"})
            self.alice.get("/todos?q=secret+words")

        self.assertEqual(response.status_code, 500)
        event, second = self.events()
        self.assertEqual(event["tags"], {"method": "POST", "route": "/api/v1/todos", "request_id": "crash-1"})
        self.assertEqual((second["tags"]["method"], second["tags"]["route"]), ("GET", "/api/v1/todos"))
        self.assertEqual([each["type"] for each in event["exception"]["values"]], ["KeyError", "RuntimeError"])
        frames = [frame["function"] for each in event["exception"]["values"] for frame in each["stacktrace"]["frames"]]
        self.assertEqual(frames.count("crash"), 2)
        words = ("secret title", "secret notes", "secret words", "secret+words", "secret cookie", "Secret Alice")
        for secret in (*words, "secret.example", token.split(".")[2], self.alice.user.username):
            with self.subTest(secret):
                self.assertNotIn(secret.encode(), self.sentry.everything)

    @override_settings(ROOT_URLCONF="tests.todoproject.urls")
    def test_and_an_outage_of_the_database_is_not(self):
        self.assertEqual(self.alice.get("/test/lost").status_code, 503)
        self.assertEqual(self.alice.get("/test/lost-uncaught").status_code, 503)
        with mock.patch.object(TodoViewSet, "list", side_effect=OperationalError("secret")):
            self.assertEqual(self.alice.get("/todos").status_code, 503)
        self.assertEqual(self.alice.get("/test/crash").status_code, 500)

        (event,) = self.events()
        self.assertEqual(event["tags"]["route"], "/api/v1/test/crash")

    def test_nothing_else_is(self):
        for path in ("/todos", "/todos?nonsense=1", "/nowhere"):
            self.alice.get(path)
        sentry_sdk.capture_message("secret message")

        self.assertEqual(self.events(), [])

    def test_requests_go_on_where_sentry_does_not_answer(self):
        self.sentry.status = 500
        with mock.patch.object(TodoViewSet, "create", crash):
            self.assertEqual(self.alice.post("/todos", {"title": "x"}).status_code, 500)

        self.assertEqual(self.events(), [])
        self.assertGreater(self.sentry.refused, 0)
        self.assertEqual(self.alice.get("/todos").status_code, 200)


class ACommandThatBreaks(Told):
    def test_tells_it_before_it_ends(self):
        result = python(COMMAND, SENTRY_DSN=self.sentry.dsn)

        self.assertIn("RuntimeError: secret of a message", result.stderr)
        (event,) = self.sentry.events()
        self.assertEqual([each["type"] for each in event["exception"]["values"]], ["RuntimeError"])
        self.assertNotIn(b"secret of a message", self.sentry.everything)
        self.assertNotIn(b"secret of a local variable", self.sentry.everything)
