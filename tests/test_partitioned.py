"""That the judge of `make test-partitioned` would notice."""

from unittest import skipUnless

from django.db import connection
from django.test import SimpleTestCase, TestCase

from tests.partitioned import Judge
from todos.distribution import catalog
from todos.distribution.probes import places_in
from todos.models import Todo


class PlansTests(SimpleTestCase):
    def test_places_are_counted_once_each(self):
        self.assertEqual(places_in("Append\n -> Seq Scan on todos_todo_p1 a\n -> Seq Scan on todos_list_p1 b"), 1)
        self.assertEqual(places_in("Append\n -> Seq Scan on todos_todo_p1 a\n -> Seq Scan on todos_list_p2 b"), 2)
        self.assertEqual(places_in("Custom Scan (Citus Adaptive)\n  Task Count: 32"), 32)

    def test_statements_of_one_owner_are_judged(self):
        judge = Judge()

        self.assertTrue(judge.is_of_one_owner('SELECT 1 FROM "todos_todo" WHERE "owner_id" = %s', [1]))
        self.assertFalse(judge.is_of_one_owner('SELECT 1 FROM "todos_todo"', []))
        self.assertFalse(judge.is_of_one_owner("SAVEPOINT x", []))


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL")
class JudgeTests(TestCase):
    def setUp(self) -> None:
        if not catalog.read(connection, "todos_todo").partitions:
            self.skipTest("needs partitions, as `make test-partitioned` has them")

    def test_a_statement_that_goes_to_all_partitions_is_noticed(self):
        judge = Judge()
        with connection.execute_wrapper(judge):
            list(Todo.objects.filter(owner_id=1))
            judge.is_of_one_owner = lambda sql, params: True
            list(Todo.objects.extra(where=["owner_id + 0 = 1"]))

        self.assertEqual(sorted(judge.places_of.values()), [1, 8])
        self.assertEqual(len(judge.strays), 1)
