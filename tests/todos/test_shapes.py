from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.db.models import CharField, DateTimeField, UUIDField
from django.test import TestCase
from rest_framework.renderers import JSONRenderer

from tests.todos.case import TodosTestCase
from todos.api.serializers import ListAnswer, TagAnswer, TodoAnswer
from todos.compiled import shapes
from todos.compiled.shapes import Placeholder
from todos.models import Account, List


class AQueryIsCompiledOnce(TestCase):
    def setUp(self) -> None:
        self.builds = 0
        self.owner = get_user_model().objects.create(username="alice")
        born = datetime(2026, 1, 2, 3, 4, 5, 678, UTC)
        self.uid = uuid4()
        row = {"uid": self.uid, "name": "n", "version": 1, "created_at": born, "updated_at": born, "position": "1"}
        List.objects.create(owner=self.owner, **row)

    def named(self):
        self.builds += 1
        found = List.objects.filter(
            name=Placeholder("name", CharField()), created_at__lte=Placeholder("at", DateTimeField())
        )
        return found.filter(uid=Placeholder("uid", UUIDField())).values_list("uid", "name", "created_at")

    def rows(self, key="key", **values):
        given = {"name": "n", "at": datetime(2026, 1, 3, tzinfo=UTC), "uid": self.uid, **values}
        return [tuple(row) for row in shapes.run(shapes.compiled((self.id(), key), self.named), given)]

    def test_and_gives_typed_values_to_the_values_of_each_request(self):
        self.assertEqual(self.rows(), [(self.uid, "n", datetime(2026, 1, 2, 3, 4, 5, 678, UTC))])
        self.assertEqual(self.rows(name="other"), [])
        self.assertEqual(self.rows(at=datetime(2026, 1, 2, tzinfo=UTC)), [])
        self.assertEqual(self.rows(uid=UUID(int=0)), [])
        self.assertEqual(self.builds, 1)

    def test_another_key_is_another_query(self):
        self.rows(key="one")
        self.rows(key="other")

        self.assertEqual(self.builds, 2)

    def test_no_more_are_kept_than_agreed(self):
        for number in range(shapes.MAX_SHAPES + 10):
            shapes.compiled((self.id(), number), lambda: Account.objects.values_list("version"))

        self.assertLessEqual(len(shapes._compiled), shapes.MAX_SHAPES)


class AnswersAreWhatTheSerializersSay(TodosTestCase):
    """The bytes of an answer, which no serializer makes, and those that the documented serializer would make."""

    def assert_same_bytes(self, serializer, path):
        response = self.alice.get(path)
        expected = JSONRenderer().render(serializer(response.json()).data)
        self.assertEqual(response.content, expected)

    def test_todos(self):
        project = self.alice.make("lists", name="Straße")
        parent = self.alice.todo(list=project["id"], title='"\\/ é 🙂', notes="a\n\tb", tags=["ä", "B", "a"])
        for values in (
            {"parent": parent["id"], "list": project["id"], "completed": True},
            {"due_date": "2026-03-29", "starts_on": "1970-01-01", "priority": 3},
            {"due_date": "2026-03-29", "due_time": "02:30"},
            {"due_date": "9999-12-31", "due_time": "23:59", "time_zone": "Pacific/Honolulu"},
        ):
            todo = self.alice.todo(**values)
            with self.subTest(values):
                self.assert_same_bytes(TodoAnswer, f"/todos/{todo['id']}")
        self.alice.delete(f"/todos/{parent['id']}")
        self.assert_same_bytes(TodoAnswer, f"/todos/{parent['id']}")

    def test_lists_and_tags(self):
        project, tag = self.alice.make("lists", color="#00ff00"), self.alice.make("tags", name="é")
        self.alice.patch(f"/lists/{project['id']}", {"archived": True})

        self.assert_same_bytes(ListAnswer, f"/lists/{project['id']}")
        self.assert_same_bytes(TagAnswer, f"/tags/{tag['id']}")

    def test_a_row_in_a_list_is_the_row_by_itself(self):
        todo = self.alice.todo(tags=["a"], due_date="2026-03-29", due_time="02:30")

        alone = self.alice.get(f"/todos/{todo['id']}").content.removesuffix(b"}")
        more = b',"subtasks":{"open":0,"total":0},"has_notes":false}'
        self.assertIn(b'{"results":[' + alone + more + b"],", self.alice.get("/todos").content)
