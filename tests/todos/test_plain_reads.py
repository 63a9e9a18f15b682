"""The fast way to rows and the plain one say the same, byte by byte."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from django.test import override_settings

from tests.todos.case import TodosTestCase
from todos import clock
from todos.api.todos import TodoViewSet
from todos.compiled import shapes

NOW = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
FILTERS = (
    *("status=open", "status=completed", "status=trashed", "starts=future", "starts=all", "parent=none"),
    *("tag=Red", "tag=red&tag=blue", "priority_gte=2", "q=É", "q=", "tz=Asia/Tokyo", "tz=Pacific/Honolulu&due=today"),
    *("due=today", "due=overdue", "due=upcoming", "due=none", "due_before=2026-03-30", "due_after=1970-01-01"),
    *("due_after=2026-03-28&due_before=9999-12-31&status=open&tz=Pacific/Kiritimati", "starts=all&status=trashed"),
    *(
        "list=inbox",
        "due=today,overdue",
        "due=none&due=upcoming",
        "has_notes=true",
        "has_notes=false",
        "total=true&q=a",
    ),
    *(f"ordering={sign}relevance&page_size=2&q={q}" for sign in ("", "-") for q in ("a", "t%20-late", '"a%20b"', "-t")),
    *("completed_after=2026-03-01", "completed_before=2026-04-01&completed_after=1970-01-01", "total=true&q=a"),
)


class BothWaysSayTheSame(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.mallory.todo(title="hers", tags=["red"])
        with clock.stopped_at(NOW - timedelta(hours=5)):
            self.fill()
        self.enterContext(clock.stopped_at(NOW))

    def fill(self) -> None:
        alice = self.alice
        alice.patch("/me", {"time_zone": "Europe/Berlin"})
        self.list = alice.make("lists", name="Straße", color="#00ff00")
        archived = alice.make("lists", name="old")
        self.todo = alice.todo(title='"É 🙂', notes="a\n\tb", tags=["Red", "blue"], list=self.list["id"], priority=3)
        self.view = alice.make("views", query={"tag": ["red"], "ordering": "-title"})
        for values in (
            {"title": "sub", "parent": self.todo["id"], "completed": True},
            {"title": "today", "due_date": "2026-03-28", "tags": ["red"]},
            {"title": "missing hour", "due_date": "2026-03-29", "due_time": "02:30"},
            {"title": "far", "due_date": "9999-12-31", "due_time": "23:59", "time_zone": "Pacific/Honolulu"},
            {"title": "tokyo", "due_date": "2026-03-29", "due_time": "07:00", "time_zone": "Asia/Tokyo"},
            {"title": "late", "due_date": "2026-03-27", "due_time": "09:00", "priority": 2},
            {"title": "later", "starts_on": "2026-04-01"},
            {"title": "archived", "list": archived["id"]},
        ):
            alice.todo(**values)
        self.habit = alice.todo(title="habit", due_date="2026-03-28", rrule="FREQ=DAILY")["id"]
        for verb in ("complete", "skip", "complete"):
            alice.post(f"/todos/{self.habit}/{verb}")
        gone, trashed = alice.todo(title="gone"), alice.todo(title="trashed")
        for uid in (gone["id"], trashed["id"]):
            alice.delete(f"/todos/{uid}")
        alice.delete(f"/todos/{gone['id']}?permanent=true")
        alice.patch(f"/lists/{archived['id']}", {"archived": True})

    def addresses(self) -> Iterator[str]:
        yield from ("/me", "/summary", "/summary?tz=Asia/Tokyo", "/changes", "/changes?since=3", "/changes?page_size=3")
        yield from ("/tags", "/tags?page_size=1", "/lists", "/lists?status=archived", "/lists?status=trashed")
        yield from (f"/todos/{self.todo['id']}", f"/lists/{self.list['id']}", f"/todos/{self.list['id']}")
        yield from (f"/todos?{filters}" for filters in FILTERS)
        yield "/todos?include=lists,tags,views,summary&page_size=1"
        yield f"/todos/{self.habit}/completions?skipped=true&page_size=1"
        yield from ("/completions", "/completions?skipped=true&page_size=1", "/completions?completed_after=2026-03-28")
        yield "/completions?completed_before=2026-03-30&tz=Asia/Tokyo&ordering=-completed_at&page_size=1"
        yield from ("/views", "/summary?views=true", f"/views/{self.view['id']}")
        yield f"/todos?view={self.view['id']}&page_size=1"
        yield f"/todos?list={self.list['id']},inbox"
        yield f"/todos?ids={self.list['id']},{self.todo['id']}"
        for name in TodoViewSet.orderings:
            yield from (f"/todos?ordering={name}&page_size=2", f"/todos?ordering=-{name}&page_size=3")

    def answers(self, address: str) -> list[tuple[int, bytes, Any]]:
        """Of the address and of all pages that follow, forth and back."""
        answers = []
        last = None
        for direction in ("next", "previous"):
            link = address if direction == "next" else last
            while link:
                # A problem document names its request.
                response = self.alice.get(link, **{"X-Request-Id": "0" * 32})
                answers.append((response.status_code, response.content, response.headers.get("ETag")))
                last, link = link, response.json().get(direction)
        return answers

    def test_at_every_address(self):
        for address in self.addresses():
            with self.subTest(address):
                fast = self.answers(address)
                with override_settings(PLAIN_READS=True), mock.patch.object(shapes, "run") as run:
                    plain = self.answers(address)
                self.assertEqual(run.mock_calls, [])
                self.assertEqual(plain, fast)

    def test_the_other_way_is_taken_unless_plain_reads_are_asked_for(self):
        with mock.patch.object(shapes, "run", wraps=shapes.run) as run:
            self.alice.get("/todos")
        self.assertEqual(run.call_count, 1)

    def test_who_was_shut_out_gets_nothing_either_way(self):
        self.alice.user.is_active = False
        self.alice.user.save()
        for address in ("/todos", f"/todos/{self.todo['id']}", "/changes"):
            for plain in (False, True):
                with self.subTest(address, plain=plain), override_settings(PLAIN_READS=plain):
                    self.assertEqual(self.alice.get(address).status_code, 401)
