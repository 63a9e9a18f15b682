"""`manage.py distribute`: what it refuses, what it does to tables with rows, and what works on them then."""

from io import StringIO
from unittest import mock, skipUnless

from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import SimpleTestCase

from tests.todos.case import TodosTestCase
from todos.distribution import catalog, citus, partitions, probes
from todos.management.commands.distribute import Command
from todos.models import List, Todo, TodoTag

# What the extension would have, as far as the command asks for it. Refuses what Citus refuses.
FAKE_CITUS = """
    CREATE TABLE pg_dist_partition (logicalrelid regclass, colocationid int);
    CREATE FUNCTION citus_get_active_worker_nodes() RETURNS SETOF int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION create_distributed_table(name text, owner text, colocate_with text DEFAULT 'none') RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = name::regclass AND contype IN ('p', 'u') AND NOT
                 conkey @> (SELECT array_agg(attnum) FROM pg_attribute
                            WHERE attrelid = name::regclass AND attname = owner)) THEN
        RAISE 'a unique constraint without the owner';
      END IF;
      IF EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = name::regclass AND contype = 'f' AND
                 (condeferrable OR confrelid <> conrelid
                  AND confrelid NOT IN (SELECT logicalrelid FROM pg_dist_partition))) THEN
        RAISE 'a reference that waits, or to a table that is not distributed';
      END IF;
      INSERT INTO pg_dist_partition VALUES (name::regclass, CASE colocate_with WHEN 'none' THEN 1 ELSE
        (SELECT colocationid FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass) END);
    END $$;
    CREATE FUNCTION create_reference_table(name text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT 1 FROM pg_constraint WHERE confrelid = name::regclass AND contype = 'f'
                 AND conrelid IN (SELECT logicalrelid FROM pg_dist_partition)) THEN
        RAISE 'a reference of a distributed table to a local one';
      END IF;
    END $$;
"""


class Catalogue(SimpleTestCase):
    def test_no_owned_table_is_forgotten(self):
        models = apps.get_app_config("todos").get_models()

        owned = {model._meta.db_table for model in models if {"owner"} & {field.name for field in model._meta.fields}}

        self.assertEqual(set(catalog.OWNED_TABLES), owned)


def distribute(**options):
    output = StringIO()
    call_command("distribute", stdout=output, **options)
    return output.getvalue()


@skipUnless(connection.vendor == "sqlite", "needs a database that is not PostgreSQL")
class OtherDatabases(TodosTestCase):
    def test_only_postgresql_has_partitions(self):
        for options in ({"partitions": 8}, {"citus": True}):
            with self.subTest(options), self.assertRaisesMessage(CommandError, "Only PostgreSQL"):
                distribute(**options)


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL")
class Refusals(TodosTestCase):
    def test_migrations_come_first(self):
        self.enterContext(mock.patch.object(MigrationExecutor, "migration_plan", return_value=[1, 2]))

        with self.assertRaisesMessage(CommandError, "2 migrations are not applied"):
            distribute(partitions=8)

    def test_one_partition_is_none(self):
        for count in (1, 0, -1, 1025):
            with self.subTest(count), self.assertRaisesMessage(CommandError, "Take 2 to 1024"):
                distribute(partitions=count)

    def test_citus_has_to_be_there(self):
        self.skip_where_partitioned()
        with self.assertRaisesMessage(CommandError, "The extension is missing"):
            distribute(citus=True)
        self.enterContext(mock.patch.multiple(citus, EXTENSION="SELECT 1", WORKERS="SELECT 0"))
        with self.assertRaisesMessage(CommandError, "There is no worker"):
            distribute(citus=True)

    def skip_where_partitioned(self):
        if catalog.read(connection, "todos_todo").partitions:
            self.skipTest("these tables are partitioned already")


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL")
class DistributedTables(TodosTestCase):
    """Inside the transaction of a test, so that the tables are whole again afterwards."""

    def setUp(self) -> None:
        super().setUp()
        if catalog.read(connection, "todos_todo").partitions:
            self.skipTest("these tables are partitioned already")
        for person in (self.alice, self.mallory):
            todo = person.todo(title="parent", tags=["one", "two"])
            person.make("views", query={"tag": ["one"]})
            person.todo(title="child", parent=todo["id"])
            person.patch("/me", {"default_list": person.make("lists")["id"]})
        self.latest = Todo.objects.latest("pk").pk
        # Changes that wait for a check keep a table from being altered.
        self.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def execute(self, sql: str, *parameters: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)

    def assert_works(self):
        self.assertEqual(self.alice.titles(), ["parent", "child"])
        todo = self.alice.todo(title="new", tags=["one", "three"])
        self.assertGreater(Todo.objects.get(uid=todo["id"]).pk, self.latest)
        self.alice.todo(title="new child", parent=todo["id"])
        self.assertEqual(self.alice.post(f"/todos/{todo['id']}/complete").status_code, 200)
        self.assertEqual(self.mallory.titles(), ["parent", "child"])
        self.assertEqual(self.alice.delete("/me").status_code, 204)
        self.assertEqual(Todo.objects.filter(owner=self.alice.user).count(), 0)
        key = self.mallory.user.pk
        self.assertGreater(TodoTag.objects.filter(owner=key).count(), 0)
        self.mallory.user.delete()
        self.assertEqual(TodoTag.objects.filter(owner=key).count(), 0)

    def assert_walls_stand(self):
        todo = Todo.objects.filter(owner=self.alice.user).first()
        hers = List.objects.filter(owner=self.mallory.user).first()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Todo.objects.filter(pk=todo.pk).update(list=hers)

    def test_rows_and_walls_are_there_in_partitions(self):
        output = distribute(partitions=4)

        self.assertRegex(output, r"\A\d\d statements explained: each goes to one place\.\n\Z")
        for table in catalog.owned_tables(connection):
            self.assertEqual(table.partitions, 4)
            self.assertTrue(table.key.sql.startswith("PRIMARY KEY (owner_id"))
            self.assertEqual([one.name for one in table.references if one.sql != one.immediate], [])
        self.assert_walls_stand()
        self.assert_works()

    def test_nothing_is_lost_on_the_way(self):
        self.execute('CREATE ROLE "a reader"')
        self.execute('GRANT SELECT ON todos_todo TO "a reader" WITH GRANT OPTION')
        self.execute("GRANT SELECT, DELETE ON todos_list TO PUBLIC")
        before = catalog.owned_tables(connection)

        distribute(partitions=4)

        for old, new in zip(before, catalog.owned_tables(connection), strict=True):
            with self.subTest(old.name):
                self.assertEqual({one.name for one in new.constraints}, {one.name for one in old.constraints})
                self.assertEqual(len(new.indexes), len(old.indexes))
                self.assertEqual(new.triggers, old.triggers)
                self.assertEqual(new.grants, old.grants)
                self.assertEqual(new.identity, old.identity)
        self.assertEqual(sum(len(table.grants) for table in before), 3)

    def test_the_planner_knows_the_new_tables(self):
        distribute(partitions=4)

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stats WHERE tablename = 'todos_todo' AND attname = 'owner_id'")
            self.assertGreater(cursor.fetchone()[0], 0)

    def test_the_second_time_it_only_looks(self):
        distribute(partitions=4)

        with mock.patch.object(partitions, "statements") as statements:
            output = distribute(partitions=4)

        statements.assert_not_called()
        self.assertIn("partitioned already", output)
        self.assertIn("each goes to one place", output)
        with self.assertRaisesMessage(CommandError, "Citus makes shards of plain tables"):
            distribute(citus=True)

    def test_another_number_of_partitions_is_refused(self):
        distribute(partitions=4)

        with self.assertRaisesMessage(CommandError, "There are 4 partitions"):
            distribute(partitions=8)

    def test_a_table_that_came_later_follows(self):
        earlier = mock.patch.object(catalog, "OWNED_TABLES", catalog.OWNED_TABLES[:-2])
        with earlier, mock.patch.object(Command, "prove"):
            distribute(partitions=4)
        self.assertEqual(catalog.read(connection, "todos_tombstone").partitions, 0)

        distribute(partitions=4)

        self.assertEqual({table.partitions for table in catalog.owned_tables(connection)}, {4})
        self.assert_works()

    def test_a_statement_for_several_places_is_told(self):
        everybody = {"all of them": Todo.objects.filter(owner_id__gt=0)}
        self.enterContext(mock.patch.object(probes, "shapes", return_value=everybody))

        with self.assertRaisesMessage(CommandError, "all of them (4)"):
            distribute(partitions=4)

    def test_printing_does_nothing(self):
        for options in ({"partitions": 4}, {"citus": True}):
            with self.subTest(options):
                output = distribute(print=True, **options)
                self.assertGreater(output.count(";\n"), 30)
                self.assertTrue(output.startswith("BEGIN;\n"))
                self.assertTrue(output.endswith("\nCOMMIT;\n"))
                self.assertEqual(catalog.read(connection, "todos_todo").partitions, 0)

    def test_the_sql_for_citus_keeps_its_order(self):
        self.execute(FAKE_CITUS)

        with (
            mock.patch.object(citus, "EXTENSION", "SELECT 1"),
            mock.patch.object(probes, "explained", return_value=[("a shape", 1)]),
        ):
            distribute(citus=True)
            again = distribute(citus=True)

        self.assertEqual(citus.distributed(connection), (len(catalog.OWNED_TABLES), 1))
        self.assertIn("distributed already", again)
        self.assert_walls_stand()
        self.assert_works()
