"""Better Auth tells that somebody signed out, was banned or is gone, and the next request is refused."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from unittest import mock

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from betterauth_auth.events import ledger
from betterauth_auth.models import Event, Identity
from tests.betterauth_auth import events
from tests.betterauth_auth.case import IssuerDatabaseCase
from tests.betterauth_auth.events import Request
from tests.fake_betterauth import FakeBetterAuth, answer_with, hang

ALL = {
    "EVENTS": ["plugin", "logout", "neon"],
    "LOGOUT_CLIENT_ID": events.CLIENT,
    "SIGN_UP_DOMAINS": ["example.com"],
    "SIGN_UP_MAKES_USER": True,
}


class EventCase(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.configure(**ALL)

    def send(self, request: Request) -> Any:
        return self.client.post(request.path, request.body, content_type=request.content_type, headers=request.headers)

    def assert_taken(self, request: Request) -> None:
        self.assert_answers(self.send(request), 204)

    def token(self, **claims: Any) -> str:
        """Issued a minute ago, before what is told."""
        return self.issuer.token(iat=int(time.time()) - 60, **claims)

    def assert_good(self, *tokens: str) -> None:
        for token in tokens:
            self.assert_answers(self.get(token), 200)

    def assert_refused_as(self, reason: str, *tokens: str) -> None:
        for token in tokens:
            with self.assertLogs("betterauth_auth.identify", "INFO") as log:
                self.assert_answers(self.get(token), 401)
            self.assertIn(reason, log.output[0])


class OurPlugin(EventCase):
    def test_ends_the_session_that_the_token_names_and_no_other(self):
        here, there = self.token(sid="s1"), self.token(sid="s2")
        self.assert_good(here, there)

        self.assert_taken(events.event(self.issuer, sid="s1"))

        self.assert_refused_as("session_ended", here)
        self.assert_good(there)

    def test_refuses_a_token_that_a_cached_session_mints_after_its_end(self):
        self.assert_good(self.token(sid="s1"))

        self.assert_taken(events.event(self.issuer, sid="s1", at=int(time.time() * 1000) - 60_000))

        self.assert_refused_as("session_ended", self.issuer.token(sid="s1"))

    def test_lets_who_signs_in_again_in_the_same_second_in_at_once(self):
        self.assert_good(self.token(sid="s1"))
        self.assert_taken(events.event(self.issuer, sid="s1"))

        self.assert_good(self.issuer.token(sid="s3"))

    def test_cuts_tokens_without_a_session_off_by_the_second(self):
        before, moment = self.token(), int(time.time()) - 5
        self.assert_good(before)

        self.assert_taken(events.event(self.issuer, at=moment * 1000 + 300))

        self.assert_refused_as("session_ended", before, self.issuer.token(iat=moment))
        self.assert_good(self.issuer.token(iat=moment + 1))

    def test_cuts_everything_off_at_a_ban_until_it_is_over_and_somebody_signs_in(self):
        tokens = self.token(sid="s1"), self.token()
        self.assert_good(*tokens)

        self.assert_taken(events.event(self.issuer, "user.banned", at=int(time.time() * 1000) - 2000))

        self.assert_refused_as("cut_off", *tokens)
        self.assert_good(self.issuer.token(sid="s9"))

    def test_deactivates_who_was_deleted(self):
        self.assert_good(self.token())

        self.assert_taken(events.event(self.issuer, "user.deleted", sid=None))

        self.assert_refused_as("inactive_user", self.issuer.token(iat=int(time.time()) + 5))

    def test_leaves_an_operator_active(self):
        self.assert_good(self.token())
        get_user_model().objects.update(is_staff=True)

        with self.assertLogs("betterauth_auth.events", "WARNING"):
            self.assert_taken(events.event(self.issuer, "user.deleted"))

        self.assertTrue(get_user_model().objects.get().is_active)

    def test_is_heard_about_people_who_have_not_been_here_yet(self):
        for kind, reason in (("session.ended", "session_ended"), ("user.banned", "cut_off")):
            token = self.token(sub=kind, sid="s1")
            self.assert_taken(events.event(self.issuer, kind, sub=kind, sid="s1"))
            self.assertFalse(Identity.objects.filter(subject=kind).exists())

            self.assert_refused_as(reason, token)

    def test_is_heard_about_who_comes_first_in_a_transaction_that_has_not_ended(self):
        token = self.token(sid="s1")
        with self.captureOnCommitCallbacks(execute=True):
            self.assert_good(token)
            with mock.patch.object(ledger, "apply") as finding_nobody_yet:
                self.assert_taken(events.event(self.issuer, "user.banned"))
            finding_nobody_yet.assert_called_once()

        self.assert_refused_as("cut_off", token)

    def test_is_acknowledged_again_without_another_effect(self):
        self.assert_good(self.token())
        told = events.event(self.issuer, "user.deleted")
        self.assert_taken(told)
        get_user_model().objects.update(is_active=True)

        self.assert_taken(told)

        self.assertTrue(get_user_model().objects.get().is_active)
        self.assertEqual(Event.objects.count(), 1)

    def test_is_applied_when_it_comes_again_if_we_died_over_it(self):
        self.assert_good(token := self.token())
        told = events.event(self.issuer, "user.banned", jti="j1")
        self.assert_taken(told)
        Event.objects.update(applied_at=None)
        Identity.objects.update(tokens_valid_after=None)

        self.assert_taken(told)

        self.assert_refused_as("cut_off", token)

    def test_of_many_sessions_forgets_those_whose_tokens_have_expired(self):
        self.assert_good(kept := self.token(sid="kept"))
        for number in range(100):
            self.assert_taken(events.event(self.issuer, sid=f"{number:032}"))
            if number == 50:
                Event.objects.update(happened_at=timezone.now() - timedelta(days=3))

        self.assert_refused_as("session_ended", self.token(sid=f"{99:032}"), self.token(sid=f"{51:032}"))
        self.assert_good(kept)

    def test_of_too_many_sessions_cuts_everything_off_rather_than_forget_one(self):
        self.assert_good(kept := self.token(sid="kept"))
        for number in range(70):
            self.assert_taken(events.event(self.issuer, sid=f"{number:032}"))

        self.assertLessEqual(len(Identity.objects.get().ended_sessions), 4096)
        self.assert_refused_as("session_ended", self.issuer.token(sid=f"{69:032}", iat=int(time.time()) + 1))
        self.assert_refused_as("cut_off", self.token(sid=f"{1:032}"), kept)

    def test_an_older_cut_off_does_not_take_a_newer_one_back(self):
        self.assert_good(self.token())
        self.assert_taken(events.event(self.issuer, "user.banned"))
        newer = Identity.objects.get().tokens_valid_after

        self.assert_taken(events.event(self.issuer, "user.banned", at=int(time.time() * 1000) - 3_600_000))

        self.assertEqual(Identity.objects.get().tokens_valid_after, newer)

    def test_what_happened_before_and_is_told_late_brings_no_ended_session_back(self):
        self.assert_good(ended := self.token(sid="s1"), too := self.token(sid="s2", sub="bob"))
        self.assert_taken(events.event(self.issuer, sid="s1"))
        self.assert_taken(events.event(self.issuer, sid="s2", sub="bob"))
        two_minutes_ago = int(time.time() * 1000) - 120_000

        self.assert_taken(events.event(self.issuer, "user.banned", at=two_minutes_ago))
        for number in range(70):
            sid = f"{number:032}"
            self.assert_taken(events.event(self.issuer, sid=sid, sub="bob", at=two_minutes_ago))

        self.assert_refused_as("session_ended", ended)
        self.assertNotIn("|s2|", Identity.objects.get(subject="bob").ended_sessions)
        self.assert_refused_as("cut_off", too)

    def test_a_ban_lets_no_cached_session_mint_again(self):
        self.assert_good(self.token(sid="s1"))
        at = int(time.time() * 1000) - 60_000
        self.assert_taken(events.event(self.issuer, sid="s1", at=at))
        self.assert_taken(events.event(self.issuer, "user.banned", at=at))

        self.assert_refused_as("session_ended", self.issuer.token(sid="s1"))

    def test_notes_are_kept_as_long_as_a_token_lives_and_then_go(self):
        self.assert_taken(events.event(self.issuer))
        ledger.purge()
        self.assertEqual(Event.objects.count(), 1)

        Event.objects.update(received_at=timezone.now() - timedelta(seconds=ledger.kept_seconds() + 1))
        ledger.purge()

        self.assertEqual(Event.objects.count(), 0)


class BackChannelLogout(EventCase):
    def test_ends_the_session(self):
        here, there = self.token(sid="s1"), self.token(sid="s2")
        self.assert_good(here, there)

        self.assert_taken(events.logout(self.issuer))

        self.assert_refused_as("session_ended", here)
        self.assert_good(there)

    def test_without_a_session_cuts_everything_off(self):
        tokens = self.token(sid="s1"), self.token()
        self.assert_good(*tokens)

        self.assert_taken(events.logout(self.issuer, sid=None))

        self.assert_refused_as("cut_off", *tokens)

    def test_is_heard_once(self):
        told = events.logout(self.issuer)
        self.assert_taken(told)

        with self.assertLogs("betterauth_auth.events", "WARNING") as log:
            self.assert_answers(self.send(told), 400)

        self.assertIn("replayed", log.output[0])


class NeonAuth(EventCase):
    def test_a_sign_up_makes_the_person_whose_token_then_finds_it(self):
        told = events.neon(self.issuer)
        for _ in range(2):
            self.assertEqual(self.send(told).json(), {"received": True})

        self.assertEqual(Identity.objects.get().email, "alice@example.com")
        self.assert_good(self.issuer.token())
        self.assertEqual(get_user_model().objects.count(), 1)

    def test_who_may_sign_up_says_the_list_of_domains(self):
        for email, allowed in {
            "bob@example.com": True,
            "bob@EXAMPLE.com": True,
            "bob@sub.example.com": False,
            "bob@example.com.evil.test": False,
            "bob@example.com@evil.test": False,
            "@example.com": False,
            "example.com": False,
            None: False,
        }.items():
            with self.subTest(email):
                answer = self.send(events.neon(self.issuer, "user.before_create", email=email, id=None))
                self.assertEqual(answer.json()["allowed"], allowed)

    def test_without_a_list_nobody_may(self):
        self.configure(**{**ALL, "SIGN_UP_DOMAINS": []})

        self.assertFalse(self.send(events.neon(self.issuer, "user.before_create")).json()["allowed"])

    def test_other_events_are_acknowledged_and_do_nothing(self):
        for kind in ("send.otp", "phone_number.verified"):
            self.assertEqual(self.send(events.neon(self.issuer, kind)).json(), {"received": True})

        self.assertEqual(get_user_model().objects.count(), 0)


class WhateverElseComes(EventCase):
    def test_is_refused_with_a_reason_each_and_without_effect(self):
        self.assert_good(self.issuer.token())
        before = (list(Identity.objects.values()), list(get_user_model().objects.values()))
        number = 0
        for number, (reason, request) in enumerate(events.hostile(self.issuer), 1):
            with self.subTest(reason, number=number), self.assertLogs("betterauth_auth.events", "WARNING") as log:
                answer = self.send(request)
                self.assertIn(answer.status_code, {400, 411, 413})
                self.assertEqual(answer.json(), {"error": "invalid_request"})
                self.assertEqual(log.output[0].rpartition(" ")[2], f"{reason}.")

        self.assertGreater(number, 40)
        self.assertEqual(before, (list(Identity.objects.values()), list(get_user_model().objects.values())))
        self.assertEqual(Event.objects.count(), 0)

    def test_one_issuer_tells_nothing_about_the_people_of_another(self):
        other = self.enterContext(FakeBetterAuth())
        self.configure(**ALL, ISSUERS=[other.settings(EVENTS=["plugin"])])
        ours, theirs = self.token(), other.token(iat=int(time.time()) - 60)
        self.assert_good(ours, theirs)

        self.assert_answers(self.send(events.event(other, "user.banned", iss=self.issuer.url)), 400)
        self.assert_taken(events.event(other, "user.banned"))

        self.assert_good(ours)
        self.assert_refused_as("cut_off", theirs)

    def test_a_body_without_a_length_is_not_read(self):
        answer = self.client.generic("POST", "/events/plugin", b"", CONTENT_LENGTH="x")

        self.assert_answers(answer, 411)

    def test_an_event_signs_nobody_in(self):
        self.assert_answers(self.get(events.event_token(self.issuer)), 401)
        self.assert_answers(self.get(events.event_token(self.issuer, aud=self.issuer.url)), 401)

    def test_a_token_is_no_event(self):
        self.assert_answers(self.send(Request("/events/plugin", self.issuer.token().encode())), 400)

    def test_only_posts_are_heard(self):
        self.assert_answers(self.client.get("/events/plugin"), 405)

    def test_it_is_off_unless_the_settings_name_the_sender(self):
        self.configure()

        for request in (events.event(self.issuer), events.logout(self.issuer), events.neon(self.issuer)):
            with self.subTest(request.path):
                self.assert_answers(self.send(request), 404)


class WhenItCannotBeKnown(EventCase):
    def test_the_sender_is_asked_to_come_again(self):
        self.issuer.behave(answer_with(b"", 503))

        answer = self.send(events.event(self.issuer))

        self.assert_answers(answer, 503)
        self.assertGreaterEqual(int(answer["Retry-After"]), 1)
        self.assertEqual(Event.objects.count(), 0)

    def test_a_key_server_that_hangs_holds_it_up_no_longer_than_a_fetch(self):
        self.issuer.behave(hang)
        self.configure(**ALL, FETCH_SECONDS=0.3)
        began = time.monotonic()

        self.assert_answers(self.send(events.event(self.issuer)), 503)

        self.assertLess(time.monotonic() - began, 2)

    def test_unknown_keys_cause_no_storm(self):
        self.assert_good(self.issuer.token())
        asked = self.issuer.requests

        for _ in range(20):
            self.send(events.event(self.issuer, key=events.SigningKey.make()))

        self.assertLessEqual(self.issuer.requests - asked, 4)

    def test_with_the_keys_at_hand_it_takes_no_network_and_little_time(self):
        self.assert_good(self.issuer.token())
        self.issuer.behave(hang)
        times = []
        for _ in range(20):
            told = events.event(self.issuer)
            began = time.monotonic()
            self.assert_taken(told)
            times.append(time.monotonic() - began)

        self.assertLess(sorted(times)[len(times) // 2], 0.05)

    def test_a_database_that_refuses_is_an_outage(self):
        def refuse(*args: Any) -> None:
            raise ledger.IntegrityError("the disk is full")

        self.assert_good(self.issuer.token())
        told = events.event(self.issuer)
        with connection.execute_wrapper(refuse):
            self.assert_answers(self.send(told), 503)

        self.assert_taken(told)


class TheSettings(EventCase):
    def test_an_unknown_sender_is_found_by_the_check(self):
        from betterauth_auth.checks import check_settings

        with override_settings(BETTER_AUTH=self.issuer.settings(EVENTS=["stripe"])):
            self.assertEqual([message.id for message in check_settings(None)], ["betterauth_auth.E008"])
