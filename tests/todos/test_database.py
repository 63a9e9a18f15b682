"""What the database refuses, whoever writes to it."""

from unittest import skipUnless

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.todos.case import TodosTestCase
from todos.models import Account, Completion, List, Tag, Todo, TodoTag


class Walls(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.todo = self.alice.todo(tags=["a"])
        self.child = self.alice.todo(parent=self.todo["id"])
        self.hers, self.his = self.alice.user, self.mallory.user
        self.mallory.todo(tags=["a"])

    def assert_refused(self, write):
        with self.assertRaises(IntegrityError), transaction.atomic():
            write()
            connection.check_constraints()
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def row(self, todo):
        return Todo.objects.filter(owner=self.hers, uid=todo["id"])

    def test_impossible_todos(self):
        now = timezone.now()
        for values in (
            {"title": ""},
            {"priority": 4},
            {"due_time": "10:00"},
            {"time_zone": "UTC"},
            {"due_date": "2026-01-01", "due_time": "10:00", "time_zone": "UTC"},
            {"due_at": now},
            {"due_date": "1969-12-31"},
            {"starts_on": "1969-12-31"},
            {"deleted_at": now},
            {"trashed_in": 1},
            {"rrule": "FREQ=DAILY"},
            {"series_in": 1},
            {"repeat_from": "noon"},
            {"reminds_from": "2026-01-01", "reminds_until": "2026-01-01"},
        ):
            with self.subTest(values):
                self.assert_refused(lambda values=values: self.row(self.todo).update(**values))

    def test_impossible_lists_and_accounts(self):
        now = timezone.now()
        inbox = List.objects.filter(owner=self.hers, is_inbox=True)
        account = Account.objects.filter(owner=self.hers)
        for rows, values in (
            (inbox, {"archived_at": now}),
            (inbox, {"deleted_at": now, "trashed_in": 1}),
            (inbox, {"name": ""}),
            (account, {"week_start": 8}),
            (account, {"purged_version": 1000}),
            (Tag.objects.filter(owner=self.hers), {"name": ""}),
        ):
            with self.subTest(values):
                self.assert_refused(lambda rows=rows, values=values: rows.update(**values))

    def test_a_second_inbox(self):
        inbox = List.objects.get(owner=self.hers, is_inbox=True)
        inbox.pk, inbox.uid = None, self.todo["id"]

        self.assert_refused(inbox.save)

    def test_the_same_id_or_tag_twice(self):
        tag = Tag.objects.get(owner=self.hers)
        tag.pk, tag.uid = None, self.todo["id"]
        self.assert_refused(tag.save)
        todo = self.row(self.todo).get()
        todo.pk = None
        self.assert_refused(todo.save)

    def test_references_to_rows_of_somebody_else(self):
        foreign_todo, foreign_tag = Todo.objects.get(owner=self.his), Tag.objects.get(owner=self.his)
        foreign_list = List.objects.get(owner=self.his)
        links = TodoTag.objects.filter(owner=self.hers)
        for rows, values in (
            (self.row(self.todo), {"list": foreign_list}),
            (self.row(self.todo), {"parent": foreign_todo}),
            (Account.objects.filter(owner=self.hers), {"default_list": foreign_list}),
            (links, {"tag": foreign_tag}),
            (links, {"todo": foreign_todo}),
        ):
            with self.subTest(values):
                self.assert_refused(lambda rows=rows, values=values: rows.update(**values))

    @skipUnless(connection.vendor == "postgresql", "SQLite holds no reference back, and serves one version at a time")
    def test_a_version_that_knows_no_completions_deletes_todos_that_have_some(self):
        todo = self.alice.todo(due_date="2026-11-27", rrule="FREQ=DAILY")
        self.alice.post(f"/todos/{todo['id']}/complete", {})
        self.assertEqual(Completion.objects.count(), 1)

        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM todos_todo WHERE owner_id = %s AND uid = %s", [self.hers.pk, todo["id"]])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

        self.assertEqual(Completion.objects.count(), 0)

    def test_a_subtask_of_a_subtask(self):
        other, child = self.alice.todo(), self.row(self.child).get()

        self.assert_refused(lambda: self.row(other).update(parent=child))
        self.assert_refused(lambda: self.row(self.todo).update(parent=self.row(other).get()))
        self.assert_refused(lambda: self.row(self.todo).update(parent=self.row(self.todo).get()))

    def test_a_subtask_in_another_list_than_its_parent(self):
        self.alice.make("lists", name="Project")
        project = List.objects.get(owner=self.hers, name="Project")

        self.assert_refused(lambda: self.row(self.child).update(list=project))
