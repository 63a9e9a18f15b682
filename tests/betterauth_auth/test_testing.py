"""What projects that use the app test with: trusted tokens without a server, and clients that sign in."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

from django.http import HttpRequest, JsonResponse
from django.test import SimpleTestCase, TestCase, override_settings
from django.urls import include, path

import betterauth_auth
from betterauth_auth.identify import aidentify
from betterauth_auth.models import Identity
from betterauth_auth.testing import AsyncClient, BetterAuthMixin, Client, LocalIssuer
from betterauth_auth.testing.drf import APIClient, BetterAuthAPIMixin
from tests.fake_betterauth import FakeBetterAuth

PLACE = Path(betterauth_auth.__file__).resolve().parent.parent


async def asynchronous(request: HttpRequest) -> JsonResponse:
    signed_in = await aidentify(request.headers.get("Authorization"), stateless=True)
    return JsonResponse({"subject": signed_in.token.subject if signed_in else None})


urlpatterns = [path("asynchronous", asynchronous), path("", include("tests.betterauth_auth.urls"))]
here = override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])


@here
class MixinTests(BetterAuthMixin, TestCase):
    def test_somebody_signs_in_and_out(self):
        self.client.sign_in("alice")
        self.assertEqual(self.client.get("/whoami").json()["subject"], "alice")

        self.client.sign_in("mallory")
        self.assertEqual(self.client.get("/whoami").json()["subject"], "mallory")

        self.client.sign_out()
        self.assertEqual(self.client.get("/whoami").status_code, 401)

    def test_claims_are_in_the_token(self):
        self.client.sign_in("alice", scope="todos:read")
        self.assertEqual(self.client.get("/scoped").status_code, 403)

        self.client.sign_in("alice", scope="todos:read todos:write")
        self.assertEqual(self.client.get("/scoped").status_code, 200)

    def test_the_local_user_is_there_before_the_first_request(self):
        user = self.issuer.user("alice", name="Alice L.")

        self.client.sign_in("alice")

        self.assertEqual(self.client.get("/whoami").json()["user"], user.pk)
        self.assertEqual((user.betterauth_identity.name, Identity.objects.count()), ("Alice L.", 1))

    async def test_the_asynchronous_client_signs_in(self):
        self.async_client.sign_in("alice")
        self.assertEqual((await self.async_client.get("/asynchronous")).json(), {"subject": "alice"})

        other = {"Authorization": f"Bearer {self.issuer.token('bob')}"}
        self.assertEqual((await self.async_client.get("/asynchronous", headers=other)).json(), {"subject": "bob"})

        self.async_client.sign_out()
        self.assertEqual((await self.async_client.get("/asynchronous")).json(), {"subject": None})

    def test_two_people_have_a_client_each(self):
        alice, mallory = Client(), Client()
        alice.sign_in("alice")
        mallory.sign_in("mallory")

        subjects = [client.get("/stateless").json()["subject"] for client in (alice, mallory)]

        self.assertEqual(subjects, ["alice", "mallory"])


@here
class FrameworkTests(BetterAuthAPIMixin, TestCase):
    def test_the_frameworks_client_signs_in(self):
        self.client.sign_in("alice")

        self.assertIsInstance(self.client, APIClient)
        self.assertEqual(self.client.get("/whoami").json()["subject"], "alice")

    def test_the_frameworks_way_to_sign_out_does_too(self):
        for sign_out in (self.client.sign_out, self.client.credentials):
            with self.subTest(sign_out.__name__):
                self.client.sign_in("alice")
                sign_out()
                self.assertEqual(self.client.get("/whoami").status_code, 401)


@here
class LocalIssuerTests(SimpleTestCase):
    def status(self, token: str) -> int:
        return self.client.get("/stateless", headers={"Authorization": f"Bearer {token}"}).status_code

    def test_tokens_are_trusted_inside_the_override_only(self):
        issuer = LocalIssuer()
        with override_settings(BETTER_AUTH={"API_URL": "http://127.0.0.1:1"}):
            with issuer.override():
                self.assertEqual(self.status(issuer.token("alice")), 200)
            self.assertEqual(self.status(issuer.token("alice")), 401)

    def test_it_decorates_as_well(self):
        issuer = LocalIssuer()

        self.assertEqual(issuer.override()(self.status)(issuer.token()), 200)

    def test_tokens_of_others_are_not_trusted(self):
        with LocalIssuer().override():
            self.assertEqual(self.status(LocalIssuer().token()), 401)

    def test_a_token_expires(self):
        issuer = LocalIssuer()
        with issuer.override(LEEWAY_SECONDS=0), self.assertLogs("betterauth_auth", "INFO") as logs:
            self.assertEqual(self.status(issuer.token(expires_in=-1)), 401)

        self.assertIn("expired", logs.output[0])

    def test_a_new_key_signs_and_old_tokens_stay_good(self):
        issuer = LocalIssuer()
        with issuer.override():
            before = issuer.token()
            self.assertEqual(self.status(before), 200)
            kid = issuer.kid
            issuer.rotate()

            self.assertNotEqual(issuer.kid, kid)
            self.assertEqual([self.status(token) for token in (before, issuer.token())], [200, 200])

    def test_nothing_is_fetched(self):
        with FakeBetterAuth() as server, override_settings(BETTER_AUTH=server.settings()):
            issuer = LocalIssuer()
            with issuer.override():
                self.assertEqual(self.status(issuer.token()), 200)

            self.assertEqual(server.requests, 0)

    def test_what_else_the_project_has_configured_stays_in_force(self):
        project = {"API_URL": "http://127.0.0.1:1", "REQUIRED_SCOPES": ["api"], "TOKEN_TYPES": ["at+jwt"]}
        with override_settings(BETTER_AUTH=project), (issuer := LocalIssuer()).override():
            self.assertEqual(self.status(issuer.token()), 403)
            self.assertEqual(self.status(issuer.token(scope="api")), 200)

    def test_a_claim_of_none_is_left_out(self):
        self.assertNotIn("email", LocalIssuer().claims(email=None))

    def test_a_client_says_what_is_missing(self):
        for client in (Client(), AsyncClient(), APIClient()):
            with self.subTest(client=type(client)), self.assertRaisesRegex(LookupError, "BetterAuthMixin"):
                client.sign_in()


TESTED = """
    def test_fixtures(betterauth_issuer, betterauth_client, betterauth_api_client, betterauth_async_client):
        for client in (betterauth_client, betterauth_api_client):
            client.sign_in("alice")
            assert client.get("/stateless").json()["subject"] == "alice"
        assert betterauth_async_client.sign_in("bob")
        assert betterauth_issuer.url == "https://better-auth.test"
"""


class PluginTests(SimpleTestCase):
    def python(self, *arguments: str, folder: str = ".", **variables: str) -> str:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PLACE), *sys.path]), **variables}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    @unittest.skipUnless(importlib.util.find_spec("pytest_django"), "pytest-django is not installed.")
    def test_its_fixtures_sign_in(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        (Path(folder) / "test_it.py").write_text(textwrap.dedent(TESTED))
        arguments = ("-m", "pytest", "-q", "-p", "betterauth_auth.pytest_plugin", "-p", "no:cacheprovider")

        said = self.python(*arguments, folder=folder, DJANGO_SETTINGS_MODULE="tests.betterauth_auth.project")

        self.assertIn("1 passed", said)

    @unittest.skipUnless(importlib.util.find_spec("pytest"), "pytest is not installed.")
    def test_it_loads_nothing_before_it_is_used(self):
        loaded = self.python("-c", "import sys, betterauth_auth.pytest_plugin; print(*sys.modules)").split()

        self.assertIn("betterauth_auth.pytest_plugin", loaded)
        self.assertEqual(
            {"django", "jwt", "betterauth_auth.testing", "betterauth_auth.conf"}.intersection(loaded), set()
        )


class ProductionTests(SimpleTestCase):
    def test_no_module_names_what_is_for_tests(self):
        package = PLACE / "betterauth_auth"
        own = {package / "pytest_plugin.py", *(package / "testing").rglob("*.py")}
        others = set(package.rglob("*.py")) - own

        self.assertGreater(len(others), 25)
        for module in sorted(others):
            with self.subTest(module.name):
                self.assertNotRegex(module.read_text(encoding="utf-8"), r"betterauth_auth\.testing|pytest_plugin")
