"""The key set shared through a Django cache, also when the cache is poisoned or broken."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from django.core import signing
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.test import SimpleTestCase, override_settings

from betterauth_auth import conf
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.jwks import refresh, shared
from betterauth_auth.jwks.keyset import KeySet
from tests.fake_betterauth import FakeBetterAuth, SigningKey, answer_with


class BrokenCache(BaseCache):
    """Like a Redis that is gone."""

    failures = 0

    def __init__(self, *args) -> None:
        super().__init__({})

    def get(self, *args, **kwargs):
        BrokenCache.failures += 1
        raise ConnectionError

    set = add = delete = get


class SlowCache(LocMemCache):
    """Takes its time to say whose turn it is, and then says that it is somebody else's."""

    is_asked, may_answer = threading.Event(), threading.Event()

    def add(self, *args, **kwargs) -> bool:
        SlowCache.is_asked.set()
        SlowCache.may_answer.wait(5)
        return False


@override_settings(
    CACHES={
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "shared-keys"},
        "broken": {"BACKEND": f"{__name__}.BrokenCache"},
        "slow": {"BACKEND": f"{__name__}.SlowCache", "LOCATION": "slow-keys"},
    }
)
class SharedKeysCase(SimpleTestCase):
    def setUp(self) -> None:
        self.issuer = self.enterContext(FakeBetterAuth())
        self.addCleanup(caches["default"].clear)

    def another_process(self, cache: str = "default", **settings: float) -> KeySet:
        """A key set with nothing in memory, as in a process that has just started."""
        source = conf.build(self.issuer.settings(CACHE=cache, **settings), is_debug=False).policies[0].source
        return KeySet(source)


class SharedKeysTests(SharedKeysCase):
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


class TurnsAtTheIssuer(SharedKeysCase):
    def setUp(self) -> None:
        super().setUp()
        self.kid = self.issuer.key.kid

    def somebody_has_the_turn(self, keys: KeySet) -> None:
        self.assertTrue(caches["default"].add(shared.turn_key(keys.source), 1, timeout=None))

    def made_old(self, keys: KeySet) -> None:
        keys.find(self.kid)
        caches["default"].clear()
        keys.refresher.snapshot = replace(keys.refresher.snapshot, soft_until=keys.refresher.clock())

    def idle(self, keys: KeySet) -> None:
        self.wait_until(lambda: keys.refresher.running is None)

    def wait_until(self, is_true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 5
        while not is_true():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_six_processes_fetch_about_as_often_as_one(self):
        life, asked, answers = 2, [], []
        usual = self.issuer.behaviour
        self.issuer.behave(lambda handler: (asked.append(time.monotonic()), usual(handler)))
        ends = time.monotonic() + 4 * life

        def serve(keys: KeySet) -> None:
            while time.monotonic() < ends:
                answers.append(keys.find(self.kid).kid)
                time.sleep(0.01)

        with ThreadPoolExecutor(6) as workers:
            list(workers.map(serve, [self.another_process(SOFT_LIFE_SECONDS=life) for _ in range(6)]))
        lives = (asked[-1] - asked[0]) / life
        self.assertGreater(lives, 2)
        self.assertLessEqual((len(asked) - 1) / lives, 1.3, [moment - asked[0] for moment in asked])
        self.assertEqual(set(answers), {self.kid})

    def test_who_has_a_set_serves_on_and_leaves_the_fetch_to_another(self):
        keys = self.another_process()
        self.made_old(keys)
        self.somebody_has_the_turn(keys)

        self.assertEqual(keys.find(self.kid).kid, self.kid)
        self.idle(keys)
        self.assertEqual((self.issuer.requests, keys.refresher.outcome.reason), (1, "ok"))

    def test_and_does_not_look_again_for_each_request(self):
        keys = self.another_process()
        self.made_old(keys)
        self.somebody_has_the_turn(keys)
        keys.find(self.kid)
        self.idle(keys)
        attempt = keys.refresher.last_attempt_at

        keys.find(self.kid)
        self.assertEqual(keys.refresher.last_attempt_at, attempt)
        time.sleep(refresh.LEFT_SECONDS)
        keys.find(self.kid)
        self.assertGreater(keys.refresher.last_attempt_at, attempt)

    def test_but_not_for_longer_than_a_turn_can_last(self):
        keys = self.another_process(FETCH_SECONDS=0.2)
        self.made_old(keys)
        self.somebody_has_the_turn(keys)
        seconds = shared.turn_seconds(keys.source)
        keys.refresher.snapshot = replace(keys.refresher.snapshot, soft_until=keys.refresher.clock() - seconds)

        keys.find(self.kid)
        self.idle(keys)
        self.assertEqual(self.issuer.requests, 2)

    def test_who_has_none_waits_for_it_a_moment_and_then_fetches(self):
        keys = self.another_process()
        self.somebody_has_the_turn(keys)

        started = time.monotonic()
        self.assertEqual(keys.find(self.kid).kid, self.kid)
        self.assertAlmostEqual(time.monotonic() - started, refresh.PATIENCE_SECONDS, delta=0.5)

    def test_who_needs_a_new_key_is_not_left_when_joining_what_would_have_been(self):
        SlowCache.is_asked.clear()
        keys = self.another_process("slow")
        SlowCache.may_answer.set()
        self.made_old(keys)
        SlowCache.may_answer.clear()
        keys.refresher.refresh_in_background()
        self.assertTrue(SlowCache.is_asked.wait(5))
        joined = keys.refresher.running
        with ThreadPoolExecutor(1) as thread:
            found = thread.submit(keys.find, self.issuer.rotate().kid)
            self.wait_until(lambda: joined.is_awaited)
            SlowCache.may_answer.set()
            self.assertEqual(found.result().kid, self.issuer.key.kid)
        self.assertIs(joined.has_replaced.result(), True)

    def test_a_turn_ends_with_the_fetch_also_when_that_fails(self):
        keys = self.another_process()
        self.issuer.behave(answer_with(b"", 500))
        with self.assertRaises(KeysUnavailable):
            keys.find(self.kid)
        self.idle(keys)

        self.assertIsNone(caches["default"].get(shared.turn_key(keys.source)))

    def test_processes_find_the_same_set_old_at_different_moments(self):
        lives = set()
        for _ in range(5):
            keys = self.another_process()
            keys.find(self.kid)
            lives.add(keys.refresher.snapshot.soft_until - keys.refresher.snapshot.asked_at)
        self.assertEqual(self.issuer.requests, 1)
        self.assertEqual(len(lives), 5)
        self.assertTrue(all(270 <= life <= 300 for life in lives), lives)
