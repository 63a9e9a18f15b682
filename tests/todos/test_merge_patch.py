"""A PATCH changes what it names, and nothing else: the fault that wipes fields in other services."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from tests.thoroughness import IS_THOROUGH
from tests.todos.case import Cast, TodosTestCase

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


class Bases(TodosTestCase):
    """What the client started from: a PATCH of other fields than those that somebody changed meanwhile is taken."""

    KINDS = (
        ("todos", {"title": "old"}, {"title": "theirs"}, {"title": "mine"}, {"notes": "theirs"}),
        ("lists", {"name": "old"}, {"name": "theirs"}, {"name": "mine"}, {"color": "#112233"}),
        ("tags", {"name": "old"}, {"name": "theirs"}, {"name": "mine"}, {"color": "#112233"}),
        ("views", {"query": {"q": "old"}}, {"query": {}}, {"query": {"q": "mine"}}, {"name": "theirs"}),
    )

    def test_the_same_field_is_a_conflict_and_another_one_is_not(self):
        for kind, base, theirs, mine, other in self.KINDS:
            with self.subTest(kind):
                row = self.alice.make(kind, **base)
                path = f"/{kind}/{row['id']}"
                self.alice.patch(path, other)
                taken = self.alice.patch(path, {**mine, "base": base})
                self.assertEqual(taken.status_code, 200, taken.content)
                self.assertEqual({name: taken.json()[name] for name in {**mine, **other}}, {**mine, **other})
                self.alice.patch(path, theirs)
                refused = self.alice.patch(path, {**mine, **base, "base": mine})
                self.assert_problem(refused, 412, "stale")
                self.assertEqual({name: refused.json()["current"][name] for name in theirs}, theirs)

    def test_what_is_as_wanted_is_no_conflict(self):
        todo = self.alice.todo(title="old", tags=["a", "b"])
        self.alice.patch(f"/todos/{todo['id']}", {"title": "same", "tags": ["c"]})
        body = {"title": "same", "tags": ["c"], "base": {"title": "old", "tags": ["b", "a"]}}
        before = self.alice.version
        self.assertEqual(self.alice.patch(f"/todos/{todo['id']}", body).status_code, 200)
        self.assertEqual(self.alice.version, before)

    def test_settings(self):
        self.alice.patch("/me", {"week_start": 7})
        refused = self.alice.patch("/me", {"week_start": 6, "base": {"week_start": 1}})
        self.assert_problem(refused, 412, "stale")
        taken = self.alice.patch("/me", {"time_zone": "Asia/Tokyo", "base": {"time_zone": "UTC"}})
        self.assertEqual((taken.json()["time_zone"], taken.json()["week_start"]), ("Asia/Tokyo", 7))

    def test_in_a_bulk(self):
        first, second = self.alice.todo(title="old"), self.alice.todo(title="old")
        self.alice.patch(f"/todos/{second['id']}", {"title": "theirs"})
        operations = [
            {"op": "update", "id": todo["id"], "title": "mine", "base": {"title": "old"}} for todo in (first, second)
        ]
        self.assert_problem(self.alice.post("/todos/bulk", {"operations": operations}), 412, "stale")
        self.assertEqual(self.alice.post("/todos/bulk", {"operations": operations[:1]}).status_code, 200)

    def test_what_can_be_no_base(self):
        todo = self.alice.todo()
        for base, pointer in (
            ([], "/base"),
            ({"title": 3}, "/base/title"),
            ({"base": {}}, "/base/base"),
            ({"version": 3}, "/base/version"),
            ({"tags_add": ["a"]}, "/base/tags_add"),
            ({"stranger": 3}, "/base/stranger"),
        ):
            with self.subTest(base):
                answer = self.alice.patch(f"/todos/{todo['id']}", {"title": "x", "base": base})
                self.assertEqual((answer.status_code, answer.json()["errors"][0]["pointer"]), (400, pointer))
