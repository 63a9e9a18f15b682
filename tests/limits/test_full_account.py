"""What reading costs somebody who has as many rows as the quotas allow."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import skipUnless

import psycopg
from django.test import SimpleTestCase

from scripts.private_postgres import PrivatePostgres, server_binaries
from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import Service
from tests.limits import only_when_asked
from tests.limits.figures import record
from todos.changes.history import CHANGES_TO_A_COUNT

TODOS, LISTS, TAGS, TAGS_OF_A_TODO, COMPLETIONS, VIEWS = 100_000, 1_000, 5_000, 5, 50_000, 200
BAR_SECONDS = 1.5
NOW = datetime.now(UTC).replace(microsecond=0)
BORN = {"created_at": f"{NOW:%Y-%m-%d %H:%M:%S}", "updated_at": f"{NOW:%Y-%m-%d %H:%M:%S}"}
# The same person has made the Inbox and a first todo before.
FIRST = 10
REQUESTS = (
    "/summary",
    "/summary?tz=Asia/Tokyo",
    "/summary?views=true",
    "/tags?page_size=200",
    "/lists?page_size=200",
    "/views?page_size=200",
    "/todos?page_size=200",
    "/todos?page_size=200&include=lists,tags,views,summary",
    "/completions?page_size=200",
    "/completions?ordering=-completed_at&page_size=200",
    "/changes?page_size=200",
    f"/changes?page_size=200&since={FIRST + LISTS}",
    f"/changes?page_size=200&since={FIRST + LISTS + TAGS + TODOS // 2}",
    f"/changes?page_size=200&since={FIRST + LISTS + TAGS + TODOS - 20}",
)
# The first todo has all of the history, which each of these reads or counts.
HABIT = {"title": "first", "due_date": f"{NOW:%Y-%m-%d}", "rrule": "FREQ=DAILY"}
Rows = Iterator[dict[str, object]]


def lists(owner: int) -> Rows:
    for number in range(LISTS - 1):
        place = {"id": FIRST + number, "position": f"j{number:06}i", "version": FIRST + number}
        yield {**row(owner, "list", number), **place, "name": f"list {number}", "color": "", "is_inbox": 0}


def tags(owner: int) -> Rows:
    for number in range(TAGS):
        version = FIRST + LISTS + number
        names = {"name": f"tag {number:05}", "key": f"tag {number:05}", "color": ""}
        yield {**row(owner, "tag", number), **names, "id": FIRST + number, "version": version}


def todos(owner: int) -> Rows:
    """Four of five are open, most have a date around today, some of these a time, and some are in the trash."""
    for number in range(TODOS - 1):
        day = NOW.date() + timedelta(days=number * 7 % 400 - 200) if number % 4 else None
        is_trashed = number % 50 == 0
        yield {
            **row(owner, "todo", number),
            "id": FIRST + number,
            "list_id": FIRST + number % (LISTS - 1),
            "title": f"todo {number}",
            "title_sort": f"todo {number}",
            "notes": "something to remember " * 5,
            "priority": number % 4,
            "due_date": day and f"{day:%Y-%m-%d}",
            "due_time": "10:30:00" if day and number % 3 == 0 else None,
            "due_sort": day.toordinal() if day else 2**40,
            "time_zone": "",
            "position": f"j{number:06}i",
            "completed_at": f"{NOW - timedelta(minutes=number):%Y-%m-%d %H:%M:%S}" if number % 5 > 3 else None,
            "deleted_at": BORN["created_at"] if is_trashed else None,
            "trashed_in": 1 if is_trashed else None,
            "version": FIRST + LISTS + TAGS + number,
        }


def links(owner: int) -> Rows:
    for number in range(TODOS - 1):
        for step in range(TAGS_OF_A_TODO):
            # The first tag is on every todo.
            tag = FIRST + (step and 1 + (number * 7 + step) % (TAGS - 1))
            yield {"owner_id": owner, "todo_id": FIRST + number, "tag_id": tag}


def completions(owner: int) -> Rows:
    for number in range(COMPLETIONS):
        moment = NOW - timedelta(minutes=COMPLETIONS - number)
        yield {
            "uid": uuid.UUID(int=number + 1).hex,
            "owner_id": owner,
            "todo_id": 1,
            "series_in": 1,
            "occurrence_number": number + 1,
            "occurrence_on": f"{moment:%Y-%m-%d}",
            "due_date": f"{moment:%Y-%m-%d}",
            "missed": 0,
            "is_skipped": 0,
            "subtasks": "",
            "reminders": "",
            "completed_at": f"{moment:%Y-%m-%d %H:%M:%S}",
        }


def views(owner: int) -> Rows:
    """Those that are counted look at everything that is due, by priority."""
    for number in range(VIEWS):
        query = f'{{"due":["upcoming","overdue"],"priority_gte":{number % 4},"status":"open"}}'
        place = {"id": FIRST + number, "position": f"j{number:06}i", "version": VERSION - VIEWS + number}
        yield {**row(owner, "view", number), **place, "name": f"view {number}", "color": "", "query": query}


def row(owner: int, kind: str, number: int) -> dict[str, object]:
    return {"uid": uuid.uuid5(uuid.NAMESPACE_OID, f"{kind} {number}").hex, "owner_id": owner, **BORN}


TABLES = (
    ("todos_list", lists),
    ("todos_tag", tags),
    ("todos_todo", todos),
    ("todos_todotag", links),
    ("todos_completion", completions),
    ("todos_view", views),
)
VERSION = FIRST + LISTS + TAGS + TODOS + VIEWS
ACCOUNT = f"UPDATE todos_account SET version = {VERSION}, todo_count = {TODOS}, time_zone = 'Europe/Berlin'"
OWNER = "SELECT owner_id FROM todos_account"


class FullAccountCase(SimpleTestCase):
    name = ""

    def measure(self, url: str) -> None:
        issuer = self.enterContext(FakeBetterAuth())
        self.service = self.enterContext(Service(url, issuer.url, WEB_WORKERS="1"))
        self.token = issuer.token(sub="alice")
        self.assertEqual(self.service.request("POST", "/api/v1/todos", self.token, HABIT)[0], 201)
        self.fill(url)
        figures = [self.figure("GET", path) for path in REQUESTS]
        uid = self.service.request("GET", "/api/v1/todos?q=first", self.token)[1]["results"][0]["id"]
        history = f"/todos/{uid}/completions?ordering=-completed_at&page_size=200"
        self.assertIsNotNone(self.service.request("GET", f"/api/v1{history}", self.token)[1]["next"])
        figures.append(self.figure("GET", history))
        figures += [self.figure("POST", f"/todos/{uid}/{verb}") for verb in ("skip", "reopen")]
        # One of these counts.
        counting = CHANGES_TO_A_COUNT
        figures.append(self.figure("POST", f"/todos/{uid}/complete", times=counting, which=counting - 1))
        self.assert_full()
        for figure in figures:
            with self.subTest(figure.what):
                self.assertLess(figure.value, figure.bar)

    def fill(self, url: str) -> None:
        raise NotImplementedError

    def figure(self, method: str, path: str, *, times: int = 3, which: int = 1):
        """One of so many times, in their order."""
        seconds = []
        for _ in range(times):
            began = time.monotonic()
            status, answer = self.service.request(method, f"/api/v1{path}", self.token)
            seconds.append(time.monotonic() - began)
            self.assertEqual(status, 200, answer)
        return record(f"{self.name}: full account, {method} {path}", sorted(seconds)[which], BAR_SECONDS, "s")

    def assert_full(self) -> None:
        summary = self.service.request("GET", "/api/v1/summary", self.token)[1]
        self.assertEqual((len(summary["lists"]), len(summary["tags"])), (LISTS, TAGS))
        self.assertGreater(min(summary["overdue"], summary["upcoming"]), TODOS / 10)
        self.assertGreater(sum(summary["tags"].values()), TODOS / 2)
        counted = self.service.request("GET", "/api/v1/summary?views=true", self.token)[1]["views"]
        self.assertGreater(max(filter(None, counted.values())), TODOS / 10)
        for kind, body in BODIES.items():
            status, problem = self.service.request("POST", f"/api/v1/{kind}", self.token, body)
            self.assertEqual((status, problem["code"]), (409, f"too_many_{kind}"))


BODIES = {"todos": {"title": "one more"}, "lists": {"name": "one more"}, "views": {"name": "one more", "query": {}}}


@only_when_asked
class OnSQLite(FullAccountCase):
    name = "SQLite"

    def test_every_page_stays_below_the_bar(self):
        folder = Path(self.enterContext(TemporaryDirectory()))
        self.measure(f"sqlite:///{folder}/todo.sqlite3")

    def fill(self, url: str) -> None:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            (owner,) = database.execute(OWNER).fetchone()
            for table, rows in TABLES:
                columns = list(next(rows(owner)))
                sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
                database.executemany(sql, (tuple(values.values()) for values in rows(owner)))
            database.execute(ACCOUNT)
            database.commit()


@only_when_asked
@skipUnless(server_binaries(), "PostgreSQL's server (initdb, postgres) is not installed")
class OnPostgreSQL(FullAccountCase):
    name = "PostgreSQL"

    def test_every_page_stays_below_the_bar(self):
        self.measure(self.enterContext(PrivatePostgres()))

    def fill(self, url: str) -> None:
        with psycopg.connect(url) as database:
            # The rows are sound, and to check each reference takes longer than to write them.
            database.execute("SET session_replication_role = replica")
            (owner,) = database.execute(OWNER).fetchone()
            for table, rows in TABLES:
                columns = list(next(rows(owner)))
                with database.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                    for values in rows(owner):
                        copy.write_row(tuple(values.values()))
            database.execute(ACCOUNT)
        with psycopg.connect(url, autocommit=True) as database:
            database.execute("VACUUM ANALYZE")
