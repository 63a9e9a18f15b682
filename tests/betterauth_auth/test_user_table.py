"""Better Auth's own table of users: who is gone from it or banned in it is refused by the next request's one query."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import skipUnless

from asgiref.sync import async_to_sync
from django.core import checks
from django.db import connection
from django.test import override_settings

from betterauth_auth import counters, usertable
from betterauth_auth.checks import check_settings, check_user_table
from betterauth_auth.exceptions import Denied, InvalidToken
from betterauth_auth.identify import aidentify, identify
from betterauth_auth.models import Identity
from betterauth_auth.tokens import verify
from betterauth_auth.users import refuse_if_shut_out_since
from tests.betterauth_auth.case import IssuerDatabaseCase
from tests.fake_neon_auth import FakeNeonAuth, execute

IS_POSTGRESQL = connection.vendor == "postgresql"
# Closer than an hour, which is what a zone that is mistaken makes; not so close that a slow suite gets there.
EARLIER, LATER = (datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (-1, 30))


class TableCase(IssuerDatabaseCase):
    """Alice has an account at Neon Auth, and has been here before."""

    def setUp(self) -> None:
        super().setUp()
        self.neon = self.enterContext(FakeNeonAuth())
        self.enterContext(self.neon.users_in())
        self.trust()
        self.alice = self.neon.sign_up("Alice")
        self.token = self.neon.token(self.alice)
        self.assert_answers(self.get(self.token), 200)

    def trust(self, **overrides: Any) -> None:
        self.enterContext(override_settings(BETTER_AUTH=self.neon.settings(**overrides)))
        # A process that has been running for a while knows what the table is like.
        self.faults()

    def assert_refused(self, reason: str, token: str = "") -> None:
        before = counters.refused_tokens().get(reason, 0)
        with self.assertNumQueries(1), self.assertLogs("betterauth_auth.identify", "INFO") as log:
            self.assert_answers(self.get(token or self.token), 401)
        self.assertEqual(counters.refused_tokens().get(reason), before + 1)
        self.assertIn(reason, log.output[0])

    def assert_accepted(self) -> None:
        with self.assertNumQueries(1):
            self.assert_answers(self.get(self.token), 200)

    def faults(self) -> list[str]:
        return [message.msg for message in check_user_table(None, ["default"]) if message.id == "betterauth_auth.E036"]


class RefusedByTheNextRequest(TableCase):
    def test_whoever_is_there_is_accepted_by_one_query(self):
        self.assert_accepted()

    def test_a_ban(self):
        self.neon.ban(self.alice)

        self.assert_refused("user_banned")

    def test_a_deletion(self):
        self.neon.delete(self.alice)

        self.assert_refused("user_deleted")

    def test_a_ban_that_has_ended_is_none_and_one_that_will_end_is_one(self):
        self.neon.ban(self.alice, EARLIER)
        self.assert_accepted()

        self.neon.ban(self.alice, LATER)
        self.assert_refused("user_banned")

    def test_the_answer_says_no_more_than_for_any_bad_token(self):
        bad = self.get("junk")
        self.neon.ban(self.alice)
        banned = self.get(self.token)

        self.assertEqual((banned.content, banned["WWW-Authenticate"]), (bad.content, bad["WWW-Authenticate"]))

    def test_somebody_else_is_not_concerned(self):
        bob = self.neon.sign_up("Bob")
        self.neon.ban(bob)

        self.assert_accepted()

    def test_who_was_never_here_is_not_made_a_local_user(self):
        bob, carol = self.neon.sign_up("Bob"), self.neon.sign_up("Carol")
        self.neon.ban(bob)
        self.neon.delete(carol)

        self.assert_refused_newcomer(bob)
        self.assert_refused_newcomer(carol)

    def assert_refused_newcomer(self, subject: str) -> None:
        self.assert_answers(self.get(self.neon.token(subject)), 401)
        self.assertFalse(Identity.objects.filter(subject=subject).exists())

    def test_a_subject_that_is_no_id_of_the_table_is_nobody(self):
        for subject in ("alice", "1", self.alice.upper(), f"{self.alice}'", "{" + self.alice + "}", "%s", "é" * 255):
            with self.subTest(subject):
                self.assert_answers(self.get(self.neon.token(subject)), 401)

    def test_an_event_loop_is_told_the_same(self):
        header = f"Bearer {self.token}"
        self.assertIsNotNone(async_to_sync(aidentify)(header))
        self.neon.ban(self.alice)

        with self.assertRaises(Denied) as caught:
            async_to_sync(aidentify)(header)
        self.assertEqual(caught.exception.status, 401)

    def test_a_connection_that_stays_is_ended(self):
        token = verify(self.token)
        refuse_if_shut_out_since(token)
        self.neon.delete(self.alice)

        with self.assertRaises(InvalidToken) as caught:
            refuse_if_shut_out_since(token)
        self.assertEqual(caught.exception.reason, "user_deleted")

    def test_stateless_asks_nobody(self):
        self.neon.ban(self.alice)

        with self.assertNumQueries(0):
            self.assertIsNotNone(identify(f"Bearer {self.token}", stateless=True))


class WhatIsAskedFollowsFromTheSettings(TableCase):
    def test_without_the_table_nothing_is_asked(self):
        self.trust(USER_TABLE="")
        self.neon.ban(self.alice)

        self.assert_accepted()
        self.assertNotIn("person", str(usertable.with_standing(Identity.objects.all()).query))

    def test_where_bans_are_not_refused_only_deletions_are(self):
        self.trust(REFUSE=[])
        self.neon.ban(self.alice)
        self.assert_accepted()

        self.neon.delete(self.alice)
        self.assert_refused("user_deleted")

    def test_people_under_a_name_that_no_issuer_has_are_looked_for_too(self):
        self.trust(IDENTITY_ISSUER="https://people.example.com", ISSUERS=[self.issuer.settings()])
        self.assert_answers(self.get(self.token), 200)
        self.assertTrue(Identity.objects.filter(issuer="https://people.example.com").exists())

        self.neon.ban(self.alice)

        self.assert_refused("user_banned")

    def test_people_of_another_server_are_not_looked_for_in_it(self):
        self.trust(ISSUERS=[self.issuer.settings()])
        token = self.issuer.token("bob")
        self.assert_answers(self.get(token), 200)
        self.neon.ban(self.alice)

        self.assert_answers(self.get(token), 200)
        self.assert_refused("user_banned")

    def test_a_branch_finds_the_people_of_the_database_that_it_is_a_copy_of(self):
        # The copy has the identities of the original's issuer and users with the same ids.
        original = "https://ep-original.neon.tech"
        Identity.objects.update(issuer=original)
        self.trust(ISSUER=[self.neon.url, original], IDENTITY_ISSUER=original)

        self.assert_accepted()
        self.assertEqual(Identity.objects.count(), 1)
        self.neon.ban(self.alice)
        self.assert_refused("user_banned")

    def test_a_name_that_is_none_is_refused(self):
        for name in ('"', "a.b.c", "user; DROP TABLE x", 'a"b', "a b", '"%s"', ".user", "user."):
            with self.subTest(name), override_settings(BETTER_AUTH=self.neon.settings(USER_TABLE=name)):
                self.assertEqual([message.id for message in check_settings(None)], ["betterauth_auth.E008"])


class EveryTableOfBetterAuth(TableCase):
    """Columns as its adapters name them, and ids and times as they make them."""

    TYPES = (
        [("text", "timestamptz"), ("varchar(36)", "timestamp"), ("uuid", "timestamptz"), ("bigint", "timestamp")]
        if IS_POSTGRESQL
        else [("text", "date"), ("text", "integer"), ("integer", "text")]
    )

    def test_columns_ids_and_schemas(self):
        for kind, moment in self.TYPES:
            for ends in ("banExpires", "ban_expires"):
                for name, quoted in (('"Auth users"', '"Auth users"'), ("users", "users")):
                    with self.subTest(kind, moment=moment, ends=ends, name=name), Rollback():
                        self.try_out(name, quoted, kind, moment, ends)

    def try_out(self, name: str, quoted: str, kind: str, moment: str, ends: str) -> None:
        subject = "41" if kind in {"bigint", "integer"} else self.alice
        schema = "public." if IS_POSTGRESQL else "main."
        execute(f'CREATE TABLE {quoted} (id {kind} PRIMARY KEY, banned boolean, "{ends}" {moment})')
        execute(f"INSERT INTO {quoted} (id) VALUES (CAST(%s AS {kind}))", [subject])
        with override_settings(BETTER_AUTH=self.neon.settings(USER_TABLE=schema + name)):
            self.assertEqual(self.faults(), [])
            token = self.neon.token(subject)
            self.assert_answers(self.get(token), 200)
            for until, status in ((None, 401), (EARLIER, 200), (LATER, 401)):
                execute(f'UPDATE {quoted} SET banned = %s, "{ends}" = %s', [True, written(until, moment)])
                self.assert_answers(self.get(token), status)
            execute(f"DELETE FROM {quoted}")
            self.assert_refused("user_deleted", token)


def written(moment: datetime | None, kind: str) -> Any:
    if moment is None or IS_POSTGRESQL:
        return moment
    return int(moment.timestamp() * 1000) if kind == "integer" else moment.isoformat().replace("+00:00", "Z")


class ATableThatCannotBeAsked(TableCase):
    def test_is_found_by_the_checks_of_the_database(self):
        self.assertEqual(self.faults(), [])
        self.assertIn(check_user_table, checks.registry.registry.get_checks())
        self.assertEqual(check_user_table(None, None), [])
        for raw, fault in (
            ({"USER_TABLE": "nobody"}, "there is no table"),
            ({"USER_TABLE": "betterauth_auth_identity"}, "it has no column banned"),
        ):
            self.trust(**raw)
            with self.subTest(fault):
                self.assertIn(fault, self.faults()[0])

    def test_a_column_that_is_missing_or_of_another_kind(self):
        self.rename("banExpires", "until")
        self.trust()

        self.assertIn("it has no column banExpires", self.faults()[0])

    def test_is_503_and_lets_nobody_in(self):
        for break_it in (f"ALTER TABLE {self.neon.quoted} RENAME banned TO b", f"DROP TABLE {self.neon.quoted}"):
            for known in (True, False):
                with self.subTest(break_it, known=known), Rollback():
                    execute(break_it)
                    if not known:
                        usertable.forget(setting="BETTER_AUTH")
                    with self.assertLogs("betterauth_auth.usertable", "WARNING"), Rollback():
                        response = self.get(self.token)
                    self.assert_answers(response, 503)
                    self.assertIn("Retry-After", response)

    def test_a_newcomer_is_answered_503_too(self):
        bob = self.neon.token(self.neon.sign_up("Bob"))
        with Rollback():
            execute(f"DROP TABLE {self.neon.quoted}")
            with Rollback():
                self.assert_answers(self.get(bob), 503)

        self.assertEqual(Identity.objects.count(), 1)

    def rename(self, old: str, new: str) -> None:
        execute(f'ALTER TABLE {self.neon.quoted} RENAME COLUMN "{old}" TO "{new}"')

    @skipUnless(IS_POSTGRESQL, "SQLite knows no rights.")
    def test_a_right_that_is_missing_or_taken_away(self):
        with self.as_reader():
            self.assertIn("permission denied", self.faults()[0])
            with Rollback():
                self.assert_answers(self.get(self.token), 503)
        # No more of the table than what is asked about.
        with self.as_reader(f'GRANT SELECT (id, banned, "banExpires") ON {self.neon.quoted} TO neon_reader'):
            self.assertEqual(self.faults(), [])
            self.assert_accepted()

    @skipUnless(IS_POSTGRESQL, "SQLite has no row security.")
    def test_row_security_that_would_hide_everybody(self):
        secured = f"ALTER TABLE {self.neon.quoted} ENABLE ROW LEVEL SECURITY"
        with self.as_reader(f"GRANT SELECT ON {self.neon.quoted} TO neon_reader", secured):
            self.assertIn("row security", self.faults()[0])

    @contextmanager
    def as_reader(self, *statements: str) -> Iterator[None]:
        """As a role that has all rights on our own tables and none on Neon's, before these statements."""
        with Rollback():
            execute("CREATE ROLE neon_reader")
            execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO neon_reader")
            execute("GRANT USAGE ON SCHEMA public, neon_auth TO neon_reader")
            for statement in statements:
                execute(statement)
            execute("SET LOCAL ROLE neon_reader")
            yield


class Rollback:
    """What happens in it is undone, also after a statement has failed in PostgreSQL."""

    def __enter__(self) -> None:
        execute("SAVEPOINT broken")

    def __exit__(self, *exc_info: object) -> None:
        execute("ROLLBACK TO SAVEPOINT broken")
        execute("RELEASE SAVEPOINT broken")
