"""The wall around owned tables stands: it refuses what it should and lets the rest through."""

from django.db import connection
from django.test import SimpleTestCase, TestCase

from tests.walls import UnscopedSQLError, api_request, is_scoped

REFUSED = (
    'SELECT "todos_todo"."id", "todos_todo"."owner_id" FROM "todos_todo"',
    'SELECT "todos_todo"."owner_id" FROM "todos_todo" WHERE "todos_todo"."uid" = %s',
    'UPDATE "todos_todo" SET "owner_id" = 1, "title" = %s WHERE "todos_todo"."id" = %s',
    'DELETE FROM "todos_tag" WHERE "todos_tag"."id" IN (%s)',
    'INSERT INTO "todos_list" ("uid", "name") VALUES (%s, %s)',
    "WITH changed AS (UPDATE todos_todo SET title = 'x' RETURNING id) SELECT id FROM changed",
)
PASSED = (
    'SELECT "todos_todo"."id" FROM "todos_todo" WHERE ("todos_todo"."owner_id" = %s AND "todos_todo"."uid" = %s)',
    'INSERT INTO "todos_list" ("owner_id", "name") VALUES (%s, %s)',
    'SELECT "auth_user"."id" FROM "auth_user" WHERE "auth_user"."id" = %s',
    'SAVEPOINT "s1"',
)


class OwnedTablesAreReadByOwner(SimpleTestCase):
    def test_a_statement_without_its_owner_is_refused(self):
        for sql in REFUSED:
            with self.subTest(sql):
                self.assertFalse(is_scoped(sql))

    def test_a_statement_with_its_owner_passes(self):
        for sql in PASSED:
            with self.subTest(sql):
                self.assertTrue(is_scoped(sql))


class TheWallStandsInEveryTest(TestCase):
    def test_an_unscoped_statement_never_reaches_the_database(self):
        with self.assertRaises(UnscopedSQLError), api_request(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM todos_unscoped")
