"""PostgreSQL dies, restarts, freezes and wakes up slowly under users who keep working."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from unittest import skipUnless

import psycopg
from django.test import SimpleTestCase

from scripts.private_pgbouncer import PGBOUNCER, PgBouncer
from scripts.private_postgres import PrivatePostgres, server_binaries
from tests.fake_betterauth import FakeBetterAuth
from tests.faults import only_when_asked
from tests.faults.load import READERS, WRITERS, Figures, Load
from tests.faults.stage import Doorman, Service

# What a crash may not take away. The private cluster's own settings prefer speed.
DURABLE = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n"
needs_postgres = skipUnless(server_binaries(), "PostgreSQL's server (initdb, postgres) is not installed")
needs_pgbouncer = skipUnless(server_binaries() and PGBOUNCER, "PostgreSQL's server or PgBouncer is not installed")


def end_every_connection(url: str) -> int:
    """How many there were."""
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchall()
    time.sleep(0.2)  # They are told to end, and take a moment to do it.
    return ended.count((True,))


class FaultCase(SimpleTestCase):
    """A PostgreSQL, a doorman in front of it, and the service; one of each for the whole class."""

    behind_pgbouncer = False

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.postgres = PrivatePostgres(DURABLE)
        cls.url = cls.enterClassContext(cls.postgres)
        cls.issuer = cls.enterClassContext(FakeBetterAuth())
        cls.tokens = [cls.issuer.token(sub=f"user{number}") for number in range(READERS + WRITERS)]
        cls.start()

    @classmethod
    def start(cls) -> None:
        cls.doorman = cls.enterClassContext(Doorman(cls.postgres.port))
        through = cls.url.replace(f":{cls.postgres.port}/", f":{cls.doorman.port}/")
        cls.service = cls.enterClassContext(Service(through, cls.issuer.url, DATABASE_URL_DIRECT=cls.url))

    @classmethod
    def start_behind_pgbouncer(cls, settings: str = "", **variables: str) -> None:
        cls.pgbouncer = cls.enterClassContext(PgBouncer(cls.url, settings))
        variables |= {"DATABASE_URL_DIRECT": cls.url, "DATABASE_POOLED": "true"}
        cls.service = cls.enterClassContext(Service(cls.pgbouncer.url, cls.issuer.url, **variables))

    def load(self, scenario: str) -> Load:
        self.trouble_before = self.service.trouble()
        return Load(self.service, self.tokens, scenario)

    def assert_met(self, figures: Figures, *, longest_wait: float = 0) -> None:
        """Users met the fault: some request ran into it, and some waited for as long as it took."""
        if longest_wait:
            self.assertGreater(figures.slowest, longest_wait, figures)
        else:
            self.assertGreater(self.service.trouble(), self.trouble_before, figures)

    def assert_kept(self, figures: Figures, *, slowest: float = 12) -> None:
        self.assertEqual(figures.surprises, [], self.service.words())
        self.assertGreater(min(figures.reads, figures.writes), 0)
        kept = (figures.reads_failed, figures.errors_500, figures.lost, figures.duplicates)
        self.assertEqual(kept, (0, 0, 0, 0), figures)
        self.assertLess(figures.slowest, slowest)

    def warm_up(self) -> None:
        for token in self.tokens * 2:
            self.service.request("GET", "/api/v1/todos", token)


@only_when_asked
@needs_postgres
class PostgresFails(FaultCase):
    def test_connections_killed_while_they_rest_fail_no_request_read_or_write(self):
        self.warm_up()
        self.assertGreater(end_every_connection(self.url), 0)

        statuses = [self.service.request("GET", "/api/v1/todos", self.tokens[n % 8])[0] for n in range(12)]
        self.assertGreater(end_every_connection(self.url), 0)
        statuses += [
            self.service.request("POST", "/api/v1/todos", self.tokens[n % 8], {"title": "x"})[0] for n in range(12)
        ]
        self.assertEqual(statuses, [200] * 12 + [201] * 12)

    def test_connections_killed_under_load(self):
        with self.load("every connection killed, 8 times") as figures:
            for _ in range(8):
                self.assertGreater(end_every_connection(self.url), 0)
                time.sleep(0.5)
        self.assert_met(figures)
        self.assert_kept(figures)

    def test_a_fast_restart(self):
        with self.load("fast restart") as figures:
            self.postgres.restart("fast")
        self.assert_met(figures)
        self.assert_kept(figures)

    def test_an_immediate_restart_with_crash_recovery(self):
        with self.load("immediate restart") as figures:
            self.postgres.restart("immediate")
        self.assert_met(figures)
        self.assert_kept(figures)

    def test_three_seconds_without_a_server(self):
        with self.load("3 s outage") as figures:
            self.postgres.restart("fast", seconds_down=3)
        self.assert_met(figures, longest_wait=2.5)
        self.assert_kept(figures)

    def test_a_server_that_freezes_for_four_seconds(self):
        with self.load("frozen for 4 s") as figures:
            self.postgres.freeze(4)
        self.assert_met(figures, longest_wait=3.5)
        self.assert_kept(figures)

    def test_a_compute_that_wakes_up_slowly(self):
        for mode in ("hold", "refuse", "error"):
            for seconds in (3, 8):
                with self.subTest(mode=mode, seconds=seconds):
                    with self.load(f"cold start: {mode} for {seconds} s") as figures:
                        self.doorman.set(mode)
                        time.sleep(seconds)
                        self.doorman.set("open")
                    self.assert_met(figures, longest_wait=seconds - 0.5)
                    self.assert_kept(figures)

    def test_a_commit_whose_answer_is_lost_is_not_called_a_success(self):
        self.doorman.set("lose commit")
        self.addCleanup(self.doorman.set, "open")
        body = {"id": "0192b7a0-0000-7000-8000-000000000001", "title": "half told"}
        self.assertEqual(self.service.request("POST", "/api/v1/todos", self.tokens[0], body)[0], 503)
        self.assertEqual(self.doorman.commits_lost, 1)

        self.doorman.set("open")
        self.assertIn(self.service.request("POST", "/api/v1/todos", self.tokens[0], body)[0], {200, 201})

    def test_in_a_long_outage_answers_are_quick_and_the_process_stays_alive(self):
        self.doorman.set("refuse")
        self.addCleanup(self.doorman.set, "open")
        threads = [
            threading.Thread(target=self.service.request, args=("GET", "/api/v1/todos", token)) for token in self.tokens
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        started = time.monotonic()
        statuses = [self.service.request("GET", "/api/v1/todos", token)[0] for token in self.tokens]

        self.assertEqual(statuses, [503] * 8)
        self.assertLess(time.monotonic() - started, 4)
        self.assertEqual(self.service.request("GET", "/livez")[0], 200)
        self.doorman.set("open")
        self.assertEqual(self.service.request("GET", "/api/v1/todos", self.tokens[0])[0], 200)

    def test_connections_held_are_workers_times_threads(self):
        with ThreadPoolExecutor(16) as pool:
            tokens = [self.tokens[number % 8] for number in range(300)]
            answers = list(pool.map(lambda token: self.service.request("GET", "/api/v1/todos", token)[0], tokens))
        self.assertEqual(answers, [200] * 300)
        with psycopg.connect(self.url) as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'todo-api'"
            (held,) = connection.execute(query).fetchone()
        self.assertIn(held, range(3, 9))


@only_when_asked
@needs_pgbouncer
class PostgresFailsBehindPgBouncer(FaultCase):
    @classmethod
    def start(cls) -> None:
        cls.start_behind_pgbouncer()

    def test_connections_killed_under_load(self):
        with self.load("PgBouncer: every connection killed, 8 times") as figures:
            for _ in range(8):
                self.assertGreater(end_every_connection(self.url), 0)
                time.sleep(0.5)
        self.assert_met(figures)
        self.assert_kept(figures)

    def test_a_fast_restart_of_the_server_behind_it(self):
        with self.load("PgBouncer: fast restart of the server") as figures:
            self.postgres.restart("fast")
        self.assert_met(figures)
        self.assert_kept(figures)

    def test_three_seconds_without_the_server_behind_it(self):
        with self.load("PgBouncer: 3 s outage of the server") as figures:
            self.postgres.restart("fast", seconds_down=3)
        self.assert_met(figures, longest_wait=2.5)
        self.assert_kept(figures)

    def test_a_restart_of_the_pooler_itself(self):
        with self.load("PgBouncer itself: 1 s outage") as figures:
            self.pgbouncer.stop()
            time.sleep(1)
            self.pgbouncer.__enter__()
        self.assert_met(figures, longest_wait=0.8)
        self.assert_kept(figures)


@only_when_asked
@needs_postgres
class WorkersAreKilled(FaultCase):
    def test_a_write_sent_again_after_kill_9_exists_once(self):
        killed: set[int] = set()
        with self.load("kill -9 of every worker, 3 times") as figures:
            for _ in range(3):
                workers = self.service.workers()
                self.assertEqual(len(workers), 2)
                self.assertFalse(killed.intersection(workers))
                for worker in workers:
                    os.kill(worker, signal.SIGKILL)
                killed.update(workers)
                time.sleep(4)
            self.assertFalse(killed.intersection(self.service.workers()))
        self.assertGreater(figures.writes_unavailable, 0, "no write was under way when a worker was killed")
        self.assertEqual((figures.errors_500, figures.lost, figures.duplicates), (0, 0, 0), figures)
