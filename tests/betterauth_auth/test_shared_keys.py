"""The key set shared through a Django cache, also when the cache is poisoned or broken."""

from __future__ import annotations

import json
import time

from django.core import signing
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.test import SimpleTestCase, override_settings

from betterauth_auth import conf
from betterauth_auth.exceptions import InvalidToken
from betterauth_auth.jwks import shared
from betterauth_auth.jwks.keyset import KeySet
from tests.fake_betterauth import FakeBetterAuth, SigningKey


class BrokenCache(BaseCache):
    """Like a Redis that is gone."""

    failures = 0

    def __init__(self, *args) -> None:
        super().__init__({})

    def get(self, *args, **kwargs):
        BrokenCache.failures += 1
        raise ConnectionError

    def set(self, *args, **kwargs):
        BrokenCache.failures += 1
        raise ConnectionError


@override_settings(
    CACHES={
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "shared-keys"},
        "broken": {"BACKEND": f"{__name__}.BrokenCache"},
    }
)
class SharedKeysTests(SimpleTestCase):
    def setUp(self) -> None:
        self.issuer = self.enterContext(FakeBetterAuth())
        self.addCleanup(caches["default"].clear)

    def another_process(self, cache: str = "default") -> KeySet:
        """A key set with nothing in memory, as in a process that has just started."""
        source = conf.build(self.issuer.settings(CACHE=cache), is_debug=False).policies[0].source
        return KeySet(source)

    def cached_as(self, value: object) -> None:
        source = self.another_process().source
        caches["default"].set(shared.cache_key(source), value)

    def test_a_second_process_does_not_fetch(self):
        self.another_process().find(self.issuer.key.kid)
        self.another_process().find(self.issuer.key.kid)

        self.assertEqual(self.issuer.requests, 1)

    def test_a_new_key_is_fetched_once_for_all(self):
        first, second = self.another_process(), self.another_process()
        first.find(self.issuer.key.kid)
        second.find(self.issuer.key.kid)
        self.issuer.rotate()

        first.find(self.issuer.key.kid)
        second.find(self.issuer.key.kid)

        self.assertEqual(self.issuer.requests, 2)

    def forgery(self, **signing_options: str) -> str:
        """A set with Mallory's key, as we would write it."""
        body = json.dumps({"keys": [SigningKey.make(kid="mallory").jwk]})
        value = {"url": self.issuer.url + conf.JWKS_PATH, "body": body, "asked_at": time.time(), "max_age": None}
        return signing.dumps(value, **{"salt": shared.SALT, **signing_options})

    def test_nobody_without_the_secret_key_can_inject_keys(self):
        signed = self.forgery()
        forgeries = [self.forgery(key="guess"), self.forgery(salt="other"), signed[:-1], f"x{signed}", "", 7, b"x", {}]
        for forgery in forgeries:
            with self.subTest(forgery=str(forgery)[:20]), self.assertRaises(InvalidToken):
                self.cached_as(forgery)
                self.another_process().find("mallory")

    def test_what_we_signed_ourselves_is_taken(self):
        self.cached_as(self.forgery())

        self.assertEqual(self.another_process().find("mallory").kid, "mallory")

    def test_a_set_of_another_address_is_not_taken(self):
        with FakeBetterAuth() as other:
            self.issuer, own = other, self.issuer
            self.another_process().find(other.key.kid)
            stolen = caches["default"].get(shared.cache_key(self.another_process().source))
            self.issuer = own
            self.cached_as(stolen)

            with self.assertRaises(InvalidToken):
                self.another_process().find(other.key.kid)
            self.assertEqual(own.requests, 1)

    def test_a_broken_cache_costs_nothing_but_fetches(self):
        BrokenCache.failures = 0
        self.assertEqual(self.another_process("broken").find(self.issuer.key.kid).kid, self.issuer.key.kid)

        self.assertEqual((self.issuer.requests, BrokenCache.failures), (1, 2))
