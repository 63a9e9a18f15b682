"""Whoever was shut out reads and writes nothing from the next request on, although no request asks for that alone."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import jwt
import orjson
from django.test import override_settings
from django.utils import timezone

from betterauth_auth import users
from betterauth_auth.models import Identity
from tests.todos.case import API, TodosTestCase
from tests.todos.matrix import BODIES, METHODS, Document, at, kind, routes
from todos.models import Account

# The document's own operations; OPTIONS and HEAD go the ways of GET.
DOCUMENTED = tuple(method for method in METHODS if method not in {"HEAD", "OPTIONS"})


# Addresses that send many bad tokens are slowed down, which is not the subject here.
@override_settings(RATE_LIMIT_ADDRESS=0)
class ShutOutAtOnce(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        rows = {name: self.alice.make(name)["id"] for name in ("todos", "lists", "tags", "views")}
        document = Document()
        self.requests = [
            (method, f"{API}/{at(route, rows.get(kind(route), ''))}", BODIES.get((method, route)))
            for route in routes()
            for method in DOCUMENTED
            if method.lower() in document.document["paths"][f"{API}/{route.replace('<str:', '{').replace('>', '}')}"]
        ]
        self.assertGreater(len(self.requests), 25)
        # Each token's first request in a process fetches the user anyway; these are about the others.
        self.alice.get("/todos")
        self.version = Account.objects.get(owner=self.alice.user.pk).version

    def assert_nothing_is_answered(self) -> None:
        for method, path, body in self.requests:
            for query in ("", "?surplus=1"):
                with self.subTest(f"{method} {path}{query}"):
                    response = self.alice.client.generic(method, path + query, *encoded(body))
                    self.assert_problem(response, 401, "unauthenticated")
                    self.assertIn("invalid_token", response["WWW-Authenticate"])
        self.assertEqual(Account.objects.get(owner=self.alice.user.pk).version, self.version)

    def test_a_deactivated_user_is_refused_everywhere(self):
        self.alice.user.is_active = False
        self.alice.user.save()

        self.assert_nothing_is_answered()

    def test_tokens_from_before_a_cut_off_are_refused_everywhere(self):
        users.cut_off(self.alice.user)

        self.assert_nothing_is_answered()

    def test_tokens_of_a_session_that_has_ended_are_refused_everywhere(self):
        self.enterContext(self.issuer.override(EVENTS=["plugin"]))
        self.alice.sign_in(sid="s1")
        self.alice.get("/todos")
        self.hear("session.ended", sid="s1")

        self.assert_nothing_is_answered()
        self.alice.sign_in(sid="s2")
        self.assertEqual(self.alice.get("/todos").status_code, 200)

    def test_a_session_that_ended_takes_tokens_along_that_name_none(self):
        self.enterContext(self.issuer.override(EVENTS=["plugin"]))
        self.alice.get("/todos")
        self.hear("session.ended", sid="s1")

        self.assert_nothing_is_answered()

    def hear(self, kind: str, **claims: Any) -> None:
        """From our plugin, through the front door."""
        now = int(time.time()) + 1
        event = {"jti": kind, "event": kind, "at": now * 1000, "iat": now, "exp": now + 60, "aud": "better-auth:events"}
        said = self.issuer.claims(self.alice.user.betterauth_identity.subject, **{**event, **claims})
        headers = {"kid": self.issuer.kid, "typ": "better-auth.event+jwt"}
        token = jwt.encode(said, self.issuer.key, algorithm="EdDSA", headers=headers)
        response = self.client.post("/better-auth/events/plugin", token, content_type="application/jwt")
        self.assertEqual(response.status_code, 204, response.content)

    def test_a_token_from_after_a_cut_off_is_good(self):
        a_while_ago = timezone.now() - timedelta(minutes=1)
        Identity.objects.filter(user=self.alice.user).update(tokens_valid_after=a_while_ago)

        self.assertEqual(len(self.alice.titles()), 1)

    def test_activation_counts_at_once_too(self):
        self.alice.user.is_active = False
        self.alice.user.save()
        self.alice.get("/todos")
        self.alice.user.is_active = True
        self.alice.user.save()

        self.assertEqual(len(self.alice.titles()), 1)


class PeopleAreMadeAndKeptInStep(TodosTestCase):
    def test_a_user_who_is_gone_is_made_anew_by_a_request_that_finds_nothing(self):
        self.alice.get("/todos")
        self.alice.user.delete()

        self.assertEqual(self.alice.titles(), [])
        self.assertTrue(Identity.objects.filter(subject="alice").exists())

    def test_reading_alone_brings_the_profile_of_a_newer_token(self):
        self.alice.todo()
        self.alice.sign_in(iat=int(time.time()) + 2, name="Alice Liddell")

        self.alice.get("/todos")

        self.assertEqual(Identity.objects.get(subject="alice").name, "Alice Liddell")


def encoded(body: object) -> tuple[object, ...]:
    return () if body is None else (orjson.dumps(body), "application/json")
