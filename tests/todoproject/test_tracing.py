from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from tempfile import TemporaryDirectory
from unittest import mock, skipUnless

from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client, SimpleTestCase, override_settings

from tests.collector import Collector, attributes
from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import ServiceWithoutNginx
from tests.todos.case import TodosTransactionTestCase
from tests.waiting import wait_for
from todoproject.monitoring import tracing

MIDDLEWARE = "todoproject.monitoring.tracing.TracingMiddleware"
STRANGERS_TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{STRANGERS_TRACE}-b7ad6b7169203331-01"
# The client of Redis imports OpenTelemetry's API by itself where that is installed.
IMPORTED = """
import sys
from todoproject.wsgi import application
from django.test import Client
Client().get("/api/v1/todos", headers={"host": "api.example.com"})
ours = ("todoproject.monitoring.tracing", "todoproject.monitoring.crashes")
print([name for name in (*ours, "opentelemetry.exporter", "sentry_sdk") if name in sys.modules])
"""
NOT_INSTALLED = """
import sys
sys.modules["opentelemetry"] = sys.modules["sentry_sdk"] = None
import django
django.setup()
"""
PRODUCTION = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ-_",
    "ALLOWED_HOSTS": "api.example.com",
    "BETTER_AUTH_API_URL": "http://127.0.0.1:9",
    "DJANGO_SETTINGS_MODULE": "todoproject.settings",
    "LOG_LEVEL": "ERROR",
}


def python(script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, **variables}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)


class WithoutTheVariables(SimpleTestCase):
    def test_nothing_of_either_package_is_imported(self):
        self.assertEqual(python(IMPORTED).stdout, "[]\n")

    def test_and_with_them_it_is(self):
        self.assertIn(
            "opentelemetry.exporter", python(IMPORTED, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9").stdout
        )
        self.assertIn("sentry_sdk", python(IMPORTED, SENTRY_DSN="http://public@127.0.0.1:9/1").stdout)

    def test_what_is_not_installed_is_named_with_the_cure(self):
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "SENTRY_DSN": "http://public@127.0.0.1:9/1"}
        words = python(NOT_INSTALLED, **variables).stderr

        for name in variables:
            self.assertRegex(words, f"{name}: .* is not installed; install requirements-observability.lock")

    def test_no_parent_is_trusted_where_no_proxy_is(self):
        self.assertIn(
            "TRACEPARENT_TRUSTED: there is no proxy",
            python("import django; django.setup()", TRACEPARENT_TRUSTED="true").stderr,
        )


class TheRunningService(SimpleTestCase):
    def setUp(self) -> None:
        self.collector = self.enterContext(Collector())
        self.issuer = self.enterContext(FakeBetterAuth())

    def service(self, **variables: str) -> ServiceWithoutNginx:
        url = f"sqlite:///{self.enterContext(TemporaryDirectory())}/traced.sqlite3"
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": self.collector.url, "LOG_LEVEL": "INFO", **variables}
        return ServiceWithoutNginx(url, self.issuer.url, **variables)

    def test_every_request_to_either_worker_is_a_span_and_nothing_that_was_sent_is_in_it(self):
        token = self.issuer.token(sub="alice", email="alice@s3cret.example", name="S3cret Alice")
        with self.service(OTEL_BSP_SCHEDULE_DELAY="60000") as service:
            wait_for(lambda: len(service.workers()) == 2)
            body = {"title": "s3cret title", "notes": "s3cret notes"}
            todo = service.request("POST", "/api/v1/todos", token, body)[1]
            for _ in range(20):
                self.assertEqual(service.request("GET", f"/api/v1/todos/{todo['id']}", token)[0], 200)
            self.assertEqual(service.request("GET", "/api/v1/todos?q=s3cret&tag=s3cret", token)[0], 200)
            service.request("GET", "/api/v1/calendar/s3cretaddress.ics")
            service.request("GET", "/s3cret/nowhere")
            # Nothing is due within the minute: what follows is told when the workers are told to stop.
            self.assertEqual(self.collector.bodies, [])

        rows = [attributes(span)["todo.database.statements"] for span in self.collector.spans("/api/v1/todos/<str:id>")]
        self.assertEqual((len(self.collector.spans()), len(rows), min(rows)), (24, 20, 1))
        for secret in ("s3cret", "S3cret", token, token.split(".")[2], todo["id"], "127.0.0.1"):
            with self.subTest(secret):
                self.assertEqual(self.collector.everything.count(secret.encode()), 0)

    def test_the_line_in_the_log_has_the_id_of_the_trace(self):
        with self.service() as service:
            service.request("GET", "/api/v1/nowhere")
            service.request("GET", "/readyz")
            lines = [json.loads(line) for line in service.words().splitlines() if line.startswith("{")]

        (span,) = self.collector.spans()
        (line,) = [line for line in lines if line.get("status") == 404]
        self.assertEqual(line["trace_id"], span.trace_id.hex())
        self.assertEqual(line["request_id"], attributes(span)["todo.request_id"])
        self.assertEqual([line for line in lines if line.get("route") == "/readyz" and "trace_id" in line], [])


class Traced(SimpleTestCase):
    """In this process."""

    def setUp(self) -> None:
        super().setUp()
        self.collector = self.enterContext(Collector())

    def trace(self, **variables: str) -> None:
        given = {"OTEL_EXPORTER_OTLP_ENDPOINT": self.collector.url, "OTEL_BSP_SCHEDULE_DELAY": "20", **variables}
        self.enterContext(mock.patch.dict(os.environ, given))
        tracing.provider.cache_clear()
        self.addCleanup(tracing.provider.cache_clear)
        self.addCleanup(tracing.provider().shutdown)
        self.addCleanup(connection_created.disconnect, dispatch_uid="tracing")
        self.enterContext(override_settings(MIDDLEWARE=[MIDDLEWARE, *settings.MIDDLEWARE]))

    def attributes_of(self, route: str, number: int = 1) -> dict[str, object]:
        wait_for(lambda: len(self.collector.spans(route)) >= number)
        return attributes(self.collector.spans(route)[-1])


@skipUnless(connection.vendor == "postgresql", "SQLite has nothing but cursors, which the running service shows")
class SpansTellWhatTheDatabaseTook(Traced, TodosTransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.trace()
        Client().get("/api/v1/nowhere")
        # Who looks at each statement keeps it from being prepared; the wall of the tests does.
        connection.close()
        connection.ensure_connection()
        self.enterContext(mock.patch.object(connection, "execute_wrappers", []))
        self.addCleanup(connection.close)

    def test_a_row_is_one_statement_and_four_where_it_is_prepared_on_a_new_connection(self):
        todo = self.alice.todo()
        statements = []
        for number in range(1, 5):
            self.alice.get(f"/todos/{todo['id']}")
            told = self.attributes_of("/api/v1/todos/<str:id>", number)
            statements.append(told["todo.database.statements"])
            self.assertGreater(told["todo.database.seconds"], 0)

        self.assertEqual(statements, [1, 4, 1, 1])

    def test_a_change_is_its_statements_and_its_commit(self):
        todo = self.alice.todo()
        self.alice.patch(f"/todos/{todo['id']}", {"title": "new"})

        told = self.attributes_of("/api/v1/todos/<str:id>")
        self.assertEqual((told["http.request.method"], told["http.response.status_code"]), ("PATCH", 200))
        self.assertEqual(told["todo.database.statements"], 4)


class WhoeverAsks(Traced):
    def ask(self, **headers: str) -> None:
        Client(raise_request_exception=False).get("/api/v1/nowhere", headers=headers)

    def test_a_strangers_parent_is_not_followed(self):
        self.trace()
        self.ask(traceparent=TRACEPARENT)

        self.attributes_of("(none)")
        (span,) = self.collector.spans()
        self.assertNotEqual(span.trace_id.hex(), STRANGERS_TRACE)
        self.assertEqual(span.parent_span_id, b"")

    def test_nor_makes_it_one_be_recorded_that_would_not_be(self):
        self.trace(OTEL_TRACES_SAMPLER="parentbased_always_off")
        self.ask(traceparent=TRACEPARENT)
        with override_settings(TRACEPARENT_TRUSTED=True):
            self.ask(traceparent=TRACEPARENT)

        self.attributes_of("(none)")
        tracing.provider().force_flush()
        told = [(span.trace_id.hex(), span.parent_span_id.hex()) for span in self.collector.spans()]
        self.assertEqual(told, [(STRANGERS_TRACE, "b7ad6b7169203331")])

    def test_nonsense_for_a_parent_is_none(self):
        self.enterContext(override_settings(TRACEPARENT_TRUSTED=True))
        self.trace()
        for nonsense in ("", "00-0-0-01", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "x" * 5000, "é"):
            self.ask(traceparent=nonsense)

        self.attributes_of("(none)", 5)
        self.assertEqual({span.parent_span_id for span in self.collector.spans()}, {b""})

    def test_a_crash_is_an_error_without_its_message(self):
        self.enterContext(override_settings(ROOT_URLCONF="tests.todoproject.urls"))
        self.trace()
        Client(raise_request_exception=False).get("/api/v1/test/crash")

        self.assertEqual(self.attributes_of("/api/v1/test/crash")["http.response.status_code"], 500)
        self.assertEqual(self.collector.spans()[0].status.code, 2)
        self.assertNotIn(b"hunter2", self.collector.everything)


class ACollectorThatIsDown(Traced):
    def test_costs_no_request_anything_and_a_fixed_number_of_spans_waits_for_it(self):
        self.trace(OTEL_BSP_MAX_QUEUE_SIZE="40", OTEL_BSP_MAX_EXPORT_BATCH_SIZE="10", OTEL_EXPORTER_OTLP_TIMEOUT="1")
        self.collector.status = 503
        client, slowest = Client(), 0.0
        for _ in range(300):
            started = time.perf_counter()
            self.assertEqual(client.get("/api/v1/nowhere").status_code, 404)
            slowest = max(slowest, time.perf_counter() - started)
        wait_for(lambda: self.collector.refused)
        self.collector.status = 200
        client.get("/livez")
        tracing.provider().force_flush()

        self.assertLess(slowest, 0.5)
        self.assertGreater(len(self.collector.spans()), 0)
        self.assertLessEqual(len(self.collector.spans()), 40 + 10)
