"""The development key, and the walls around it."""

from __future__ import annotations

import io
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, override_settings

from betterauth_auth import conf
from betterauth_auth.devkey import development_token, private_jwk
from betterauth_auth.models import Identity
from tests.betterauth_auth.case import IssuerDatabaseCase
from tests.fake_betterauth import SigningKey, answer_with, hang


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("betterauth", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def run_badly(*arguments: str) -> str:
    """What the command printed before it failed."""
    out = io.StringIO()
    try:
        call_command("betterauth", *arguments, stdout=out, stderr=out)
    except CommandError:
        return out.getvalue()
    raise AssertionError("The command found nothing wrong.")


class DevelopmentCase(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.path = self.folder / "new" / "key.json"

    def configured(self, *, is_debug: bool = True, **raw: Any):
        return override_settings(DEBUG=is_debug, BETTER_AUTH={"DEV_KEY_FILE": str(self.path), **raw})

    @override_settings(ROOT_URLCONF="tests.betterauth_auth.urls", MIDDLEWARE=[])
    def status(self, token: str) -> int:
        return self.client_class().get("/stateless", headers={"Authorization": f"Bearer {token}"}).status_code


class DevelopmentTokenTests(DevelopmentCase):
    def test_a_token_of_the_command_is_accepted(self):
        with self.configured():
            self.assertEqual(self.status(run("token", "--sub", "alice").strip()), 200)

    def test_the_key_is_made_once_and_readable_by_its_owner_alone(self):
        self.assertFalse(self.path.exists())
        barrier = threading.Barrier(8)

        def key_at_once(_: int) -> dict[str, str]:
            barrier.wait(10)
            return private_jwk(self.path)

        with ThreadPoolExecutor(8) as pool:
            keys = list(pool.map(key_at_once, range(8)))

        self.assertEqual({key["x"] for key in keys}, {keys[0]["x"]})
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(list(self.path.parent.iterdir()), [self.path])

    def test_nothing_makes_the_development_key_trusted_elsewhere(self):
        with self.configured():
            token = run("token", "--sub", "alice").strip()
        named_alike = {"ISSUER": [conf.DEVELOPMENT_ISSUER], "AUDIENCE": [conf.DEVELOPMENT_ISSUER]}
        elsewhere: list[dict[str, Any]] = [
            {"is_debug": False},
            {"is_debug": False, "API_URL": "http://localhost:1"},
            {"API_URL": "http://localhost:1"},
            {"API_URL": "http://localhost:1", **named_alike},
            {"JWKS": {"keys": [SigningKey.make().jwk]}, **named_alike},
            {"JWKS_URL": "http://localhost:1"},
            {"JWKS": {"keys": [SigningKey.make().jwk]}},
            {"JWKS_FILE": "/nowhere"},
            {"ISSUERS": [{"API_URL": "http://localhost:1"}]},
            {"DEV_KEY_FILE": ""},
        ]
        for raw in elsewhere:
            with self.subTest(raw), self.configured(**raw):
                self.assertIn(self.status(token), {401, 503})
                self.assertFalse(conf.current().is_development)
                with self.assertRaises(CommandError):
                    run("token", "--sub", "alice")

    def test_a_development_token_has_a_name_no_server_has(self):
        token = development_token(self.path, "http://localhost:3000", {"sub": "alice"})

        with self.configured():
            self.assertEqual(self.status(token), 401)

    def test_a_damaged_key_file_is_named(self):
        self.path.parent.mkdir()
        for damage in ("", "{}", "[]", '{"kty": "OKP"}', "\x00"):
            self.path.write_text(damage)
            with self.subTest(damage), self.configured(), self.assertRaisesRegex(CommandError, "key.json"):
                run("token", "--sub", "alice")

    def test_a_damaged_key_file_is_503_and_not_500(self):
        self.path.parent.mkdir()
        self.path.write_text("{}")

        with self.configured():
            self.assertEqual(self.status("a.b.c"), 503)


class DoctorTests(IssuerDatabaseCase):
    def test_all_is_well(self):
        report = run("doctor", self.issuer.token(sub="alice"))

        self.assertIn(self.issuer.key.kid, report)
        self.assertIn("subject 'alice'", report)
        self.assertNotIn("BAD", report)

    def test_it_says_which_check_fails_and_what_to_do(self):
        cases = {
            'set BETTER_AUTH["ISSUER"]': self.issuer.token(iss="https://x.example"),
            "expected " + self.issuer.url: self.issuer.token(iss="https://x.example"),
            'set BETTER_AUTH["AUDIENCE"]': self.issuer.token(aud="https://x.example"),
            "expired": self.issuer.token(exp=1),
            "/api/auth/token": "hV3kQm1XzR8sT0pLwYcBn5Jd",
            'see BETTER_AUTH["ALGORITHMS"]': self.issuer.token(headers={"alg": "ES256"}),
            'see BETTER_AUTH["TOKEN_TYPES"]': self.issuer.token(headers={"typ": "at+jwt"}),
            "no key with kid": self.issuer.token(headers={"kid": "other"}),
            "signature": self.issuer.token(key=SigningKey.make(kid=self.issuer.key.kid)),
        }
        for advice, token in cases.items():
            with self.subTest(advice):
                self.assertIn(advice, run_badly("doctor", token))

    def test_it_adds_what_the_project_calls_a_setting(self):
        self.configure(VARIABLES={"ISSUER": "AUTH_ISSUER"})

        report = run_badly("doctor", self.issuer.token(iss="https://x.example"))

        self.assertIn('set BETTER_AUTH["ISSUER"] (AUTH_ISSUER).', report)

    def test_it_names_what_is_wrong_with_the_key_set(self):
        cases = {
            "is the jwt plugin on": answer_with(b"", 404),
            "no JSON": answer_with(b"<html>"),
            "no key set": answer_with(b"[]"),
            "0 usable keys": answer_with({"keys": []}),
            "empty_set; the set is empty, which is legal": answer_with({"keys": []}),
            "no_usable_keys; the set is not taken": answer_with({"keys": [{**self.issuer.key.jwk, "use": "enc"}]}),
            "left out: key 0: use is not sig": answer_with({"keys": [{**self.issuer.key.jwk, "use": "enc"}]}),
            "left out: key 0: nested too deeply, or with half": answer_with({"keys": [{"kid": "\ud800"}]}),
            "ES256, thumbprint": answer_with({"keys": [SigningKey.make("ES256").jwk]}),
            "no_usable_keys": answer_with({"keys": [SigningKey.make("ES256").jwk]}),
            "too_many_keys; more than 256": answer_with({"keys": [self.issuer.key.jwk] * 257}),
            "left out": answer_with({"keys": [self.issuer.key.jwk, {"kid": "x"}]}),
            "in time": hang,
            "clock differs": answer_with({"keys": [self.issuer.key.jwk]}, Date="Wed, 21 Oct 2015 07:28:00 GMT"),
        }
        for finding, behaviour in cases.items():
            with self.subTest(finding):
                # Long enough for a busy machine, except where the end of the wait is the finding.
                self.configure(FETCH_SECONDS=1 if behaviour is hang else 10)
                self.issuer.behave(behaviour)
                self.assertIn(finding, run_badly("doctor"))

    def test_it_never_prints_the_token(self):
        token = self.issuer.token(exp=1)

        self.assertNotIn(token.split(".")[2], run_badly("doctor", token))

    def test_it_knows_of_deactivated_people(self):
        token = self.issuer.token()
        self.get(token)
        user = Identity.objects.get().user
        user.is_active = False
        user.save()

        self.assertIn("deactivated", run_badly("doctor", token))
