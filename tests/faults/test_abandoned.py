"""Statements that nobody waits for any more: the server stops them, or is told to."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
from django.test import SimpleTestCase

from scripts.private_pgbouncer import PgBouncer
from scripts.private_postgres import PrivatePostgres
from tests.fake_betterauth import FakeBetterAuth
from tests.faults import only_when_asked
from tests.faults.stage import Service
from tests.faults.test_database import needs_pgbouncer, needs_postgres

ANSWER_SECONDS = 4
# The server gives up a statement after 0.9 of that, a lock after half of it.
STATEMENT_SECONDS, LOCK_SECONDS = 3.6, 2
CANCEL_SECONDS = 2
MARGIN_SECONDS = 1.5
UNHURRIED = "BEGIN PERFORM pg_sleep(1); RETURN '2026-01-01'; END"
SLOW = "BEGIN PERFORM pg_sleep(60); RETURN '2026-01-01'; END"
# Takes no notice the first time it is told to stop, as if the server had no limit.
STUBBORN = (
    "BEGIN PERFORM pg_sleep(60); RETURN NULL; EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(60); RETURN NULL; END"
)
REASONS_ARE_LOGGED = "log_min_messages = error\nlogging_collector = on\nlog_directory = 'log'\n"
ACTIVE = """
SELECT count(*) FROM pg_stat_activity
WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


class Answer:
    def __init__(self, service: Service, method: str, path: str, token: str, body: Any = None) -> None:
        started = time.monotonic()
        wire = http.client.HTTPConnection(service.host, service.port, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        wire.request(method, path, body and json.dumps(body), headers)
        response = wire.getresponse()
        self.status, self.retry_after = response.status, response.headers["Retry-After"]
        self.body = response.read()
        self.seconds = time.monotonic() - started
        wire.close()


@only_when_asked
@needs_postgres
class Abandoned(SimpleTestCase):
    """Ten people; each has a todo that begins today, so a list of theirs asks what day it is."""

    behind_pgbouncer = False
    pooler_settings = ""
    more_variables: dict[str, str] = {}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.postgres = PrivatePostgres(REASONS_ARE_LOGGED)
        cls.url = through = cls.enterClassContext(cls.postgres)
        variables = {"DATABASE_ANSWER_SECONDS": str(ANSWER_SECONDS), "WEB_WORKERS": "1", "WEB_THREADS": "10"}
        # A page that is sent again as it was asks nothing slow.
        variables |= {"REMEMBERED_PAGES_MB": "0", **cls.more_variables}
        if cls.behind_pgbouncer:
            cls.pgbouncer = cls.enterClassContext(PgBouncer(cls.url, cls.pooler_settings))
            through = cls.pgbouncer.url
            variables |= {"DATABASE_URL_DIRECT": cls.url, "DATABASE_POOLED": "true"}
        cls.issuer = cls.enterClassContext(FakeBetterAuth())
        cls.service = cls.enterClassContext(Service(through, cls.issuer.url, **variables))
        cls.tokens = [cls.issuer.token(sub=f"user{number}") for number in range(10)]
        cls.database = cls.enterClassContext(psycopg.connect(cls.url, autocommit=True))

    def setUp(self) -> None:
        # Twice, because from its second time on a statement is prepared.
        for _ in range(2):
            self.assertEqual({answer.status for answer in self.ten("GET", "/api/v1/todos")}, {200})
            self.assertEqual({answer.status for answer in self.ten_creations(starts_on="2026-01-01")}, {201})

    def ten(self, method: str, path: str, bodies: Any = (None,) * 10) -> list[Answer]:
        with ThreadPoolExecutor(10) as people:
            sent = zip(self.tokens, bodies, strict=True)
            return list(people.map(lambda one: Answer(self.service, method, path, *one), sent))

    def ten_creations(self, **more: str) -> list[Answer]:
        return self.ten("POST", "/api/v1/todos", [{"id": str(uuid.uuid4()), "title": "x", **more} for _ in range(10)])

    @contextmanager
    def local_date(self, body: str) -> Iterator[None]:
        """The service's own function does something else meanwhile."""
        name = "todos_local_date"
        (source,) = self.database.execute("SELECT pg_get_functiondef(%s::regproc)", [name]).fetchone()
        head, _, _ = source.partition("LANGUAGE")
        self.database.execute(f"{head} LANGUAGE plpgsql STABLE AS $$ {body} $$")
        try:
            yield
        finally:
            self.database.execute(source)

    def active(self) -> int:
        return self.database.execute(ACTIVE).fetchone()[0]

    def ended_by(self, reason: str) -> int:
        return sum(file.read_text().count(f"due to {reason}") for file in self.postgres.data.glob("log/*"))

    def while_ten_are_active(self, send: Any) -> list[Answer]:
        with ThreadPoolExecutor(1) as thread:
            answers = thread.submit(send)
            most, deadline = 0, time.monotonic() + 2
            while most < 10 and time.monotonic() < deadline:
                most = max(most, self.active())
            self.assertEqual(most, 10, "the ten statements did not run")
            return answers.result()

    def assert_given_up(self, answers: list[Answer], seconds: float) -> None:
        self.assertEqual([(answer.status, answer.retry_after) for answer in answers], [(503, "5")] * 10)
        for answer in answers:
            self.assertAlmostEqual(answer.seconds, seconds, delta=MARGIN_SECONDS)
        time.sleep(2)
        self.assertEqual(self.active(), 0)

    def test_a_statement_that_is_too_slow_is_stopped_by_the_server(self):
        before = self.ended_by("statement timeout")
        with self.local_date(SLOW):
            answers = self.while_ten_are_active(lambda: self.ten("GET", "/api/v1/todos"))
            self.assert_given_up(answers, STATEMENT_SECONDS)
        self.assertEqual(self.ended_by("statement timeout"), before + 10)
        self.assertEqual({answer.status for answer in self.ten("GET", "/api/v1/todos")}, {200})

    def test_a_statement_that_the_servers_limit_does_not_stop_is_cancelled(self):
        before = self.ended_by("user request")
        with self.local_date(STUBBORN):
            answers = self.while_ten_are_active(lambda: self.ten("GET", "/api/v1/todos"))
            self.assert_given_up(answers, ANSWER_SECONDS)
        self.assertEqual(self.ended_by("user request"), before + 10)
        self.assertEqual({answer.status for answer in self.ten("GET", "/api/v1/todos")}, {200})

    def test_a_write_does_not_wait_for_a_lock_without_end(self):
        path = f"/api/v1/todos/{json.loads(self.ten('GET', '/api/v1/todos')[0].body)['results'][0]['id']}"
        for what, send in {
            "one statement": self.ten_creations,
            "a transaction": lambda: self.ten("PATCH", path, [{"title": "y"}] * 10),
        }.items():
            with self.subTest(what), psycopg.connect(self.url) as other:
                other.execute("SELECT owner_id FROM todos_account FOR UPDATE")
                self.assert_given_up(self.while_ten_are_active(send), LOCK_SECONDS)
                other.rollback()
                self.assertEqual({answer.status for answer in self.ten_creations()}, {201})

    def test_a_frozen_server_holds_nobody_much_longer_and_does_not_go_on_afterwards(self):
        for what, send in {"reads": lambda: self.ten("GET", "/api/v1/todos"), "writes": self.ten_creations}.items():
            with self.subTest(what), ThreadPoolExecutor(1) as thread:
                # Each thread of the service gets a connection, or it would be making one meanwhile.
                with self.local_date(UNHURRIED):
                    self.while_ten_are_active(lambda: self.ten("GET", "/api/v1/todos"))
                frozen = thread.submit(self.postgres.freeze, ANSWER_SECONDS + CANCEL_SECONDS + 4)
                time.sleep(0.2)
                answers = send()
                self.assertFalse(frozen.done())
                frozen.result()
                self.assert_given_up(answers, ANSWER_SECONDS + CANCEL_SECONDS)
                self.assertEqual({answer.status for answer in self.ten("GET", "/api/v1/todos")}, {200})


@only_when_asked
@needs_pgbouncer
class AbandonedBehindPgBouncer(Abandoned):
    behind_pgbouncer = True

    def tearDown(self) -> None:
        self.assertIsNone(self.pgbouncer.process.poll(), "the pooler has died")
