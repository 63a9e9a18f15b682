"""Access tokens are asked about at the OAuth provider: what it says, and what happens when it says nothing."""

from __future__ import annotations

import time
from typing import Any

from betterauth_auth import conf, doctor
from tests.betterauth_auth.case import IssuerDatabaseCase
from tests.fake_betterauth import FakeBetterAuth, answer_with, hang


class Introspection(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.configure_introspection()

    def configure_introspection(self, **overrides: Any) -> None:
        ask = {"INTROSPECT_CLIENT_ID": "api", "INTROSPECT_CLIENT_SECRET": "s3cret"}
        self.configure(TOKEN_TYPES=["absent", "at+jwt"], **{**ask, "INTROSPECT_SECONDS": 0, **overrides})

    def access_token(self) -> str:
        return self.issuer.token(headers={"typ": "at+jwt"}, scope="todos")

    def test_a_token_that_stands_is_accepted(self):
        token = self.access_token()

        self.assert_answers(self.get(token), 200)

        (question,) = self.issuer.introspections
        self.assertEqual(question["token"], token)
        self.assertEqual(self.issuer.request_headers["Authorization"], "Basic YXBpOnMzY3JldA==")

    def test_one_that_does_not_is_refused(self):
        self.issuer.behave_at_introspection(answer_with({"active": False}))

        with self.assertLogs("betterauth_auth.identify", "INFO") as log:
            self.assert_answers(self.get(self.access_token()), 401)
        self.assertIn("revoked", log.output[0])

    def test_nobody_is_asked_about_other_tokens(self):
        self.assert_answers(self.get(self.issuer.token()), 200)

        self.assertEqual(self.issuer.introspections, [])

    def test_a_provider_is_never_shown_the_tokens_of_another(self):
        other = self.enterContext(FakeBetterAuth())
        self.configure_introspection(ISSUERS=[other.settings(TOKEN_TYPES=["at+jwt"])])
        theirs = other.token(headers={"typ": "at+jwt"}, scope="todos")

        self.assert_answers(self.get(theirs), 200)
        self.assert_answers(self.get(ours := self.access_token()), 200)

        self.assertEqual([question["token"] for question in self.issuer.introspections], [ours])

    def test_nobody_is_asked_unless_the_settings_say_so(self):
        self.configure(TOKEN_TYPES=["absent", "at+jwt"])

        self.assert_answers(self.get(self.access_token()), 200)

        self.assertEqual(self.issuer.introspections, [])

    def test_an_answer_is_remembered_for_seconds(self):
        self.configure_introspection(INTROSPECT_SECONDS=0.5)
        token = self.access_token()
        for _ in range(3):
            self.assert_answers(self.get(token), 200)
        self.assertEqual(len(self.issuer.introspections), 1)
        self.issuer.behave_at_introspection(answer_with({"active": False}))

        time.sleep(0.6)

        self.assert_answers(self.get(token), 401)

    def test_whatever_is_no_answer_is_an_outage_and_signs_nobody_out(self):
        for answer in (
            answer_with(b"", 500),
            answer_with(b"", 401),
            answer_with(b"<html>"),
            answer_with({"active": "yes"}),
            answer_with({}),
            answer_with(b"", 429, Retry_After="7"),
        ):
            with self.subTest(answer):
                self.configure_introspection()
                self.issuer.behave_at_introspection(answer)
                response = self.get(self.access_token())
                self.assert_answers(response, 503)
                self.assertGreaterEqual(int(response["Retry-After"]), 1)

    def test_a_server_that_hangs_holds_one_request_up_and_then_none(self):
        self.configure_introspection(FETCH_SECONDS=0.3)
        token = self.access_token()
        self.assert_answers(self.get(token), 200)
        self.issuer.behave_at_introspection(hang)
        began = time.monotonic()

        for _ in range(20):
            self.assert_answers(self.get(token), 503)

        self.assertLess(time.monotonic() - began, 2)

    def test_the_doctor_asks_and_says_what_may_be_wrong(self):
        told = {
            "names no session": (answer_with({"active": True}), {}),
            "Sign out and ask again": (answer_with({"active": True}), {"sid": "s1"}),
            "our client is not linked": (answer_with({"active": False}), {}),
            "status_500": (answer_with(b"", 500), {}),
        }
        for text, (answer, claims) in told.items():
            with self.subTest(text):
                self.issuer.behave_at_introspection(answer)
                token = self.issuer.token(headers={"typ": "at+jwt"}, **claims)
                findings = [finding.text for finding in doctor.findings(conf.current(), token)]
                self.assertIn(text, " ".join(findings))
