"""What a search costs by texts and words that were chosen to make it slow, beside what it costs by harmless ones."""

from __future__ import annotations

import random
import sqlite3
import time
import uuid
from contextlib import closing
from itertools import product
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias
from unittest import skipUnless
from urllib.parse import quote

import psycopg
from django.test import SimpleTestCase

from scripts.private_postgres import PrivatePostgres, server_binaries
from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import Service
from tests.limits import only_when_asked
from tests.limits.figures import record
from todos.search import searchable

Pair: TypeAlias = tuple[str, str]

LONGEST = 190
# Which column is filled, with how many letters, in how many todos.
SIZES = (("notes", 20_000, 60), ("title", 500, 1_500))
# The letters of a harmless text, of which hostile ones take the first two. Each emoji is a word.
ALPHABETS = {
    "Latin": "abcdefghijklmnopqrstuvwxyz",
    "emoji": "😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏",
}


def filled(pattern: str, length: int) -> str:
    return (pattern * (length // len(pattern) + 1))[:length]


def fibonacci(a: str, b: str, length: int) -> str:
    shorter, longer = a, a + b
    while len(longer) < length:
        shorter, longer = longer, longer + shorter
    return longer[:length]


def harmless_text(letters: str, length: int) -> str:
    dice = random.Random(length)
    words = ["".join(dice.choices(letters, k=dice.randint(2, 9))) for _ in range(500)]
    return filled(" ".join(dice.choices(words, k=2_000)), length)


def harmless_searches(letters: str, text: str) -> dict[str, str]:
    """Of each kind one, for which no text is left out early: words that all texts have, in an order that none has."""
    words = text.split()[:-1]
    pairs = (f"{first} {second}" for first, second in zip(words, words[2:], strict=False))
    apart = [pair for pair in pairs if f" {pair} " not in text][:6]
    quoted = [f'"{pair}"' for pair in apart]
    return {
        "a word": letters[:13][::-1],
        "a phrase": quoted[0],
        "phrases": " ".join(quoted),
        "all but a phrase": f"-{quoted[0]}",
    }


def hostile_texts(a: str, b: str, length: int) -> dict[str, str]:
    patterns = {
        "a": a,
        "A": a.upper() + " ",
        "a a": a + " ",
        "a b": f"{a} {b} ",
        "a…b": a * 98 + b + " ",
        "a … b": f"{a} " * 98 + f"{b} ",
        "a … b b": f"{a} " * 97 + f"{b} " * 2,
        "aaaa": f"{a * 4} {a * 3}{b} ",
    }
    texts = {name: filled(pattern, length) for name, pattern in patterns.items()}
    return texts | {"fibonacci": fibonacci(f"{a} ", f"{b} ", length)}


def hostile_searches(a: str, b: str) -> dict[str, list[str]]:
    phrases = [
        filled(f"{a} ", LONGEST - 3) + b,
        f"{b} {filled(f'{a} ', LONGEST - 3)}",
        filled(f"{a} ", LONGEST // 2) + b + filled(f" {a}", LONGEST // 2 - 2),
        filled(f"{a} {b} ", LONGEST - 3) + b,
        fibonacci(f"{a} ", f"{b} ", LONGEST - 9) + f"{a} {a} {a}",
        f"{a} {a} {a} {a} {b}",
        filled(f"{a * 4} ", LONGEST - 10) + a * 3 + b,
    ]
    return {
        "a word": [a * (LONGEST - 1) + b, a * 98 + b, b + a * 98, a * 4 + b],
        "a phrase": [f'"{phrase}"' for phrase in phrases],
        "phrases": [" ".join(f'"{filled(f"{a} ", size * 2)}{b}"' for size in (9, 10, 11, 12, 13, 14))],
        "all but a phrase": [f'-"{phrase}"' for phrase in phrases],
    }


class SearchCase(SimpleTestCase):
    """The service with one owner for each text."""

    database_url: str
    name: str
    mark: str
    bar = 3

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.issuer = cls.enterClassContext(FakeBetterAuth())
        # A page that is sent again as it was searches nothing.
        cls.service = cls.enterClassContext(Service(cls.database_url, cls.issuer.url, REMEMBERED_PAGES_MB="0"))

    def check(self) -> None:
        for (alphabet, letters), (column, length, count) in product(ALPHABETS.items(), SIZES):
            text = harmless_text(letters, length)
            calm = self.owner_of(text, column, count)
            texts = hostile_texts(*letters[:2], length)
            owners = {name: self.owner_of(text, column, count) for name, text in texts.items()}
            for kind, search in harmless_searches(letters, text).items():
                with self.subTest(alphabet, column=column, length=length, kind=kind):
                    hostile = hostile_searches(*letters[:2])[kind]
                    pairs = {(name, asked): (owners[name], asked) for name, asked in product(owners, hostile)}
                    ratio, (name, asked) = self.worst_ratio((calm, search), pairs)
                    pair = f"{asked[:9]} in {name}"
                    what = f"{self.name}: {kind}, {alphabet} {column} of {length:,}, worst ({pair}) to harmless"
                    self.assertLessEqual(record(what, ratio, self.bar, "times").value, self.bar)

    def worst_ratio(self, plain: Pair, pairs: dict[Pair, Pair]) -> tuple[float, Pair]:
        _, found = self.ask(*plain)
        answers = {name: self.ask(*pair) for name, pair in pairs.items()}
        # What is found has more done to it.
        once = {name: seconds for name, (seconds, total) in answers.items() if bool(total) == bool(found)}
        # Only what looks worst is measured until the noise is gone.
        slowest = {name: [once[name]] for name in sorted(once, key=lambda name: once[name])[-4:]}
        calm = []
        for _ in range(6):
            calm.append(self.ask(*plain)[0])
            for name, spent in slowest.items():
                spent.append(self.ask(*pairs[name])[0])
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
            row["search"] = searchable(row["title"], row["notes"])
            del row["id"]
            insert = f"INSERT INTO todos_todo ({', '.join(row)}) VALUES ({', '.join([self.mark] * len(row))})"
            rows = ({**row, "uid": self.stored(str(uuid.uuid4()))} for _ in range(count))
            cursor.executemany(insert, [tuple(row.values()) for row in rows])
            database.commit()
            cursor.execute("ANALYZE")
            database.commit()
        return token

    def ask(self, token: str, search: str) -> tuple[float, int]:
        """The seconds that it takes to look at all todos, by relevance and for their number; and this number."""
        started = time.perf_counter()
        path = f"/api/v1/todos?q={quote(search)}&page_size=1&total=true&ordering=relevance"
        status, answer = self.service.request("GET", path, token)
        self.assertEqual(status, 200)
        return time.perf_counter() - started, answer["total"]

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

    def test_no_text_and_no_words_make_it_much_slower(self):
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

    def test_no_text_and_no_words_make_it_much_slower(self):
        self.check()
