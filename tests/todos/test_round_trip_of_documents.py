"""Export, erase, import, export: whatever an account has been through, the bytes are the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import hypothesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from betterauth_auth.models import Identity
from tests.thoroughness import IS_THOROUGH
from tests.todos import strategies as some
from tests.todos.case import Cast, Person
from todos import clock
from todos.models import Account, Todo, Tombstone

NOW = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
VERBS = ("complete", "complete", "skip", "unskip", "reopen", "restore", "trash", "trash", "erase")
# What every account begins with, so that much can happen to it.
BEGINNING: list[tuple[str, str, dict[str, Any]]] = [
    *(("list", uid, {"name": name}) for uid, name in zip(some.LISTS, some.NAMES, strict=True)),
    *(("tag", uid, {"name": name}) for uid, name in zip(some.TAGS, some.TAG_NAMES[1:], strict=True)),
    ("view", some.VIEWS[0], {"query": {"tag": ["red"], "list": [some.LISTS[0]]}}),
    ("todo", some.TODOS[0], {"title": "again", "rrule": "FREQ=DAILY", "due_date": some.DAYS[0], "tags": ["red"]}),
    ("todo", some.TODOS[1], {"title": "parent", "list": some.LISTS[0], "reminders": [{"at": "2026-10-25T02:30"}]}),
    ("todo", some.TODOS[2], {"title": "weekly", "rrule": "FREQ=WEEKLY", "due_date": some.DAYS[1], "due_time": "02:30"}),
    ("todo", some.NEW_SUBTASKS[0], {"title": "first of again", "parent": some.TODOS[0]}),
    ("todo", some.NEW_SUBTASKS[1], {"title": "second of again", "parent": some.TODOS[0]}),
    ("todo", some.NEW_SUBTASKS[2], {"title": "of parent", "parent": some.TODOS[1]}),
    ("complete", some.NEW_SUBTASKS[0], {}),
    ("complete", some.TODOS[0], {}),
]
ANY = st.sampled_from((*some.TODOS, *some.TODOS[:3], *some.NEW_SUBTASKS[:3]))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("todo"), some.todos, some.new_todos()),
        st.tuples(st.just("todo"), some.todos, some.new_todos()),
        st.tuples(st.just("patch"), some.todos, some.todo_changes()),
        st.tuples(st.just("repeat"), some.todos, some.repeating),
        *[st.tuples(st.sampled_from(VERBS), ANY, st.just({}))] * 4,
        st.tuples(st.just("move"), some.todos, some.moves),
        st.tuples(st.just("list"), some.lists, some.list_values),
        st.tuples(st.just("move list"), some.lists, some.list_moves),
        st.tuples(st.sampled_from(("trash list", "restore list")), some.lists, st.just({})),
        st.tuples(st.just("tag"), some.tags, some.tag_values),
        st.tuples(st.just("trash tag"), some.tags, st.just({})),
        st.tuples(st.just("view"), some.views, some.view_values),
        st.tuples(st.just("move view"), some.views, some.view_moves),
        st.tuples(st.just("erase view"), some.views, st.just({})),
        st.tuples(st.just("settings"), st.just(""), some.settings),
        st.tuples(st.just("wait"), st.just(""), st.just({})),
    ),
    min_size=15,
    max_size=60,
)


class ADocumentComesBackAsItWas(Cast, HypothesisTestCase):
    seen: ClassVar[dict[str, int]] = {}

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        # Otherwise the accounts were empty, and the test could not fail.
        for name, least in (
            ("todos", 50),
            ("completions", 8),
            ("views", 12),
            ("deleted", 8),
            ("trashed", 4),
            ("subtasks", 15),
        ):
            assert cls.seen.get(name, 0) >= least, (name, cls.seen)

    def setUp(self) -> None:
        with clock.stopped_at(NOW):
            super().setUp()

    @hypothesis.settings(
        max_examples=150 if IS_THOROUGH else 12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(STEPS)
    def test_byte_for_byte(self, steps: list[tuple[str, str, dict[str, Any]]]) -> None:
        now = NOW
        inbox = self.alice.inbox["id"]
        for what, uid, values in [*BEGINNING, *steps]:
            # Hours pass, so that days do.
            now += timedelta(hours=11 if what == "wait" else 0, seconds=1)
            with clock.stopped_at(now):
                self.carry_out(what, uid, values, inbox)
        with clock.stopped_at(now + timedelta(seconds=1)):
            before = self.alice.get("/me/export").getvalue()
            self.count(before)
            self.come_back_after_erasing(self.alice)
            self.assertFalse(Todo.objects.filter(owner=self.alice.user).exists())
            self.assertFalse(Tombstone.objects.filter(owner=self.alice.user).exists())

            response = self.alice.post("/me/import", json.loads(before))

            self.assertEqual(response.status_code, 200, response.content)
            self.assertEqual(response.json()["displaced"], 0)
            self.assertEqual(self.alice.get("/me/export").getvalue().split(b"\n"), before.split(b"\n"))
            self.assert_adds_nothing(before)
            self.assert_the_counters_are_right()

    def assert_adds_nothing(self, before: bytes) -> None:
        version = self.alice.version
        report = self.alice.post("/me/import", json.loads(before)).json()
        outcomes = [report[kind][name] for kind in ("lists", "tags", "todos", "views") for name in ("new", "different")]
        self.assertEqual((outcomes, self.alice.version), ([0] * 8, version))

    def assert_the_counters_are_right(self) -> None:
        count = Todo.objects.filter(owner=self.alice.user).count()
        self.assertEqual(Account.objects.get(owner=self.alice.user).todo_count, count)

    def come_back_after_erasing(self, person: Person) -> None:
        self.assertEqual(person.delete("/me").status_code, 204)
        Identity.objects.update(tokens_valid_after=None)

    def count(self, document: bytes) -> None:
        found = json.loads(document)
        for name, rows in (
            *((name, found[name]) for name in ("todos", "completions", "views", "deleted")),
            ("trashed", [row for row in found["todos"] if row["deleted_at"]]),
            ("subtasks", [row for row in found["todos"] if row["parent"]]),
        ):
            self.seen[name] = self.seen.get(name, 0) + len(rows)

    def carry_out(self, what: str, uid: str, drawn: dict[str, Any], inbox: str) -> None:
        """Some of it is refused, as it may be."""
        alice = self.alice
        values = {name: inbox if value == some.INBOX else value for name, value in drawn.items()}
        steps: dict[str, Any] = {
            "todo": lambda: alice.post("/todos", {"id": uid, **values}),
            "patch": lambda: alice.patch(f"/todos/{uid}", values),
            "repeat": lambda: alice.patch(f"/todos/{uid}", values),
            "move": lambda: alice.post(f"/todos/{uid}/move", values),
            "list": lambda: alice.put(f"/lists/{uid}", {"name": "a list", **values}),
            "move list": lambda: alice.post(f"/lists/{uid}/move", values),
            "trash list": lambda: alice.delete(f"/lists/{uid}"),
            "restore list": lambda: alice.post(f"/lists/{uid}/restore"),
            "tag": lambda: alice.put(f"/tags/{uid}", {"name": "a tag", **values}),
            "trash tag": lambda: alice.delete(f"/tags/{uid}"),
            "view": lambda: alice.put(f"/views/{uid}", {"name": "a view", "query": {}, **values}),
            "move view": lambda: alice.post(f"/views/{uid}/move", values),
            "erase view": lambda: alice.delete(f"/views/{uid}"),
            "settings": lambda: alice.patch("/me", values),
            "trash": lambda: alice.delete(f"/todos/{uid}"),
            "erase": lambda: alice.delete(f"/todos/{uid}?permanent=true"),
            "wait": lambda: None,
        }
        response = steps[what]() if what in steps else alice.post(f"/todos/{uid}/{what}")
        self.assertLess(response.status_code if response else 0, 500)
