"""Each door's example in the README, carried out as it stands there."""

from __future__ import annotations

import json
import re
import sys
import unittest
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, JsonResponse
from django.test import override_settings
from django.urls import path

import betterauth_auth
from betterauth_auth.models import Identity
from tests.betterauth_auth.case import IssuerCase, IssuerDatabaseCase, IssuerTransactionCase

README = Path(betterauth_auth.__file__).parent / "README.md"
MAX_LINES = 30


def me(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"user": request.user.pk, "subject": request.better_auth.subject})


urlpatterns = [path("me", me)]


def needs(package: str) -> Any:
    return unittest.skipUnless(find_spec(package), f"{package} is not installed here.")


def sections() -> dict[str, str]:
    """What stands under each heading of the doors."""
    text = README.read_text(encoding="utf-8")
    doors = text.partition("\n## Doors\n")[2].partition("\n## ")[0]
    return {part.partition("\n")[0]: part for part in doors.split("\n### ")[1:]}


@unittest.skipUnless(README.exists(), "The README is not where the package is.")
class ReadmeCase(IssuerCase):
    def module(self, door: str, file: str) -> ModuleType:
        """The block of the section that begins with this file's name, as a module."""
        blocks = re.findall(rf"^```python\n# {re.escape(file)}\n(.*?)^```$", sections()[door], re.MULTILINE | re.DOTALL)
        self.assertEqual(len(blocks), 1)
        module = ModuleType(f"readme_{door.lower().replace(' ', '_')}_{file.partition('.')[0]}")
        sys.modules[module.__name__] = module
        self.addCleanup(sys.modules.pop, module.__name__)
        exec(compile(blocks[0], f"README, {door}, {file}", "exec"), vars(module))
        return module


class DoorsInReadmeTests(ReadmeCase, IssuerDatabaseCase):
    def use_urls_of(self, door: str) -> None:
        self.enterContext(override_settings(ROOT_URLCONF=self.module(door, "urls.py").__name__))

    def assert_open_to_scope(self, path: str = "/me", **claims: Any) -> None:
        """Alice is let in with the scope, and everybody else is answered as by every other door."""
        good = self.get_with(path, scope="todos:read", **claims)
        self.assert_answers(good, 200)
        self.assertEqual(good.json(), {"user": Identity.objects.get().user_id, "subject": "alice"})

        forbidden = self.get_with(path, **claims)
        self.assert_answers(forbidden, 403)
        self.assertIn('error="insufficient_scope", scope="todos:read"', forbidden["WWW-Authenticate"])

        refused = self.get_with(path, exp=1)
        self.assert_answers(refused, 401)
        self.assertEqual(refused.json(), {"detail": "A valid Better Auth token is needed."})
        self.assertEqual(refused["WWW-Authenticate"], 'Bearer realm="api", error="invalid_token"')

        nobody = self.get(path=path)
        self.assert_answers(nobody, 401)
        self.assertEqual(nobody["WWW-Authenticate"], 'Bearer realm="api"')

        unknown = self.issuer.token(scope="todos:read", sub="bob")
        self.configure()
        self.issuer.stop()
        outage = self.get(unknown, path)
        self.assert_answers(outage, 503)
        self.assertGreaterEqual(int(outage["Retry-After"]), 1)

    def test_each_section_is_short(self):
        self.assertEqual(len(sections()), 5)
        for door, text in sections().items():
            with self.subTest(door):
                self.assertLessEqual(len(text.strip().splitlines()), MAX_LINES)

    @needs("rest_framework")
    def test_django_rest_framework(self):
        self.use_urls_of("Django REST Framework")
        # Not the host's own words.
        self.enterContext(override_settings(REST_FRAMEWORK={}))

        self.assert_open_to_scope()

    def test_plain_django_by_the_decorator(self):
        self.use_urls_of("Plain Django")

        self.assert_answers(self.get_with("/me", scope="todos:read", role="guest"), 403)
        self.assert_open_to_scope(role="admin")

    def test_plain_django_by_the_middleware(self):
        written = [name for name in self.module("Plain Django", "settings.py").MIDDLEWARE if name is not ...]
        self.enterContext(override_settings(MIDDLEWARE=written, ROOT_URLCONF=__name__))

        self.assertEqual(self.get_with("/me").json()["subject"], "alice")
        self.assert_answers(self.get_with("/me", exp=1), 401)

    @needs("ninja")
    def test_django_ninja(self):
        self.use_urls_of("Django Ninja")

        self.assert_open_to_scope()

    @needs("strawberry")
    def test_strawberry(self):
        self.use_urls_of("Strawberry")

        def ask(**claims: Any) -> Any:
            headers = {"Authorization": f"Bearer {self.issuer.token(**claims)}"}
            return self.client.post("/graphql", {"query": "{ me }"}, "application/json", headers=headers)

        good = ask(scope="todos:read").json()
        self.assertEqual(good, {"data": {"me": f"{Identity.objects.get().user_id} alice"}})
        (error,) = ask().json()["errors"]
        self.assertEqual(error["extensions"], {"code": "insufficient_scope", "status": 403})
        self.assert_answers(ask(exp=1), 401)
        self.assert_answers(self.client.post("/graphql", {"query": "{ me }"}, "application/json"), 401)


class WebsocketsInReadmeTests(ReadmeCase, IssuerTransactionCase):
    """Channels closes connections, and the transaction of a TestCase with them."""

    @needs("channels")
    def test_websockets(self):
        application = self.module("Websockets", "asgi.py").application

        async def first_answer(token: str) -> dict[str, Any]:
            scope = {"type": "websocket", "path": "/me", "headers": [], "subprotocols": ["bearer", token]}
            wire = ApplicationCommunicator(application, scope)
            await wire.send_input({"type": "websocket.connect"})
            self.assertEqual(await wire.receive_output(3), {"type": "websocket.accept", "subprotocol": "bearer"})
            answer = await wire.receive_output(3)
            await wire.send_input({"type": "websocket.disconnect", "code": 1000})
            await wire.wait(3)
            return answer

        def asked(**claims: Any) -> dict[str, Any]:
            return async_to_sync(first_answer)(self.issuer.token(**claims))

        good = json.loads(asked(scope="todos:read")["text"])
        self.assertEqual(good, {"user": Identity.objects.get().user_id, "subject": "alice"})
        self.assertEqual([asked()["code"], asked(exp=1)["code"]], [4403, 4401])
        self.configure()
        self.issuer.stop()
        self.assertEqual(asked(scope="todos:read", sub="bob")["code"], 1013)
