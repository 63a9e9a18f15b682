"""Neon Auth by its address alone, and what is said of one that stands in the wrong setting."""

from __future__ import annotations

import io
from typing import Any

from django.core.management import CommandError, call_command
from django.test import override_settings

from betterauth_auth import conf
from betterauth_auth.checks import check_settings
from tests.betterauth_auth.case import IssuerDatabaseCase
from tests.fake_neon_auth import BASE_PATH, FakeNeonAuth

BASE = "https://ep-cool-rain-1234.neonauth.eu-central-1.aws.neon.tech/neondb/auth"
ORIGIN = BASE.removesuffix("/neondb/auth")
ID = "0198c0de-0000-7000-8000-00000000000a"


def policy(**raw: Any) -> conf.Policy:
    return conf.build(raw, is_debug=False).policies[0]


class OneSettingIsEnough(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.neon = self.enterContext(FakeNeonAuth())

    def trust(self, **raw: Any) -> None:
        self.enterContext(override_settings(BETTER_AUTH=raw))

    def test_a_token_of_it_is_answered(self):
        self.trust(NEON_AUTH_BASE_URL=self.neon.base_url)

        self.assert_answers(self.get(self.neon.token(ID)), 200)
        self.assertEqual(self.neon.requests, 1)

    def test_keys_issuer_and_audience_follow_from_the_address(self):
        for base in (BASE, f"{BASE}/"):
            made = policy(NEON_AUTH_BASE_URL=base)
            self.assertEqual((made.issuers, made.audiences), ((ORIGIN,), {ORIGIN}))
            self.assertEqual(made.source.url, f"{BASE}/.well-known/jwks.json")

    def test_the_address_of_the_keys_wins_where_it_is_given(self):
        self.trust(NEON_AUTH_BASE_URL=BASE, NEON_AUTH_JWKS_URL=f"{self.neon.url}{self.neon.keys_path}")

        self.assert_answers(self.get(self.neon.token(ID, iss=ORIGIN, aud=ORIGIN)), 200)
        self.assertEqual(self.neon.requests, 1)

    def test_what_it_says_of_roles_and_organization(self):
        self.trust(NEON_AUTH_BASE_URL=self.neon.base_url)
        organization = {"id": "acme", "slug": "acme-inc"}

        for role, status in (("owner", 200), ("member", 403)):
            token = self.neon.token(ID, o={**organization, "role": role})
            self.assert_answers(self.get(token, "/organizations/acme"), status)
        self.assert_answers(self.get(self.neon.token(ID), "/organizations/acme"), 403)

    def test_a_person_whose_token_says_banned_is_refused(self):
        self.trust(NEON_AUTH_BASE_URL=self.neon.base_url)

        self.assert_answers(self.get(self.neon.token(ID, banned=True)), 401)


class MistakesAreNamed(IssuerDatabaseCase):
    def ids(self, **raw: Any) -> list[str]:
        with override_settings(BETTER_AUTH=raw):
            return [message.id.removeprefix("betterauth_auth.") for message in check_settings(None)]

    def test_two_servers_or_half_a_one_are_refused_at_the_start_and_by_every_request(self):
        for raw in (
            {"NEON_AUTH_BASE_URL": BASE, "API_URL": self.issuer.url},
            {"NEON_AUTH_JWKS_URL": f"{BASE}/.well-known/jwks.json", "API_URL": self.issuer.url},
            {"NEON_AUTH_JWKS_URL": f"{BASE}/.well-known/jwks.json"},
        ):
            with self.subTest(raw), override_settings(BETTER_AUTH=raw):
                self.assertEqual(self.ids(**raw), ["E035"])
                self.assert_answers(self.get_with(), 503)

    def test_neon_alone_and_an_ordinary_server_pass(self):
        self.assertEqual(self.ids(NEON_AUTH_BASE_URL=BASE), [])
        self.assertEqual(self.ids(API_URL="https://auth.example.com/neondb/auth"), [])
        # As it could be written before there was a setting of its own.
        self.assertEqual(self.ids(API_URL=BASE, JWKS_URL=f"{BASE}/.well-known/jwks.json"), [])

    def test_the_doctor_knows_its_address_in_the_wrong_setting(self):
        variables = {"NEON_AUTH_BASE_URL": "NEON_AUTH_BASE_URL", "API_URL": "BETTER_AUTH_API_URL"}
        # Nobody is to ask the real one.
        raw = {"API_URL": f"http://nowhere.neon.tech{BASE_PATH}", "PROXY": "http://127.0.0.1:9", "VARIABLES": variables}
        out = io.StringIO()
        with override_settings(BETTER_AUTH=raw, DEBUG=True), self.assertRaises(CommandError):
            call_command("betterauth", "doctor", stdout=out)

        self.assertIn("betterauth_auth.W012", out.getvalue())
        self.assertIn('Set BETTER_AUTH["NEON_AUTH_BASE_URL"] (NEON_AUTH_BASE_URL) to this address', out.getvalue())
