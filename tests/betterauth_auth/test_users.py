"""Who a subject is here, and what an operator can do about it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth import get_user_model
from django.db import connection

from betterauth_auth import users
from betterauth_auth.models import Identity
from betterauth_auth.signals import first_seen
from tests.betterauth_auth.case import IssuerDatabaseCase, IssuerTransactionCase
from tests.fake_betterauth import slowly

User = get_user_model()


class FirstSightTests(IssuerDatabaseCase):
    def test_the_new_user_has_no_password_no_email_and_a_name_of_chance(self):
        self.get_with(sub="admin", email="admin@example.com", name="admin")

        user = User.objects.get()
        self.assertFalse(user.has_usable_password())
        self.assertRegex(user.username, r"\Auser-[0-9a-f]{24}\Z")
        self.assertEqual((user.email, user.is_staff, user.is_superuser), ("", False, False))

    def test_a_token_that_names_the_superuser_is_somebody_else(self):
        root = User.objects.create_superuser("root", "root@example.com", "a long password")

        response = self.get_with(sub="root", email="root@example.com", emailVerified=True, name="root")

        self.assertNotEqual(response.json()["user"], root.pk)

    def test_the_same_subject_of_another_issuer_is_another_user(self):
        self.configure(ISSUER=[self.issuer.url, "https://other.example"])

        first, second = self.get_with(sub="alice"), self.get_with(sub="alice", iss="https://other.example")

        self.assertNotEqual(first.json()["user"], second.json()["user"])

    def test_identities_are_found_by_the_keys_of_their_users(self):
        for subject in ("alice", "bob", "mallory"):
            self.get_with(sub=subject)
        wanted = [identity.user_id for identity in Identity.objects.exclude(subject="mallory")]

        with self.assertNumQueries(1):
            found = users.identities_of(wanted)
            people = {identity.subject: identity.user.pk for identity in found}

        self.assertEqual((people.keys(), {*people.values()}), ({"alice", "bob"}, {*wanted}))

    def test_subjects_that_look_alike_are_different_users(self):
        subjects = ["alice", "Alice", "ALICE", "\u0430lice", "e\u0301", "\u00e9", "1", "01"]

        users_of_subjects = {self.get_with(sub=subject).json()["user"] for subject in subjects}

        self.assertEqual(len(users_of_subjects), len(subjects))

    def test_first_sight_is_told_once(self):
        seen = []
        receiver = lambda identity, token, **kwargs: seen.append((identity.subject, token.subject))  # noqa: E731
        first_seen.connect(receiver)
        self.addCleanup(first_seen.disconnect, receiver)

        self.get_with(sub="alice")
        self.get_with(sub="alice", exp=int(time.time()) + 800)

        self.assertEqual(seen, [("alice", "alice")])


class RaceTests(IssuerTransactionCase):
    def setUp(self) -> None:
        # test_standalone runs this on a file, whatever the host's tests use.
        if connection.vendor == "sqlite" and connection.is_in_memory_db():
            self.skipTest("SQLite in memory refuses concurrent writers.")
        super().setUp()

    def test_twenty_first_requests_at_once_make_one_user(self):
        barrier = threading.Barrier(20)
        # All wait for the keys, and are let go at the same moment.
        self.issuer.behave(slowly(0.3))
        token = self.issuer.token(sub="alice")

        def first_request(_: int) -> tuple[int, float]:
            try:
                barrier.wait(10)
                started = time.perf_counter()
                response = self.client_class().get("/whoami", headers={"Authorization": f"Bearer {token}"})
                return response.status_code, time.perf_counter() - started
            finally:
                connection.close()

        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(first_request, range(20)))

        self.assertEqual([status for status, _ in answers], [200] * 20)
        self.assertGreater(min(seconds for _, seconds in answers), 0.15, "somebody came when the keys were there")
        self.assertEqual((User.objects.count(), Identity.objects.count(), self.issuer.requests), (1, 1, 1))


class ProfileTests(IssuerDatabaseCase):
    def now(self) -> int:
        return int(time.time())

    def test_the_profile_follows_newer_tokens(self):
        self.get_with(name="Alice", iat=self.now() - 5)
        self.get_with(name="Alice B.", email="b@example.com", emailVerified=True, image="https://img.example/a.png")

        identity = Identity.objects.get()
        self.assertEqual((identity.name, identity.email), ("Alice B.", "b@example.com"))
        self.assertEqual((identity.is_email_verified, identity.image), (True, "https://img.example/a.png"))

    def test_an_older_token_does_not_bring_the_old_profile_back(self):
        old, new = self.issuer.token(name="Old", iat=self.now() - 9), self.issuer.token(name="New")
        self.get(old)
        self.get(new)

        with self.assertNumQueries(1):
            self.get(old)
        self.assertEqual(Identity.objects.get().name, "New")

    def test_claims_that_are_absent_change_nothing(self):
        self.get_with(name="Alice", iat=self.now() - 5)
        self.get_with(name=None, email=None, emailVerified=None)

        self.assertEqual(Identity.objects.get().name, "Alice")

    def test_what_cannot_be_kept_is_left_out(self):
        hostile = {
            "name": "A\x00l\u202eice" + "x" * 300,
            "email": "a" * 300 + "@example.com",
            "image": "javascript:alert(1)",
            "emailVerified": "true",
        }
        self.assert_answers(self.get_with(**hostile), 200)

        identity = Identity.objects.get()
        self.assertEqual(identity.name, "Alice" + "x" * 250)
        self.assertEqual((identity.email, identity.image, identity.is_email_verified), ("", "", False))

    def test_claims_of_the_wrong_type_are_no_error(self):
        self.assert_answers(self.get_with(name=["a"], email={"a": 1}, image=7, emailVerified=1), 200)


class OperatorTests(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.token = self.issuer.token(sub="alice")
        self.alice = User.objects.get(pk=self.get(self.token).json()["user"])

    def test_a_deactivated_user_is_refused_at_once(self):
        User.objects.filter(pk=self.alice.pk).update(is_active=False)
        self.assert_answers(self.get(self.token), 401)

        User.objects.filter(pk=self.alice.pk).update(is_active=True)
        self.assert_answers(self.get(self.token), 200)

    def test_a_cut_off_refuses_what_was_issued_before_and_in_its_second(self):
        users.cut_off(self.alice)
        self.accept_tokens_of_the_near_future()

        self.assert_answers(self.get(self.token), 401)
        self.assert_answers(self.get_with(sub="alice", iat=self.cut_second()), 401)
        self.assert_answers(self.get_with(sub="alice", iat=self.cut_second() + 0.9), 401)
        self.assert_answers(self.get_with(sub="alice", iat=self.cut_second() + 1), 200)

    def test_a_cut_off_holds_against_an_issuer_whose_clock_is_ahead(self):
        ahead = self.issuer.token(sub="alice", iat=int(time.time()) + 9)
        self.assert_answers(self.get(ahead), 200)

        users.cut_off(self.alice)

        self.assert_answers(self.get(ahead), 401)

    def test_a_cut_off_concerns_nobody_else(self):
        users.cut_off(self.alice)

        self.assert_answers(self.get_with(sub="bob"), 200)

    def test_a_forgotten_person_leaves_no_personal_data(self):
        users.forget_person(self.alice)

        identity = Identity.objects.get()
        self.assertEqual((identity.name, identity.email, identity.image), ("", "", ""))

    def test_an_old_token_cannot_bring_a_forgotten_person_back(self):
        users.forget_person(self.alice)

        self.assert_answers(self.get(self.token), 401)
        self.assertEqual(Identity.objects.get().name, "")

    def test_a_later_token_starts_afresh_with_the_same_user(self):
        users.forget_person(self.alice)
        self.accept_tokens_of_the_near_future()

        response = self.get_with(sub="alice", name="Alice again", iat=self.cut_second() + 1)

        self.assertEqual(str(response.json()["user"]), str(self.alice.pk))
        self.assertEqual(Identity.objects.get().name, "Alice again")

    def accept_tokens_of_the_near_future(self) -> None:
        """Instead of waiting until the cut-off, which includes the leeway, is over."""
        self.configure(LEEWAY_SECONDS=60)

    def cut_second(self) -> int:
        return int(Identity.objects.get().tokens_valid_after.timestamp())
