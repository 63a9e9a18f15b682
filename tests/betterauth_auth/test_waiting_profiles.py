"""A token brings a changed profile and the database cannot be written: the request goes on, the profile waits."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from django.db import DatabaseError, connection, transaction

from betterauth_auth import profile
from betterauth_auth.models import Identity
from tests.betterauth_auth.case import IssuerTransactionCase
from tests.betterauth_auth.unwritable import FAULTS, FAULTS_INSIDE_A_TRANSACTION, unwritable

# Long enough to need a page of its own, of which a full disk has none.
PICTURE = "https://img.example/" + "a" * 2000


class WaitingProfileTests(IssuerTransactionCase):
    faults = FAULTS

    def setUp(self) -> None:
        super().setUp()
        self.get_with(sub="bob", name="Bob", image=PICTURE)
        self.get_with(sub="alice", name="Alice", iat=int(time.time()) - 5)
        self.changed = self.issuer.token(sub="alice", name="Alice B.", image=PICTURE)

    @property
    def name(self) -> str:
        return Identity.objects.get(subject="alice").name

    def as_before(self) -> None:
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        Identity.objects.filter(subject="alice").update(name="Alice", image="", profile_issued_at=long_ago)
        self.rested()

    def rested(self) -> None:
        """As if the rest after a failure were over."""
        profile.forget_rest()

    def test_the_request_goes_on_with_the_profile_as_known_and_a_later_one_writes_it(self):
        for fault in self.faults:
            with self.subTest(fault):
                self.as_before()
                with unwritable(fault) as failures, self.assertLogs("betterauth_auth.profile", "WARNING"):
                    self.assert_answers(self.get(self.changed), 200)
                    self.assertRegex(" ".join(failures), r"\AUPDATE \w+\Z")
                    self.assertEqual(self.name, "Alice")
                self.rested()

                self.assert_answers(self.get(self.changed), 200)
                self.assertEqual(self.name, "Alice B.")

    def test_nothing_is_left_broken(self):
        with unwritable() as failures:
            self.assert_answers(self.get(self.changed), 200)
            self.assertEqual(len(failures), 1)

        # The same connection writes.
        self.assert_answers(self.get_with(sub="carol"), 200)
        self.assertEqual(Identity.objects.filter(subject="carol").count(), 1)
        self.assertFalse(connection.needs_rollback)

    def test_after_a_failure_it_is_not_tried_again_at_once_and_logged_once(self):
        with unwritable() as failures, self.assertLogs("betterauth_auth.profile", "WARNING") as logs:
            for _ in range(5):
                self.assert_answers(self.get(self.changed), 200)
            self.assertEqual((len(failures), len(logs.output)), (1, 1))
            with patch("betterauth_auth.profile.time.monotonic", lambda: time.time() + profile.REST_SECONDS):
                self.assert_answers(self.get(self.changed), 200)
            self.assertEqual((len(failures), len(logs.output)), (2, 2))

    def test_the_log_tells_nothing_of_the_person(self):
        with unwritable(), self.assertLogs("betterauth_auth.profile", "WARNING") as logs:
            self.get(self.changed)

        self.assertRegex(logs.output[0], r"cannot be written now and wait: (DiskFull|IntegrityError)\.\Z")

    def test_the_first_request_of_a_person_still_needs_the_database(self):
        with unwritable(event="INSERT") as failures, self.assertRaises(DatabaseError):
            self.get_with(sub="dave")
        self.assertEqual(len(failures), 1)
        self.assertFalse(Identity.objects.filter(subject="dave").exists())

    def test_who_is_shut_out_stays_out(self):
        Identity.objects.get(subject="alice").user.__class__.objects.update(is_active=False)
        with unwritable() as failures:
            self.assert_answers(self.get(self.changed), 401)
            self.assertEqual(failures, [])


class InsideATransactionTests(WaitingProfileTests):
    """As in a project with ATOMIC_REQUESTS: the failure must not break what is around it."""

    faults = FAULTS_INSIDE_A_TRANSACTION

    def get(self, token: str | None = None, path: str = "/whoami") -> Any:
        with transaction.atomic():
            response = super().get(token, path)
            # Whatever follows in this transaction finds it whole.
            Identity.objects.count()
        return response
