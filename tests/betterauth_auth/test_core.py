"""What verifying takes: no framework, no table, and nothing of the network before it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from django.test import SimpleTestCase

import betterauth_auth
from tests.fake_betterauth import FakeBetterAuth

# Not of this repository: where the package is, whether installed or beside the tests.
PLACE = Path(betterauth_auth.__file__).resolve().parent.parent
STRANGERS = {
    *("requests", "urllib3", "jwt", "cryptography", "betterauth_auth.models"),
    *("channels", "ninja", "strawberry"),
}
# A project without the app, where whoever imports DRF fails.
PROLOGUE = """
import sys
sys.modules["rest_framework"] = None
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=[],
    BETTER_AUTH={better_auth},
)
django.setup()
"""


def run(code: str, better_auth: dict[str, object] | None = None, prologue: str = PROLOGUE) -> str:
    """What the code prints in a process of its own."""
    script = prologue.replace("{better_auth}", repr(better_auth or {})) + textwrap.dedent(code)
    command = [sys.executable, "-W", "error", "-c", script]
    environment = {**os.environ, "PYTHONPATH": str(PLACE)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    return done.stdout.strip() if done.returncode == 0 else done.stderr


class CoreTests(SimpleTestCase):
    def setUp(self) -> None:
        self.issuer = self.enterContext(FakeBetterAuth())
        self.static = {
            "JWKS": {"keys": [self.issuer.key.jwk]},
            "ISSUER": [self.issuer.url],
            "AUDIENCE": [self.issuer.url],
        }

    def verifying(self, better_auth: dict[str, object]) -> str:
        """The subject of a token that is verified, and whether anything for the network was loaded then."""
        code = f"""
            from betterauth_auth.tokens import verify
            print(verify({self.issuer.token(sub="alice")!r}).subject, "requests" in sys.modules)
        """
        return run(code, better_auth)

    def test_a_token_is_verified_without_the_framework_and_the_app(self):
        self.assertEqual(self.verifying(self.issuer.settings()), "alice True")

    def test_keys_that_nobody_fetches_load_nothing_to_fetch_with(self):
        self.assertEqual(self.verifying(self.static), "alice False")

    def test_importing_loads_neither_framework_nor_network_nor_table(self):
        core = ("tokens", "identify", "exceptions", "counters", "signals", "status", "checks")
        for module in (*core, "doors.django", "doors.websocket"):
            loaded = run(f"import betterauth_auth.{module}; print(*sys.modules)").split()
            with self.subTest(module):
                self.assertIn(f"betterauth_auth.{module}", loaded)
                self.assertEqual(STRANGERS.intersection(loaded), set())

    def test_importing_loads_few_modules_that_django_does_not(self):
        count = "len([name for name in sys.modules if not name.startswith('betterauth_auth')])"
        before = run(f"import django.http, django.urls; print({count})")
        after = run(f"import django.http, django.urls, betterauth_auth.identify; print({count})")

        self.assertLessEqual(int(after) - int(before), 10)

    def test_what_will_be_needed_is_loaded_by_whoever_asks_for_the_key_set(self):
        # A thread that loads it while its process forks would leave a child that waits for ever.
        code = """
            from betterauth_auth import conf
            from betterauth_auth.jwks import keyset
            keyset.of(conf.current().policies[0].source)
            print("requests" in sys.modules, "jwt" in sys.modules)
        """
        self.assertEqual(run(code, self.issuer.settings()), "True True")

    def test_doors_to_an_event_loop_load_it_when_they_are_made(self):
        doors = {
            "decorator": "django import better_auth_required; better_auth_required(stateless=True)(view)",
            "middleware": "django import BetterAuthMiddleware; BetterAuthMiddleware(view)",
            "websocket": "websocket import BetterAuthWebSocket; BetterAuthWebSocket(view)",
        }
        for name, code in doors.items():
            with self.subTest(name):
                view = "async def view(request): pass"
                printing = 'print("requests" in sys.modules, "jwt" in sys.modules)'
                found = run(f"{view}\nfrom betterauth_auth.doors.{code}\n{printing}", self.issuer.settings())
                self.assertEqual(found, "True True")

    def test_the_app_is_at_home_in_a_project_without_the_framework(self):
        apps = '["django.contrib.contenttypes", "django.contrib.auth", "betterauth_auth"]'
        database = 'DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},'
        prologue = PROLOGUE.replace("INSTALLED_APPS=[],", f"INSTALLED_APPS={apps}, USE_TZ=True, {database}")
        code = f"""
            from django.core.management import call_command
            call_command("check")
            call_command("migrate", verbosity=0)
            from betterauth_auth.tokens import verify
            from betterauth_auth.users import identity_for
            print(identity_for(verify({self.issuer.token(sub="alice")!r})).subject)
        """
        self.assertEqual(run(code, self.issuer.settings(), prologue).splitlines()[-1], "alice")


class StatelessTests(SimpleTestCase):
    def test_the_stateless_class_needs_no_app(self):
        issuer = self.enterContext(FakeBetterAuth())
        prologue = PROLOGUE.replace('sys.modules["rest_framework"] = None', "").replace(
            "INSTALLED_APPS=[],", 'INSTALLED_APPS=[], REST_FRAMEWORK={"UNAUTHENTICATED_USER": None},'
        )
        code = f"""
            from django.test import RequestFactory
            from rest_framework.response import Response
            from rest_framework.views import APIView
            from betterauth_auth.authentication import StatelessBetterAuthAuthentication

            class Me(APIView):
                authentication_classes = [StatelessBetterAuthAuthentication]
                def get(self, request):
                    return Response(str(request.user))

            request = RequestFactory().get("/", headers={{"Authorization": "Bearer {issuer.token(sub="alice")}"}})
            print(Me.as_view()(request).data)
        """
        self.assertEqual(run(code, issuer.settings(), prologue), "alice")
