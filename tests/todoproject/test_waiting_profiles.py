"""Reads of the API go on while a changed profile cannot be written, and the token is looked at again later."""

from __future__ import annotations

import time
from unittest import skipUnless

from django.db import connection

from betterauth_auth import deferred, profile
from betterauth_auth.models import Identity
from tests.betterauth_auth.unwritable import IS_POSTGRESQL, TABLE, run, unwritable
from tests.todos.case import Person, TodosTransactionTestCase
from todoproject.http import outages


def sign_in_under_a_new_name(person: Person) -> None:
    # A second later, so that it is newer than the token of before. This process may have seen such a token.
    person.sign_in(name="Alice B.", iat=int(time.time()) + 1)
    deferred.keys_of_tokens.clear()


class ReadsWithAChangedProfile(TodosTransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.todo = self.alice.todo(title="milk")
        self.addCleanup(profile.forget_rest)
        sign_in_under_a_new_name(self.alice)

    @property
    def name(self) -> str:
        return Identity.objects.get(subject="alice").name

    def test_reads_go_on_and_the_same_token_brings_the_profile_later(self):
        with unwritable() as failures:
            for path in ("/todos", f"/todos/{self.todo['id']}", "/me", "/lists"):
                self.assertEqual(self.alice.get(path).status_code, 200)
            self.assertEqual((len(failures), self.name), (1, "Alice"))
        profile.forget_rest()

        self.assertEqual(self.alice.titles(), ["milk"])
        self.assertEqual(self.name, "Alice B.")

    def test_once_it_is_written_the_token_costs_no_look_any_more(self):
        with unwritable():
            self.alice.titles()
        profile.forget_rest()
        self.alice.titles()

        with self.assertNumQueries(1):
            self.alice.titles()

    def test_writes_that_need_no_profile_go_on_too(self):
        with unwritable() as failures:
            self.assertEqual(self.alice.post("/todos", {"title": "bread"}).status_code, 201)
            self.assertEqual(len(failures), 1)


@skipUnless(IS_POSTGRESQL, "needs PostgreSQL, whose connections can be killed")
class AConnectionThatDiesUnderTheProfile(TodosTransactionTestCase):
    """That is no matter of the profile: the connection is new and the read is run once more."""

    def setUp(self) -> None:
        super().setUp()
        self.alice.todo(title="milk")
        sign_in_under_a_new_name(self.alice)
        # A sequence keeps its count when the transaction is gone.
        run("CREATE SEQUENCE deaths")
        self.addCleanup(run, "DROP SEQUENCE deaths CASCADE", "DROP FUNCTION die CASCADE")

    def die(self, times: int) -> None:
        """The first changes of an identity end their connection."""
        dying = f"IF nextval('deaths') <= {times} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF"
        run(
            f"CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {dying}; RETURN NEW; END $$",
            f"CREATE TRIGGER die BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION die()",
        )

    def deaths(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT last_value FROM deaths")
            return cursor.fetchone()[0]

    def test_the_read_is_run_once_more_and_the_profile_with_it(self):
        self.die(1)

        self.assertEqual(self.alice.titles(), ["milk"])

        self.assertEqual(self.deaths(), 2)
        self.assertEqual(Identity.objects.get(subject="alice").name, "Alice B.")

    def test_a_second_death_is_503_and_the_next_request_is_served(self):
        self.die(2)

        with self.assertLogs(outages.logger, "WARNING"):
            self.assertEqual(self.alice.get("/todos").status_code, 503)

        self.assertEqual(self.alice.titles(), ["milk"])
        self.assertEqual(self.deaths(), 3)

    def test_a_write_is_503_and_not_run_again(self):
        self.die(1)

        with self.assertLogs(outages.logger, "WARNING"):
            self.assertEqual(self.alice.post("/todos", {"title": "bread"}).status_code, 503)

        self.assertEqual(self.deaths(), 1)
        self.assertEqual(self.alice.titles(), ["milk"])
