"""A file that is meant to break an import is refused within a bound of time and leaves nothing behind."""

from __future__ import annotations

import time
from typing import Any

from betterauth_auth.models import Identity
from tests.todos.case import API, TodosTestCase
from tests.todos.hostile_imports import HER_LIST, HER_TAG, HER_TODO, HER_VIEW, REFUSED, TAKEN, Hostile, Odd
from tests.todos.raw_rows import rows_of

# Ten times what the dearest of them took.
MOST_SECONDS = 6.0


class HostileFiles(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.mallory.make("lists", id=HER_LIST, name="hers")
        self.mallory.make("tags", id=HER_TAG, name="hers")
        self.mallory.make("views", id=HER_VIEW, name="hers")
        self.mallory.todo(id=HER_TODO, title="hers", list=HER_LIST, tags=["hers"])
        self.alice.todo(title="mine")

    def test_there_are_a_hundred_and_each_is_another_one(self):
        self.assertGreaterEqual(len(REFUSED), 100)
        for files in (REFUSED, TAKEN):
            self.assertEqual(len({(each.source, each.body, each.media_type, each[5:]) for each in files}), len(files))

    def test_those_that_are_refused_leave_nothing(self):
        before = self.rows()
        for each in REFUSED:
            with self.subTest(each.what, source=each.source):
                response = self.send(each, each.query, **dict(each.headers))

                self.assertEqual(response.status_code, each.status, response.content[:500])
                self.assertEqual(self.rows(), before)

    def test_of_the_others_a_report_tells_what_was_not_taken(self):
        hers = rows_of(self.mallory.user)
        for each in TAKEN:
            with self.subTest(each.what, source=each.source):
                mine = rows_of(self.alice.user)
                foreseen = self.send(each, "&dry_run=true")
                self.assertEqual(foreseen.status_code, 200, foreseen.content[:500])
                self.assertEqual(rows_of(self.alice.user), mine)

                report = self.send(each).json()

                self.assertEqual(report, {**foreseen.json(), "dry_run": False, "version": report["version"]})
                told = tuple(note["code"] for note in report["notes"])
                self.assertEqual((told, report["displaced"]), (each.notes, each.displaced))
                self.assertEqual(rows_of(self.mallory.user), hers)
                self.start_anew()

    def send(self, file: Hostile | Odd, query: str = "", **headers: str) -> Any:
        address = f"{API}/me/import?from={file.source}{query}"
        began = time.monotonic()
        response = self.alice.client.generic("POST", address, file.body, file.media_type, **headers)
        self.assertLess(time.monotonic() - began, MOST_SECONDS)
        return response

    def rows(self) -> list[Any]:
        return [rows_of(person.user) for person in (self.alice, self.mallory)]

    def start_anew(self) -> None:
        self.assertEqual(self.alice.delete("/me").status_code, 204)
        Identity.objects.update(tokens_valid_after=None)
