"""A real PgBouncer that keeps prepared statements, or keeps none, or loses them under way."""

from __future__ import annotations

import time
from unittest import skipUnless

import psycopg
from django.db import connection
from django.test import SimpleTestCase, override_settings

from scripts.private_pgbouncer import PgBouncer, keeps_statements
from scripts.private_postgres import PrivatePostgres
from tests.faults import only_when_asked, test_abandoned, test_database
from tests.faults.test_database import needs_pgbouncer
from todoproject.config.databases import database
from todoproject.postgresql import base, pooled

KEEPING = "max_prepared_statements = 200"
RELYING = {"DATABASE_POOLER_PREPARES": "true", "LOG_LEVEL": "WARNING", "REMEMBERED_PAGES_MB": "0"}
NONE_KEPT = "max_prepared_statements = 0" if keeps_statements() else ""
# Its version 1.21 brought them.
needs_new_pgbouncer = skipUnless(keeps_statements(), "needs PgBouncer 1.21 or newer")
KEPT = "SELECT statement FROM pg_prepared_statements WHERE name LIKE 'PGBOUNCER%'"


def connected(test: SimpleTestCase, pgbouncer: PgBouncer) -> base.DatabaseWrapper:
    entry = database(pgbouncer.url, is_pooled=True, max_age=0, answer_seconds=10)
    wrapper = base.DatabaseWrapper({**connection.settings_dict, "PASSWORD": "", **entry}, "pooled")
    test.addCleanup(wrapper.close)
    wrapper.ensure_connection()
    wrapper.execute_wrappers.clear()
    return wrapper


@only_when_asked
@needs_pgbouncer
class APoolerThatKeepsNone(test_database.FaultCase):
    @classmethod
    def start(cls) -> None:
        cls.start_behind_pgbouncer(NONE_KEPT, **RELYING)

    def test_is_noticed_when_the_service_starts_and_nobody_else_notices(self):
        with self.load("PgBouncer keeps no prepared statements") as figures:
            time.sleep(3)
        self.assert_kept(figures)
        self.assertEqual(figures.failed, [])
        # Two processes, which need not both have been asked.
        self.assertIn(self.service.words().count("keeps no prepared statements"), {1, 2}, self.service.words())
        self.assertEqual(self.service.words().count("lost a prepared statement"), 0)

    def test_is_warned_of_by_the_check(self):
        self.service.manage("check", "--database=default").wait()

        self.assertIn("todoproject.W002", self.service.words())


@only_when_asked
@needs_pgbouncer
@override_settings(DATABASE_POOLER_PREPARES=True)
class NamesOfAPoolerThatKeepsNone(SimpleTestCase):
    """Taken for one that keeps them, which the question on connecting rules out."""

    def setUp(self) -> None:
        self.addCleanup(setattr, pooled, "_is_trusted", True)
        self.url = self.enterContext(PrivatePostgres())
        self.pgbouncer = self.enterContext(PgBouncer(self.url, f"{NONE_KEPT}\nquery_wait_timeout = 5"))

    def test_that_are_lost_end_the_reliance_and_nothing_else(self):
        alice, bob = connected(self, self.pgbouncer), connected(self, self.pgbouncer)
        self.assertEqual((alice.prepared, bob.prepared), (None, None))
        alice.prepared = pooled.PooledStatements(alice.connection, 10)
        for _ in range(2):
            rows = alice.fetch_prepared("SELECT 'hers'", [])
        self.assertEqual(rows, [("hers",)])
        with bob.cursor() as cursor:
            cursor.execute("BEGIN")
            # The server process that knows her statement is his now; she gets another one.
            self.assertIsNone(alice.fetch_prepared("SELECT 'hers'", []))
            cursor.execute("COMMIT")
        self.assertFalse(pooled._is_trusted)
        with alice.cursor() as cursor:
            cursor.execute("SELECT 'hers'")
            self.assertEqual(cursor.fetchall(), [("hers",)])


class Preparing:
    """The service relies on a PgBouncer that keeps statements; each test sees that it kept some."""

    def tearDown(self) -> None:
        for token in self.tokens * 3:
            self.service.request("GET", "/api/v1/todos", token)
        with psycopg.connect(self.pgbouncer.url, autocommit=True) as connection:
            kept = [text for (text,) in connection.execute(KEPT)]
        self.assertTrue([text for text in kept if "todos_todo" in text], kept)
        self.assertNotIn("prepared statement", self.service.words())
        super().tearDown()


@needs_new_pgbouncer
class PostgresFailsBehindAPoolerThatKeepsStatements(Preparing, test_database.PostgresFailsBehindPgBouncer):
    @classmethod
    def start(cls) -> None:
        cls.start_behind_pgbouncer(KEEPING, **RELYING)


@needs_new_pgbouncer
class AbandonedBehindAPoolerThatKeepsStatements(Preparing, test_abandoned.AbandonedBehindPgBouncer):
    pooler_settings = KEEPING
    more_variables = RELYING


@only_when_asked
@needs_new_pgbouncer
class APoolerThatStopsKeepingThem(test_database.FaultCase):
    @classmethod
    def start(cls) -> None:
        cls.start_behind_pgbouncer(KEEPING, **RELYING)

    def test_under_load_is_noticed_once_in_each_process_and_loses_nothing(self):
        with self.load("PgBouncer told to keep no prepared statements") as figures:
            time.sleep(2)
            self.pgbouncer.configure("max_prepared_statements = 0")
            time.sleep(3)
        self.assert_kept(figures)
        self.assertIn(self.service.words().count("lost a prepared statement"), {1, 2}, self.service.words())


@only_when_asked
@needs_new_pgbouncer
@override_settings(DATABASE_POOLER_PREPARES=True)
class WhatAPoolerKeepsIsOutdated(SimpleTestCase):
    """PgBouncer goes by the text, so what a migration has spoiled stays spoiled under it, for new clients too."""

    def test_and_prepared_under_another_text_after_the_first_refusal(self):
        url = self.enterContext(PrivatePostgres())
        pgbouncer = self.enterContext(PgBouncer(url, f"{KEEPING}\ndefault_pool_size = 1"))
        with psycopg.connect(url, autocommit=True) as direct:
            direct.execute("CREATE TABLE thing (size int)")
            yields = []
            for size in ("int", "bigint", "bigint"):
                direct.execute(f"ALTER TABLE thing ALTER size TYPE {size}")
                client = connected(self, pgbouncer)
                yields.append([client.fetch_prepared("SELECT size FROM thing", []) for _ in range(4)])
                client.close()
        self.assertEqual(yields, [[None, [], [], []], [None, None, [], []], [None, None, [], []]])
