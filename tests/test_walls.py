"""The wall around owned tables stands: it refuses what it should and lets the rest through."""

from django.db import connection
from django.test import SimpleTestCase, TestCase

from tests.owner_guard import api_request
from tests.owners import Owners, UnscopedSQLError, owners_in

PERSON = (
    "SELECT U0.user_id FROM betterauth_auth_identity U0 INNER JOIN auth_user U1 ON U0.user_id = U1.id"
    " WHERE U0.issuer = %s AND U0.subject = %s AND U1.is_active"
)
KEYED = PERSON.replace("U0.user_id FROM", 'U0.user_id AS "key" FROM')
CALLER = f'WITH "caller" AS ({KEYED})'
SAME = 'L."owner_id" = (T."owner_id")'
TODOS_OF = 'SELECT 1 FROM "todos_todo" WHERE "owner_id" ='
WRITE = "WITH account AS (UPDATE todos_account SET version = 1 WHERE owner_id = %s RETURNING owner_id)"
REFUSED = (
    'SELECT "todos_todo"."id", "todos_todo"."owner_id" FROM "todos_todo"',
    'SELECT "todos_todo"."owner_id" FROM "todos_todo" WHERE "todos_todo"."uid" = %s',
    'SELECT 1 FROM "todos_todo" WHERE "todos_todo"."uid" = %s ORDER BY "todos_todo"."owner_id"',
    'SELECT 1 FROM "todos_todo" WHERE ("todos_todo"."owner_id" = %s OR "todos_todo"."uid" = %s)',
    'SELECT 1 FROM "todos_todo" WHERE NOT ("todos_todo"."owner_id" = %s)',
    'SELECT 1 FROM "todos_todo" WHERE "todos_todo"."owner_id" > %s',
    'SELECT 1 FROM "todos_todo" WHERE "todos_todo"."owner_id" IN (%s, %s)',
    'SELECT 1 FROM "todos_todo" WHERE "todos_todo"."owner_id" = "todos_todo"."owner_id"',
    'SELECT 1 FROM "todos_todo" WHERE "todos_todo"."owner_id" = (SELECT MAX("auth_user"."id") FROM "auth_user")',
    # No value that is bound, but one that is looked up.
    f"{TODOS_OF} ({PERSON})",
    f'{CALLER} {TODOS_OF} (SELECT "key" FROM "caller")',
    f"{CALLER} SELECT 1 FROM todos_todo",
    # Two owned tables, one of them without an owner and without a reference to the other.
    'SELECT 1 FROM "todos_todo" T, "todos_list" L WHERE T."owner_id" = %s AND L."uid" = %s',
    'SELECT 1 FROM "todos_todo" T INNER JOIN "todos_tag" G ON (T."id" = G."id") WHERE T."owner_id" = %s',
    'SELECT 1 FROM "todos_todo" T LEFT JOIN "todos_list" L ON (T."list_id" = L."id" AND L."owner_id" = %s)',
    'SELECT 1 FROM "todos_todo" T INNER JOIN "todos_list" L ON (T."id" = L."id" AND L."owner_id" = %s)',
    # A reference that does not compare the owner.
    'SELECT 1 FROM "todos_todo" T INNER JOIN "todos_list" L ON (T."list_id" = L."id") WHERE T."owner_id" = %s',
    'SELECT 1 FROM "todos_todo" T LEFT OUTER JOIN "todos_todo" P ON (T."parent_id" = P."id") WHERE T."owner_id" = %s',
    # The owner of the rows around.
    'SELECT (SELECT 1 FROM todos_todotag U WHERE U.owner_id = T.owner_id) FROM todos_todo T WHERE T."owner_id" = %s',
    f"{WRITE} SELECT (SELECT 1 FROM todos_list WHERE owner_id = account.owner_id AND is_inbox) FROM account",
    f"{WRITE} INSERT INTO todos_list (owner_id, name) SELECT owner_id, %s FROM account",
    # A subquery without an owner, and one that would have to lean on an unheld row.
    'SELECT 1 FROM "todos_todo" WHERE "owner_id" = %s AND "list_id" IN (SELECT U."id" FROM "todos_list" U)',
    'SELECT (SELECT 1 FROM "todos_todo" U WHERE U."list_id" = L."id") FROM "todos_list" L WHERE L."owner_id" = %s',
    'UPDATE "todos_todo" SET "owner_id" = %s, "title" = %s WHERE "todos_todo"."id" = %s',
    'DELETE FROM "todos_tag" WHERE "todos_tag"."id" IN (%s)',
    'INSERT INTO "todos_list" ("uid", "name") VALUES (%s, %s)',
    'INSERT INTO "todos_list" ("owner_id", "name") SELECT U."id", U."name" FROM "auth_user" U',
    "WITH changed AS (UPDATE todos_todo SET title = 'x' RETURNING id) SELECT id FROM changed",
    'SELECT 1 FROM "auth_user" UNION SELECT "todos_todo"."id" FROM "todos_todo"',
    "WITH account AS (UPDATE todos_account SET version = 1 RETURNING owner_id) SELECT owner_id FROM account",
    "WITH people AS (SELECT id owner_id FROM auth_user) INSERT INTO todos_list (owner_id) SELECT owner_id FROM people",
    # What is not judged can't pass.
    "TRUNCATE todos_todo",
    "COPY todos_todo TO STDOUT",
    'DECLARE here CURSOR FOR SELECT 1 FROM "todos_todo" WHERE "owner_id" = %s',
    "SELECT ((( FROM todos_todo",
)
PASSED = (
    'SELECT "todos_todo"."id" FROM "todos_todo" WHERE ("todos_todo"."owner_id" = %s AND "todos_todo"."uid" = %s)',
    'SELECT 1 FROM "todos_todo" WHERE "todos_todo"."owner_id" = %s AND ("uid" = %s OR "list_id" = %s)',
    f'SELECT 1 FROM todos_todo T INNER JOIN todos_list L ON (T."list_id" = L."id" AND {SAME}) WHERE T.owner_id = %s',
    f'SELECT 1 FROM todos_todo T LEFT JOIN todos_list L ON (T."list_id" = L."id" AND {SAME}) WHERE T.owner_id = %s',
    'SELECT (SELECT 1 FROM todos_todotag U WHERE U.owner_id = %s) FROM todos_todo T WHERE T."owner_id" = %s',
    'UPDATE "todos_todo" SET "title" = %s WHERE "owner_id" = %s AND "id" IN (%s, %s)',
    "UPDATE todos_account SET version = 1 WHERE owner_id = %s RETURNING (SELECT 1 FROM todos_list WHERE owner_id = %s)",
    'INSERT INTO "todos_list" ("owner_id", "name") VALUES (%s, %s), (%s, %s)',
    f"{WRITE} INSERT INTO todos_list (owner_id, name) SELECT %s, %s FROM account",
    f"{WRITE} SELECT (SELECT 1 FROM todos_list WHERE owner_id = %s AND is_inbox) FROM account",
    'INSERT INTO "todos_list" ("name", "owner_id") SELECT * FROM UNNEST((%s)::varchar[], (%s)::integer[])',
)

FOUND = f"{KEYED} AND U0.user_id = %s"
MINE = f'WITH "caller" AS ({FOUND}) {TODOS_OF} %s'
GUARDED = (
    f'{MINE} AND EXISTS (SELECT 1 FROM "caller")',
    f"UPDATE todos_account SET version = 1 WHERE EXISTS ({FOUND}) AND owner_id = %s",
)
IF_FOUND = 'AND EXISTS (SELECT 1 FROM "caller")'
UNGUARDED = (
    MINE,
    f'{MINE} AND (EXISTS (SELECT 1 FROM "caller") OR "uid" = %s)',
    f'{MINE} AND NOT EXISTS (SELECT 1 FROM "caller")',
    f'WITH "other" AS ({FOUND}) {TODOS_OF} %s {IF_FOUND}',
    f'WITH "caller" AS ({KEYED}) {TODOS_OF} %s {IF_FOUND}',
    f'WITH "caller" AS ({FOUND.replace(" AND U1.is_active", "")}) {TODOS_OF} %s {IF_FOUND}',
    f'WITH "caller" AS ({FOUND.replace("ON U0.user_id = U1.id", "ON true")}) {TODOS_OF} %s {IF_FOUND}',
    f'WITH "caller" AS ({FOUND.replace("subject = %s AND", "subject = %s OR")}) {TODOS_OF} %s {IF_FOUND}',
)


class OwnedTablesAreReadByOwner(SimpleTestCase):
    def test_a_statement_that_is_not_held_to_an_owner_is_refused(self):
        for sql in REFUSED:
            with self.subTest(sql):
                self.assertIsInstance(owners_in(sql, "postgresql"), UnscopedSQLError)

    def test_a_statement_that_is_held_to_an_owner_passes(self):
        for sql in PASSED:
            with self.subTest(sql):
                self.assertIsInstance(owners_in(sql, "postgresql"), Owners)

    def test_statements_on_other_tables_are_not_judged(self):
        for sql in ('SELECT "auth_user"."id" FROM "auth_user"', 'SAVEPOINT "s1"', "not even SQL"):
            with self.subTest(sql):
                self.assertEqual(owners_in(sql, "postgresql"), Owners())

    def test_the_owners_are_found_among_the_parameters(self):
        update = owners_in('UPDATE "todos_todo" SET "title" = %s WHERE "owner_id" = %s', "postgresql")
        insert = owners_in(PASSED[-1], "postgresql")

        self.assertEqual(update.of(["a title", 7]), {7})
        self.assertEqual(insert.of([["a name", "another"], [7, 8]]), {7, 8})

    def test_the_guard_is_found_that_lets_nobody_but_the_caller_be_named(self):
        for sql in GUARDED:
            with self.subTest(sql):
                found = owners_in(sql, "postgresql")
                self.assertEqual(found.person_of(found.guard, ["issuer", "alice", 7, 7, 7]), ("issuer", "alice"))
        for sql in UNGUARDED:
            with self.subTest(sql):
                self.assertIsNone(owners_in(sql, "postgresql").guard)


class TheWallStandsInEveryTest(TestCase):
    def test_an_unscoped_statement_never_reaches_the_database(self):
        with self.assertRaises(UnscopedSQLError), api_request(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM todos_unscoped")

    def test_a_request_can_not_ask_for_two_owners_one_after_the_other(self):
        with self.assertRaises(UnscopedSQLError), api_request(), connection.cursor() as cursor:
            for owner in (1, 2):
                cursor.execute("SELECT version FROM todos_account WHERE owner_id = %s", [owner])
