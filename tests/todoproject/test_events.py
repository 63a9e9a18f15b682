"""Events reach the service past what is for pages, and who sends bad ones is slowed down."""

import time

import jwt
from django.core.cache import cache
from django.test import TestCase, override_settings

from betterauth_auth.models import Event
from betterauth_auth.testing import LocalIssuer
from tests.todos.case import TodosTestCase

PATH = "/better-auth/events/plugin"


class EventsAreOff(TestCase):
    def test_until_the_environment_names_a_sender(self):
        self.assertEqual(self.client.post(PATH, b"x", content_type="application/jwt").status_code, 404)


class EventsAreHeard(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        cache.clear()

    def send(self, token: str) -> int:
        with self.issuer.override(EVENTS=["plugin"]):
            return self.client.post(PATH, token, content_type="application/jwt").status_code

    @override_settings(RATE_LIMIT_ADDRESS=3)
    def test_bad_ones_count_against_their_address(self):
        self.assertEqual([self.send("x") for _ in range(5)], [400, 400, 400, 429, 429])
        self.assertEqual(Event.objects.count(), 0)

    @override_settings(RATE_LIMIT_ADDRESS=3)
    def test_good_ones_do_not(self):
        self.assertEqual({self.send(event(self.issuer, number)) for number in range(8)}, {204})
        self.assertEqual(Event.objects.count(), 8)


def event(issuer: LocalIssuer, number: int) -> str:
    now = int(time.time())
    own = {"jti": f"j{number}", "event": "session.ended", "sid": "s1", "at": now * 1000, "aud": "better-auth:events"}
    headers = {"kid": issuer.kid, "typ": "better-auth.event+jwt"}
    return jwt.encode(issuer.claims("alice", **own, exp=now + 60), issuer.key, algorithm="EdDSA", headers=headers)
