"""One person asks for as much as they can; somebody else wants to see their todos meanwhile."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from unittest import skipUnless

import psycopg
from django.test import SimpleTestCase

from scripts.private_postgres import PrivatePostgres, server_binaries
from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import Doorman, Service, hang_up
from tests.limits import figures, only_when_asked

TODOS = 100_000
ATTACKERS = 16
SECONDS = 12
BAR_MILLISECONDS = 250
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
FAR_SECONDS = 0.01  # each way
READS: tuple[tuple[str, str, Any], ...] = (
    *(("GET", path, None) for path in ("me", "lists", "tags", "summary", "todos", "todos?due=today", "todos?q=x")),
    *(("GET", path, None) for path in ("todos?status=completed", "changes?since=0")),
)
PAGE = (*READS, ("POST", "todos", {"title": "x", "tags": ["a"]}))
PAGES = 10
needs_postgres = skipUnless(server_binaries(), "PostgreSQL's server (initdb, postgres) is not installed")

# The one todo that there is, with a new id and another day, again and again.
MULTIPLY = """
INSERT INTO todos_todo ({columns}, uid, due_date)
SELECT {columns}, gen_random_uuid(), due_date + number % 365
FROM todos_todo, generate_series(2, {todos}) number WHERE due_time IS NOT NULL
"""
TAG_ALL = """
INSERT INTO todos_todotag (owner_id, todo_id, tag_id)
SELECT todo.owner_id, todo.id, tag.id FROM todos_todo todo JOIN todos_tag tag USING (owner_id) ON CONFLICT DO NOTHING
"""
COLUMNS = """
SELECT string_agg(column_name, ', ') FROM information_schema.columns
WHERE table_name = 'todos_todo' AND column_name NOT IN ('id', 'uid', 'due_date')
"""


class Far(Doorman):
    """A database whose packets take their time."""

    def carry(self, source: Any, target: Any, is_request: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                time.sleep(FAR_SECONDS)
                target.sendall(data)
        hang_up(source)
        hang_up(target)


class Attack:
    """`with Attack(send):` keeps many sending, without any pause for what is refused, until the block ends."""

    def __init__(self, send: Callable[[int], int]) -> None:
        self.send = send
        self.statuses: Counter[int] = Counter()
        self.longest = 0.0
        self.is_over = threading.Event()
        self.numbers = itertools.count()

    def __enter__(self) -> Attack:
        self.threads = [threading.Thread(target=self.repeat, daemon=True) for _ in range(ATTACKERS)]
        for thread in self.threads:
            thread.start()
        time.sleep(0.5)
        return self

    def __exit__(self, *exception: object) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join(timeout=120)

    def repeat(self) -> None:
        while not self.is_over.is_set():
            started = time.monotonic()
            status = self.send(next(self.numbers))
            self.statuses[status] += 1
            if status == 200:
                self.longest = max(self.longest, time.monotonic() - started)
            time.sleep(0.05)


@only_when_asked
@needs_postgres
class OnePersonHoldsNotAllThreads(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.url = cls.enterClassContext(PrivatePostgres())
        cls.issuer = cls.enterClassContext(FakeBetterAuth())
        cls.service = cls.enterClassContext(Service(cls.url, cls.issuer.url, WEB_WORKERS="2", WEB_THREADS="4"))
        cls.mallory, cls.alice = (cls.issuer.token(sub=name) for name in ("mallory", "alice"))
        cls.answered("POST", "todos", cls.alice, {"title": "Alice's"})
        floating = {"title": "Mallory's", "due_date": "2026-01-01", "due_time": "09:00", "tags": ["tag"]}
        cls.answered("POST", "todos", cls.mallory, floating)
        with psycopg.connect(cls.url, autocommit=True) as connection:
            (columns,) = connection.execute(COLUMNS).fetchone() or ("",)
            connection.execute(MULTIPLY.format(columns=columns, todos=TODOS))
            connection.execute(TAG_ALL)
            connection.execute("VACUUM ANALYZE")

    @classmethod
    def answered(cls, method: str, path: str, token: str, body: Any = None) -> int:
        return cls.service.request(method, f"/api/v1/{path}", token, body)[0]

    def test_zone_changes_of_an_account_with_very_many_todos(self):
        self.assert_bystander_is_served(
            "zone changes",
            lambda number: self.answered("PATCH", "me", self.mallory, {"time_zone": ZONES[number % len(ZONES)]}),
        )

    def test_new_names_for_a_tag_with_very_many_todos(self):
        _, answer = self.service.request("GET", "/api/v1/tags", self.mallory)
        tag = f"tags/{answer['results'][0]['id']}"
        self.assert_bystander_is_served(
            "renamed tag", lambda number: self.answered("PATCH", tag, self.mallory, {"name": f"tag {number}"})
        )

    def assert_bystander_is_served(self, what: str, send: Callable[[int], int]) -> None:
        times = []
        with Attack(send) as attack:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                started = time.monotonic()
                self.assertEqual(self.answered("GET", "todos", self.alice), 200)
                times.append((time.monotonic() - started) * 1000)
                time.sleep(0.01)
        p99 = sorted(times)[len(times) * 99 // 100]

        # It was heavy, there was too much of it at once, and it did get through.
        self.assertGreater(attack.statuses[200] + attack.statuses[503], 3, attack.statuses)
        self.assertGreater(attack.statuses[429], ATTACKERS, attack.statuses)
        self.assertGreater(attack.longest, 0.5)
        self.assertLessEqual(set(attack.statuses), {200, 429, 503})
        self.assertGreater(len(times), 50)
        figures.record(f"bystander during {what}, p99", p99, BAR_MILLISECONDS, "ms")
        self.assertLessEqual(p99, BAR_MILLISECONDS, attack.statuses)


@only_when_asked
@needs_postgres
class AnOrdinaryBurstIsNotTooMuch(SimpleTestCase):
    def test_a_page_that_sends_ten_requests_at_once_to_a_database_far_away(self):
        postgres = PrivatePostgres()
        issuer = self.enterContext(FakeBetterAuth())
        url = self.enterContext(postgres)
        far = self.enterContext(Far(postgres.port))
        through = url.replace(f":{postgres.port}/", f":{far.port}/")
        # One process, so that all ten meet. The first are met by threads that have to connect.
        service = self.enterContext(Service(through, issuer.url, DATABASE_URL_DIRECT=url, WEB_WORKERS="1"))
        barrier = threading.Barrier(len(PAGE))
        quickest = math.inf

        def send(token: str, method: str, path: str, body: Any) -> int:
            nonlocal quickest
            barrier.wait(20)
            started = time.monotonic()
            status = service.request(method, f"/api/v1/{path}", token, body)[0]
            quickest = min(quickest, time.monotonic() - started)
            return status

        with ThreadPoolExecutor(len(PAGE)) as pool:
            for number in range(PAGES):
                token = issuer.token(sub=f"alice {number}")
                statuses = list(pool.map(lambda request, token=token: send(token, *request), PAGE))
                self.assertLessEqual(set(statuses), {200, 201}, number)

        self.assertGreater(quickest, 2 * FAR_SECONDS)
