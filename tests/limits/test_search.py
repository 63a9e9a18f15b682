"""What a search costs by text and part that were chosen to make it slow, beside what it costs by harmless ones."""

from __future__ import annotations

import random
import sqlite3
import time
import uuid
from contextlib import closing
from itertools import product
from tempfile import TemporaryDirectory
from typing import Any
from unittest import skipUnless
from urllib.parse import quote

import psycopg
from django.test import SimpleTestCase

from scripts.private_postgres import PrivatePostgres, server_binaries
from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import Service
from tests.limits import only_when_asked
from tests.limits.figures import record

LONGEST_PART = 200
# Which column is filled, with how many letters, in how many todos.
SIZES = (("notes", 20_000, 200), ("title", 500, 4_000), ("notes", 2_000, 1_000))
# The letters of a harmless text, of which hostile ones take the first two.
ALPHABETS = {
    "Latin": "abcdefghijklmnopqrstuvwxyz",
    "Greek": "αβγδεζηθικλμνξοπρστυφχψω",
    "emoji": "😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏",
}
WORST_RATIO = 3


def filled(pattern: str, length: int) -> str:
    return (pattern * (length // len(pattern) + 1))[:length]


def fibonacci(a: str, b: str, length: int) -> str:
    shorter, longer = a, a + b
    while len(longer) < length:
        shorter, longer = longer, longer + shorter
    return longer[:length]


def harmless(letters: str, length: int) -> str:
    dice = random.Random(length)
    words = ["".join(dice.choices(letters, k=dice.randint(2, 9))) for _ in range(500)]
    return filled(" ".join(dice.choices(words, k=2_000)), length)


def hostile_texts(a: str, b: str, length: int) -> dict[str, str]:
    patterns = {
        "a": a,
        "A": a.upper(),
        "ab": a + b,
        "a…b": a * (LONGEST_PART - 1) + b,
        "a…bb": a * (LONGEST_PART - 2) + b,
        "a…b of 100": a * 99 + b,
        "a…ba…": a * 100 + b + a * 98 + b,
    }
    texts = {name: filled(pattern, length) for name, pattern in patterns.items()}
    return texts | {"fibonacci": fibonacci(a, b, length)}


def hostile_parts(a: str, b: str) -> dict[str, str]:
    half = LONGEST_PART // 2
    return {
        "a…b": a * (LONGEST_PART - 1) + b,
        "ba…": b + a * (LONGEST_PART - 1),
        "a…ba…": a * half + b + a * (half - 1),
        "a…ba… of 99": a * 49 + b + a * 49,
        "abab…bb": filled(a + b, LONGEST_PART - 1) + b,
        "fibonacci": fibonacci(a, b, LONGEST_PART - 3) + a * 3,
        "aaaab": a * 4 + b,
        "baaaa": b + a * 4,
    }


class SearchCase(SimpleTestCase):
    """The service with one owner for each text."""

    database_url: str
    name: str
    mark: str

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.issuer = cls.enterClassContext(FakeBetterAuth())
        # A page that is sent again as it was searches nothing.
        cls.service = cls.enterClassContext(Service(cls.database_url, cls.issuer.url, REMEMBERED_PAGES_MB="0"))

    def check(self) -> None:
        for (alphabet, letters), (column, length, count) in product(ALPHABETS.items(), SIZES):
            with self.subTest(alphabet, column=column, length=length):
                ratio, pair = self.worst_ratio(letters, column, length, count)
                what = f"{self.name}: {alphabet} {column} of {length:,}, worst ({pair}) to harmless"
                self.assertLessEqual(record(what, ratio, WORST_RATIO, "times").value, WORST_RATIO)

    def worst_ratio(self, letters: str, column: str, length: int, count: int) -> tuple[float, str]:
        a, b = letters[:2]
        plain = self.owner_of(harmless(letters, length), column, count), harmless(letters, 13)[::-1]
        pairs = {}
        for text_name, text in hostile_texts(a, b, length).items():
            token = self.owner_of(text, column, count)
            for name, part in hostile_parts(a, b).items():
                # One that is found ends the search with the first page.
                if part not in text.lower():
                    pairs[f"{name} in {text_name}"] = token, part
        once = {name: self.seconds(*pair) for name, pair in pairs.items()}
        # Only what looks worst is measured until the noise is gone.
        slowest = {name: [once[name]] for name in sorted(once, key=lambda name: once[name])[-4:]}
        calm = []
        for _ in range(6):
            calm.append(self.seconds(*plain))
            for name, spent in slowest.items():
                spent.append(self.seconds(*pairs[name]))
        worst = max(slowest, key=lambda name: min(slowest[name]))
        return min(slowest[worst]) / min(calm), worst

    def owner_of(self, text: str, column: str, count: int) -> str:
        """The token of somebody with so many todos, all with this text."""
        token = self.issuer.token(sub=str(uuid.uuid4()))
        todo = self.service.request("POST", "/api/v1/todos", token, {"title": "to copy"})[1]
        with closing(self.connect()) as database:
            cursor = database.cursor()
            cursor.execute(f"SELECT * FROM todos_todo WHERE uid = {self.mark}", [self.stored(todo["id"])])
            row = dict(zip([name for name, *_ in cursor.description], cursor.fetchone(), strict=True)) | {column: text}
            del row["id"]
            insert = f"INSERT INTO todos_todo ({', '.join(row)}) VALUES ({', '.join([self.mark] * len(row))})"
            rows = ({**row, "uid": self.stored(str(uuid.uuid4()))} for _ in range(count))
            cursor.executemany(insert, [tuple(row.values()) for row in rows])
            database.commit()
            cursor.execute("ANALYZE")
            database.commit()
        self.assertEqual(self.search(token, text[:5]), (200, 1))
        return token

    def seconds(self, token: str, part: str) -> float:
        started = time.perf_counter()
        self.assertEqual(self.search(token, part), (200, 0))
        return time.perf_counter() - started

    def search(self, token: str, part: str) -> tuple[int, int]:
        """The status, and how many were found on a page of one."""
        status, answer = self.service.request("GET", f"/api/v1/todos?q={quote(part)}&page_size=1", token)
        return status, len(answer.get("results", ()))

    def connect(self) -> Any:
        raise NotImplementedError

    def stored(self, uid: str) -> Any:
        """An id as the driver takes it."""
        raise NotImplementedError


@only_when_asked
@skipUnless(server_binaries(), "PostgreSQL's server (initdb, postgres) is not installed")
class SearchInPostgres(SearchCase):
    name, mark = "PostgreSQL", "%s"

    @classmethod
    def setUpClass(cls) -> None:
        cls.database_url = cls.enterClassContext(PrivatePostgres())
        super().setUpClass()

    def connect(self) -> Any:
        return psycopg.connect(self.database_url)

    def stored(self, uid: str) -> Any:
        return uuid.UUID(uid)

    def test_no_text_and_no_part_make_it_much_slower(self):
        self.check()


@only_when_asked
class SearchInSqlite(SearchCase):
    name, mark = "SQLite", "?"

    @classmethod
    def setUpClass(cls) -> None:
        cls.path = f"{cls.enterClassContext(TemporaryDirectory())}/todo.sqlite3"
        cls.database_url = f"sqlite:///{cls.path}"
        super().setUpClass()

    def connect(self) -> Any:
        return sqlite3.connect(self.path, timeout=20)

    def stored(self, uid: str) -> Any:
        return uuid.UUID(uid).hex

    def test_no_text_and_no_part_make_it_much_slower(self):
        self.check()
