"""An erasure takes long, and a device with an older token goes on sending."""

import http.client
import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import skipUnless

import psycopg
from django.test import SimpleTestCase

from scripts.private_postgres import PrivatePostgres, server_binaries
from tests.fake_betterauth import FakeBetterAuth
from tests.faults import only_when_asked
from tests.faults.stage import Service
from tests.todos.matrix import Sent
from tests.todos.raw_rows import OWNED
from tests.todos.writes import ROWS, writes

SECONDS = (1, 12, 30)
ERASE = Sent("DELETE", "me")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"
OWNER = "SELECT user_id FROM betterauth_auth_identity WHERE subject = %s"


class ErasureCase(SimpleTestCase):
    @classmethod
    def start(cls, url: str) -> None:
        cls.issuer = cls.enterClassContext(FakeBetterAuth())
        cls.requests = [sent for sent in writes() if (sent.method, sent.path) != (ERASE.method, ERASE.path)]
        # All of them wait at the same time, and one person gets no more than half of the threads.
        options = {"WEB_WORKERS": "1", "WEB_THREADS": str(2 * len(cls.requests) + 4), "DATABASE_ANSWER_SECONDS": "70"}
        cls.service = cls.enterClassContext(Service(url, cls.issuer.url, BETTER_AUTH_LEEWAY_SECONDS="1", **options))

    def settled(self, name: str) -> list[str]:
        """Makes rows for everything to be about, and gives the owner's tokens, as many as there will be writes."""
        token = self.issuer.token(sub=name, email=f"{name}@example.com", iat=int(time.time()) - 60)
        for kind, values in ROWS:
            self.assertEqual(self.send(token, Sent("POST", kind, values))[0], 201)
        # Every second one is the first of its token, whose user is looked up at once, before the write.
        now = int(time.time())
        late = [self.issuer.token(sub=name, email="late@example.com", iat=now - n) for n in range(len(self.requests))]
        return [token if number % 2 else late[number] for number in range(len(self.requests))]

    def send(self, token: str, sent: Sent) -> tuple[int, dict]:
        wire = http.client.HTTPConnection(self.service.host, self.service.port, timeout=70)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **dict(sent.headers)}
        try:
            wire.request(sent.method, f"/api/v1/{sent.path}", json.dumps(sent.body or {}), headers)
            response = wire.getresponse()
            return response.status, json.loads(response.read() or "{}")
        finally:
            wire.close()


@only_when_asked
@skipUnless(server_binaries(), "PostgreSQL's server (initdb, postgres) is not installed")
class WritesDuringALongErasure(ErasureCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.url = cls.enterClassContext(PrivatePostgres())
        cls.start(cls.url)
        cls.database = cls.enterClassContext(psycopg.connect(cls.url, autocommit=True))

    def test_leave_nothing_behind_however_long_it_takes(self):
        for seconds in SECONDS:
            with self.subTest(seconds=seconds):
                name = f"held-for-{seconds}"
                self.assert_refused(name, seconds)
                self.assert_nothing_left(name)
                self.assert_new_beginning(name)

    def assert_refused(self, name: str, seconds: int) -> None:
        tokens = self.settled(name)
        with ThreadPoolExecutor(len(tokens) + 1) as pool, self.held(name):
            erasing = pool.submit(self.send, tokens[1], ERASE)
            self.until_waiting('DELETE FROM "todos_todo"%', 1)
            began = time.monotonic()
            answers = [pool.submit(self.send, *sent) for sent in zip(tokens, self.requests, strict=True)]
            self.until_waiting("%UPDATE todos_account%", len(tokens))
            time.sleep(max(0, began + seconds - time.monotonic()))
            self.assertFalse(erasing.done())
        self.assertEqual(erasing.result()[0], 204)
        for sent, answer in zip(self.requests, answers, strict=True):
            with self.subTest(str(sent)):
                status, problem = answer.result()
                self.assertIn((status, problem["code"]), {(401, "unauthenticated"), (409, "account_erased")})

    @contextmanager
    def held(self, name: str):
        """While somebody has a lock on the rows, an erasure that has begun can't go on."""
        with psycopg.connect(self.url) as holder:
            held = holder.execute(f"SELECT id FROM todos_todo WHERE owner_id = ({OWNER}) FOR UPDATE", [name])
            self.assertGreater(len(held.fetchall()), 0)
            yield

    def until_waiting(self, statement: str, count: int) -> None:
        deadline = time.monotonic() + 10
        while (found := self.database.execute(WAITING, [statement]).fetchone()[0]) != count:
            self.assertLess(time.monotonic(), deadline, f"{found} of {count} wait with {statement}")
            time.sleep(0.02)

    def assert_nothing_left(self, name: str) -> None:
        for model in OWNED[1:]:
            table = model._meta.db_table
            rows = self.database.execute(f"SELECT * FROM {table} WHERE owner_id = ({OWNER})", [name]).fetchall()
            self.assertEqual(rows, [], table)
        settings = f"SELECT time_zone, week_start, default_list_id FROM todos_account WHERE owner_id = ({OWNER})"
        self.assertEqual(self.database.execute(settings, [name]).fetchone(), ("UTC", 1, None))
        profile = "SELECT name, email, image FROM betterauth_auth_identity WHERE subject = %s"
        self.assertEqual(self.database.execute(profile, [name]).fetchone(), ("", "", ""))

    def assert_new_beginning(self, name: str) -> None:
        cut_off = "SELECT tokens_valid_after FROM betterauth_auth_identity WHERE subject = %s"
        while int(time.time()) <= self.database.execute(cut_off, [name]).fetchone()[0].timestamp():
            time.sleep(0.1)
        status, _ = self.send(self.issuer.token(sub=name), Sent("POST", "todos", {"title": "new life"}))
        self.assertEqual(status, 201)


@only_when_asked
class WritesDuringALongErasureOnSQLite(ErasureCase):
    """One writer at a time, in no order: somebody else's lock holds the erasure and the writes up alike."""

    def test_leave_nothing_behind(self):
        folder = Path(self.enterContext(TemporaryDirectory()))
        self.start(f"sqlite:///{folder}/todo.sqlite3")
        refused = 0
        for seconds in (1, 12):
            with self.subTest(seconds=seconds), closing(sqlite3.connect(folder / "todo.sqlite3")) as database:
                name = f"held-for-{seconds}"
                tokens = self.settled(name)
                with ThreadPoolExecutor(len(tokens) + 1) as pool:
                    database.execute("BEGIN IMMEDIATE")
                    sent = [(tokens[1], ERASE), *zip(tokens, self.requests, strict=True)]
                    answers = [pool.submit(self.send, *one) for one in sent]
                    time.sleep(seconds)
                    self.assertEqual([answer.done() for answer in answers], [False] * len(sent))
                    database.rollback()

                statuses = [answer.result()[0] for answer in answers]
                self.assertEqual(statuses[0], 204)
                self.assertLess(max(statuses), 500, statuses)
                refused += statuses.count(401)
                owner = database.execute(OWNER.replace("%s", "?"), [name]).fetchone()
                for model in OWNED[1:]:
                    table = model._meta.db_table
                    rows = database.execute(f"SELECT * FROM {table} WHERE owner_id = ?", owner).fetchall()
                    self.assertEqual(rows, [], table)
        # Some of them had their turn after the erasure.
        self.assertGreater(refused, 0)
