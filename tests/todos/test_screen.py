"""A screen is one request: what it brings along, what it weighs, and that nothing is sent twice."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import override_settings

from tests.todos.case import TodosTestCase
from todos import clock

SCREEN = "/todos?include=lists,tags,summary"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


class OneRequest(TodosTestCase):
    def test_brings_what_three_others_would(self):
        project = self.alice.make("lists", name="home")
        self.alice.todo(list=project["id"], tags=["a"], due_date="2026-01-01")
        self.mallory.todo(tags=["hers"])

        screen = self.alice.get(SCREEN).json()

        for name, path in (("lists", "/lists"), ("tags", "/tags")):
            self.assertEqual(screen[name], self.alice.get(path).json()["results"])
        self.assertEqual(screen["summary"], self.alice.get("/summary").json())
        self.assertEqual(screen["results"], self.alice.get("/todos").json()["results"])

    def test_brings_only_what_is_asked_for(self):
        self.assertEqual(self.alice.get("/todos?include=tags").json()["tags"], [])
        self.assertNotIn("lists", self.alice.get("/todos?include=tags&include=summary").json())
        self.assert_fault(self.alice.get("/todos?include=settings"), "/include", "invalid_choice")

    def test_shows_the_inbox_to_somebody_new(self):
        (inbox,) = self.alice.get("/todos?include=lists").json()["lists"]

        self.assertTrue(inbox["is_inbox"])

    def test_its_numbers_follow_the_clock_without_any_change(self):
        with clock.stopped_at(NOW):
            self.alice.todo(due_date="2026-03-10", due_time="13:00")
            before = self.alice.get(SCREEN).json()["summary"]["overdue"]
        with clock.stopped_at(NOW + timedelta(hours=1)):
            after = self.alice.get(SCREEN).json()["summary"]["overdue"]

        self.assertEqual((before, after), (0, 1))

    def test_its_numbers_are_those_of_the_zone_that_is_asked_for(self):
        with clock.stopped_at(NOW):
            self.alice.todo(due_date="2026-03-11")
            for tz, upcoming in (("UTC", 1), ("Pacific/Kiritimati", 0)):
                summary = self.alice.get(f"{SCREEN}&tz={tz}").json()["summary"]
                self.assertEqual((summary["upcoming"], summary["today"]), (upcoming, 1 - upcoming))

    def test_weighs_at_most_15_kb_for_50_rows(self):
        lists = [self.alice.make("lists", name=f"List number {n}", color="#3b82f6")["id"] for n in range(9)]
        for number in range(50):
            self.alice.todo(
                title=f"Something that has to be done {number}",
                notes="A line of notes." if number % 3 else "",
                list=lists[number % 9],
                tags=[f"tag {number % 7}", f"tag {number % 5}"],
                due_date="2026-12-01",
                due_time="09:30",
            )

        response = self.alice.get(SCREEN, **{"Accept-Encoding": "gzip, br"})

        self.assertEqual(len(json.loads(gzip.decompress(response.content))["results"]), 50)
        self.assertLessEqual(len(response.content), 15_000)


class Compressed(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.todo = self.alice.todo(notes="x" * 3_000)

    def coding(self, path: str, accepted: str) -> str | None:
        response = self.alice.get(path, **{"Accept-Encoding": accepted})
        self.assertIn("Accept-Encoding", response["Vary"])
        return response.get("Content-Encoding")

    def test_for_those_that_ask(self):
        for accepted, coding in {
            **dict.fromkeys(("gzip", "br, GZIP", "gzip;q=0.5", "deflate, gzip; q=1.0"), "gzip"),
            **dict.fromkeys(("", "br", "identity", "gzip;q=0", "gzip; q=0.000", "xgzip", "*"), None),
        }.items():
            with self.subTest(accepted):
                self.assertEqual(self.coding("/todos", accepted), coding)

    def test_wherever_there_are_many_rows(self):
        self.alice.todo(tags=["x" * 60, "y" * 60])
        for number in range(10):
            self.alice.make("lists", name=f"{number}")
            self.alice.make("tags", name=f"{number}")
        for path in ("/todos", "/todos?due=overdue,none", "/lists", "/tags", "/changes"):
            with self.subTest(path):
                plain = self.alice.get(path)
                packed = self.alice.get(path, **{"Accept-Encoding": "gzip"})
                self.assertEqual(gzip.decompress(packed.content), plain.content)
                self.assertNotEqual(packed["ETag"], plain["ETag"])

    def test_no_single_row_whose_etag_is_its_version(self):
        path = f"/todos/{self.todo['id']}"

        self.assertIsNone(self.coding(path, "gzip"))

    def test_nothing_that_is_short_or_would_take_long(self):
        self.assertIsNone(self.coding("/tags", "gzip"))
        for _ in range(52):
            self.alice.todo(notes="x" * 20_000)

        self.assertIsNone(self.coding("/todos?page_size=200", "gzip"))


class KnownPages(TodosTestCase):
    def again(self, path: str, tag: str, **headers: str) -> Any:
        return self.alice.get(path, **{"If-None-Match": tag, **headers})

    def test_are_not_sent_again(self):
        self.alice.todo(tags=["a"])
        for path in ("/todos", "/todos?due=overdue", SCREEN, "/lists", "/tags", "/changes"):
            for coding in ("identity", "gzip"):
                with self.subTest(path, coding=coding):
                    tag = self.alice.get(path, **{"Accept-Encoding": coding})["ETag"]
                    response = self.again(path, tag, **{"Accept-Encoding": coding})
                    self.assertEqual((response.status_code, response.content), (304, b""))
                    self.assertEqual(response["ETag"], tag)

    def test_are_sent_when_anything_in_them_has_changed(self):
        todo = self.alice.todo()
        tag = self.alice.get("/todos")["ETag"]

        self.alice.todo(parent=todo["id"])

        self.assertEqual(self.again("/todos?parent=none", tag).status_code, 200)
        tag = self.alice.get("/todos")["ETag"]
        self.alice.patch(f"/todos/{todo['id']}", {"title": "new"})
        response = self.again("/todos", tag)
        self.assertEqual((response.status_code, response.json()["results"][0]["title"]), (200, "new"))

    def test_have_the_same_tag_wherever_they_are_read(self):
        self.alice.todo()
        tag = self.alice.get("/todos")["ETag"]
        with override_settings(PLAIN_READS=True):
            self.assertEqual(self.again("/todos", tag).status_code, 304)

    def test_are_refused_to_whoever_was_shut_out(self):
        self.alice.todo()
        tag = self.alice.get("/todos")["ETag"]
        self.alice.user.is_active = False
        self.alice.user.save()

        self.assertEqual(self.again("/todos", tag).status_code, 401)
