"""A PATCH changes what it names, and nothing else: the fault that wipes fields in other services."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from tests.thoroughness import IS_THOROUGH
from tests.todos.case import Cast

NAMES = st.text("abc xyz", min_size=1, max_size=20).filter(str.strip)
DATES = st.dates().filter(lambda day: day.year >= 1970).map(str)
VALUES = {
    "title": NAMES.map(str.strip),
    "notes": st.text("ab\n", max_size=20),
    "completed": st.booleans(),
    "priority": st.integers(0, 3),
    "due_date": DATES,
    "starts_on": st.none() | DATES,
    "tags": st.lists(st.sampled_from("abcd"), unique=True, max_size=3).map(sorted),
}
SOME = st.fixed_dictionaries({}, optional=VALUES)
# What follows from other members or from the moment of the change.
DERIVED = {"version", "updated_at", "completed_at", "due_at", "also"}


class Patching(HypothesisTestCase, Cast):
    @settings(max_examples=200 if IS_THOROUGH else 25, deadline=None, derandomize=True, database=None)
    @given(before=SOME, patch=SOME)
    def test_only_the_named_members_change(self, before, patch):
        todo = self.alice.todo(**{"title": "x", **before})

        after = self.alice.patch(f"/todos/{todo['id']}", patch).json()

        expected = {**todo, **patch}
        self.assertEqual(
            {name: after[name] for name in after.keys() - DERIVED},
            {name: expected[name] for name in expected.keys() - DERIVED},
        )
        is_changed = any(todo[name] != value for name, value in patch.items())
        self.assertEqual(after["version"] > todo["version"], is_changed)
