"""The key set when the issuer is well: cold start, rotation, junk, expiry."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from django.test import SimpleTestCase, override_settings

from betterauth_auth import conf
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.jwks import keyset
from betterauth_auth.jwks.keyset import KeySet
from betterauth_auth.jwks.refresh import Fetch
from betterauth_auth.jwks.waiting import blocking
from tests.betterauth_auth.case import IssuerCase
from tests.fake_betterauth import FakeBetterAuth, Handler, SigningKey, answer_with, hang, slowly


def in_threads(count: int, call):
    """The results of so many simultaneous calls."""
    barrier = threading.Barrier(count)

    def run(_: int):
        barrier.wait(10)
        return call()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def wait_until(condition) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("It did not come to that.")
        time.sleep(0.005)


class StatelessCase(IssuerCase):
    def status(self, token: str) -> int:
        return self.client_class().get("/stateless", headers={"Authorization": f"Bearer {token}"}).status_code

    def status_of(self, **claims) -> int:
        return self.status(self.issuer.token(**claims))


class KeySetTests(StatelessCase):
    def test_twenty_threads_at_cold_start_cause_one_fetch(self):
        self.issuer.behave(slowly(0.2))
        token = self.issuer.token()

        answers = in_threads(20, lambda: self.timed_status(token))

        self.assertEqual([status for status, _ in answers], [200] * 20)
        self.assertGreater(min(seconds for _, seconds in answers), 0.1, "somebody came when the fetch was over")
        self.assertEqual(self.issuer.requests, 1)

    def test_a_key_made_a_moment_ago_is_accepted_at_once(self):
        self.assertEqual(self.status_of(), 200)
        self.issuer.rotate()

        self.assertEqual(self.status_of(), 200)
        self.assertEqual(self.issuer.requests, 2)

    def test_eight_rotations_within_a_second_are_all_seen(self):
        for _ in range(8):
            self.issuer.rotate()
            self.assertEqual(self.status_of(), 200)

    def test_ten_new_kids_of_ten_instances_are_served_by_one_fetch(self):
        self.assertEqual(self.status_of(), 200)
        for _ in range(10):
            self.issuer.rotate()
        self.issuer.behave(slowly(0.2))
        tokens = iter([self.issuer.token(key=key) for key in self.issuer.keys[1:]])

        answers = in_threads(10, lambda: self.timed_status(next(tokens)))

        self.assertEqual([status for status, _ in answers], [200] * 10)
        self.assertGreater(min(seconds for _, seconds in answers), 0.1, "somebody came when the fetch was over")
        self.assertLessEqual(self.issuer.requests, 3)

    def test_a_key_made_while_a_fetch_is_under_way_is_found_too(self):
        self.assertEqual(self.status_of(), 200)
        started = threading.Event()

        def answer_with_the_keys_of_before(handler: Handler) -> None:
            answer = answer_with({"keys": [key.jwk for key in self.issuer.keys]})
            started.set()
            time.sleep(0.2)
            answer(handler)

        self.issuer.behave(answer_with_the_keys_of_before)
        threading.Thread(target=self.status_of, kwargs={"headers": {"kid": "junk"}}).start()
        self.assertTrue(started.wait(5))
        self.issuer.rotate()
        self.assertEqual(self.issuer.requests, 2)

        self.assertEqual(self.status_of(), 200)
        self.assertEqual(self.issuer.requests, 3)

    def test_500_junk_kids_cause_few_fetches_and_hold_up_nobody(self):
        good = [self.issuer.token(sub=f"user{number}") for number in range(200)]
        junk = [self.issuer.token(headers={"kid": f"junk{number}"}) for number in range(500)]
        self.assertEqual(self.status(good[0]), 200)
        self.issuer.behave(slowly(0.3))

        with ThreadPoolExecutor(4) as pool:
            statuses = pool.map(self.status, junk)
            wait_until(lambda: self.issuer.requests > 1)
            delays = [self.timed_find() for _ in range(200)]
            refused = list(statuses)

        self.assertLessEqual(self.issuer.requests, 5)
        self.assertLessEqual(set(refused), {401, 503})
        self.assertLess(max(delays), 0.05)
        self.assertEqual({self.status(token) for token in good}, {200})

    def test_while_a_fetch_is_slow_a_single_junk_kid_waits_for_it_and_a_crowd_does_not(self):
        self.assertEqual(self.status_of(), 200)
        junk = iter([self.issuer.token(headers={"kid": f"junk{number}"}) for number in range(8)])
        self.issuer.behave(slowly(2))

        waits = sorted(seconds for _, seconds in in_threads(8, lambda: self.timed_status(next(junk))))

        self.assertGreater(waits[-1], 1.5)
        self.assertLess(waits[-2], 1.5)

    def timed_status(self, token: str) -> tuple[int, float]:
        started = time.perf_counter()
        return self.status(token), time.perf_counter() - started

    def timed_find(self) -> float:
        keys = keyset.of(conf.current().policies[0].source)
        started = time.perf_counter()
        keys.find(self.issuer.key.kid)
        delay = time.perf_counter() - started
        time.sleep(0.002)
        return delay

    def test_after_a_storm_of_junk_a_new_key_cannot_be_judged_and_nobody_is_signed_out(self):
        for number in range(10):
            self.status_of(headers={"kid": f"junk{number}"})
        self.issuer.rotate()

        response = self.get_with("/stateless")

        self.assert_answers(response, 503)
        self.assertLessEqual(int(response["Retry-After"]), 11)

    def test_the_same_junk_kid_is_remembered(self):
        for _ in range(20):
            self.assertEqual(self.status_of(headers={"kid": "junk"}), 401)

        self.assertLessEqual(self.issuer.requests, 2)

    def test_an_empty_set_is_legal_and_refuses(self):
        keys, self.issuer.keys = self.issuer.keys, []
        with self.assertLogs("betterauth_auth.jwks.refresh", "WARNING"):
            self.assertEqual(self.status(self.issuer.token(key=keys[0])), 401)

        self.assertEqual(self.status(self.issuer.token(key=keys[0], sub="bob")), 401)

    def test_a_key_that_left_the_set_verifies_nothing_any_more(self):
        token = self.issuer.token()
        self.assertEqual(self.status(token), 200)
        old = self.issuer.keys.pop()
        self.issuer.rotate()
        self.assertEqual(self.status_of(), 200)

        self.assertEqual(self.status(token), 401)
        self.assertEqual(self.status(self.issuer.token(key=old, sub="bob")), 401)

    def test_a_recreated_database_reuses_a_kid_for_another_key(self):
        self.issuer.keys = [SigningKey.make(kid="1")]
        self.assertEqual(self.status_of(), 200)
        self.issuer.keys = [SigningKey.make(kid="1")]

        self.assertEqual(self.status_of(), 200)
        self.assertEqual(self.issuer.requests, 2)

    def test_bad_signatures_cause_one_fetch_at_most(self):
        self.assertEqual(self.status_of(), 200)
        mallory = SigningKey.make(kid=self.issuer.key.kid)

        statuses = {self.status_of(sub=f"user{number}", key=mallory) for number in range(50)}

        self.assertEqual(statuses, {401})
        self.assertEqual(self.issuer.requests, 2)

    def test_a_key_of_one_issuer_never_verifies_a_token_of_another(self):
        with FakeBetterAuth() as other:
            other.keys = [SigningKey.make(kid=self.issuer.key.kid)]
            self.configure(ISSUERS=[other.settings()])

            self.assertEqual(self.status(other.token()), 200)
            self.assertEqual(self.status_of(), 200)
            self.assertEqual(self.status(self.issuer.token(key=other.key, sub="bob")), 401)
            self.assertEqual(self.status(other.token(key=self.issuer.key, sub="bob")), 401)
            self.assertEqual(self.status(self.issuer.token(aud=other.url)), 401)

    def test_every_algorithm_of_better_auth_works_when_listed(self):
        for algorithm in ("EdDSA", "Ed25519", "ES256", "ES384", "ES512", "RS256", "PS256", "RS512", "PS512"):
            with self.subTest(algorithm):
                self.configure(ALGORITHMS=[algorithm])
                self.issuer.rotate(algorithm)
                self.assertEqual(self.status_of(), 200)

    def test_a_token_may_not_use_a_key_for_another_algorithm(self):
        self.configure(ALGORITHMS=["EdDSA", "RS256", "PS256", "ES256"])
        key = self.issuer.rotate("PS256")

        other = SigningKey("RS256", key.kid, key.private_key, key.jwk)
        self.assertEqual(self.status_of(), 200)
        self.assertEqual(self.status(self.issuer.token(key=other)), 401)
        self.assertEqual(self.status(self.issuer.token(headers={"alg": "EdDSA"})), 401)

    def test_an_inline_set_and_a_file_need_no_server(self):
        document = {"keys": [self.issuer.key.jwk]}
        self.issuer.stop()
        self.configure(JWKS=document)

        self.assertEqual(self.status_of(), 200)

    @override_settings(BETTER_AUTH={})
    def test_without_any_issuer_nobody_can_tell(self):
        self.assertEqual(self.status_of(), 503)


class LifeTests(SimpleTestCase):
    """With a clock of their own, because lives are long."""

    def setUp(self) -> None:
        self.now = 1000.0
        self.issuer = self.enterContext(FakeBetterAuth())
        source = conf.build(self.issuer.settings(), is_debug=False).policies[0].source
        self.keys = KeySet(source, clock=lambda: self.now)

    def find(self, kid: str = ""):
        return self.keys.find(kid or self.issuer.key.kid)

    def test_an_old_set_is_refreshed_behind_the_back_of_its_readers(self):
        key = self.find()
        self.issuer.behave(slowly(0.2))
        self.now += 301

        self.assertIs(self.find(), key)
        wait_until(lambda: self.issuer.requests == 2 and self.keys.refresher.snapshot.asked_at == self.now)
        self.assertIs(self.find(), key)

    def test_ten_minutes_without_the_issuer_fail_no_request(self):
        self.find()
        self.issuer.stop()

        for _ in range(600):
            self.now += 1
            self.find()
            wait_until(lambda: self.keys.refresher.running is None)
        self.assertGreater(self.keys.refresher.outcome.failures, 3)

    def test_after_the_hard_life_nobody_can_tell_until_the_issuer_is_back(self):
        self.find()
        self.issuer.behave(answer_with(b"", 500))
        self.now += 3601
        with self.assertRaises(KeysUnavailable):
            self.find()
        self.issuer.behave(answer_with({"keys": [self.issuer.key.jwk]}))
        self.now += 61

        self.assertEqual(self.find().kid, self.issuer.key.kid)

    def test_failures_back_off(self):
        self.issuer.behave(answer_with(b"", 500))
        for _ in range(600):
            self.now += 1
            with self.assertRaises(KeysUnavailable):
                self.find()

        self.assertIn(self.issuer.requests, range(2, 20))

    def test_a_known_kid_does_not_wait_for_a_hanging_fetch(self):
        self.find()
        self.now += 1
        self.issuer.behave(hang)
        threading.Thread(target=self.swallow, args=("junk",)).start()
        wait_until(lambda: self.issuer.requests == 2)
        started = time.perf_counter()

        self.find()

        self.assertLess(time.perf_counter() - started, 0.05)

    def swallow(self, kid: str) -> None:
        try:
            self.find(kid)
        except (InvalidToken, KeysUnavailable):
            return

    def test_the_server_can_shorten_the_life_but_not_below_a_minute(self):
        lives = {
            "max-age=120": 120,
            "max-age=1": 60,
            "no-store": 60,
            "max-age=99999": 300,
            "public": 300,
            "max-age=x": 300,
        }
        for value, expected in lives.items():
            with self.subTest(value):
                body = {"keys": [self.issuer.key.jwk]}
                self.issuer.behave(answer_with(body, Cache_Control=value))
                self.now += 10_000
                self.find()
                self.assertEqual(self.keys.refresher.snapshot.soft_until - self.now, expected)

    def test_a_negative_entry_ends_after_seconds(self):
        self.issuer.keys = [SigningKey.make(kid="1")]
        with self.assertRaises(InvalidToken):
            self.find("2")
        self.issuer.rotate(kid="2")
        self.now += 6

        self.assertEqual(self.find("2").kid, "2")

    def test_a_fetch_that_nothing_can_interrupt_is_given_up(self):
        self.find()
        self.now += 301
        self.keys.refresher.running = Fetch(self.now)
        self.now += 31

        self.find()

        wait_until(lambda: self.issuer.requests == 2)

    def test_a_forked_child_can_fetch_though_the_parent_was_fetching(self):
        with self.keys.refresher.lock, warnings.catch_warnings():
            # Newer Pythons warn of what this test is about.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.keys.refresher.running = Fetch(self.now)
            child = os.fork()
            if child == 0:
                # Whatever happens here, the child must not return into the test runner, nor wait for ever.
                signal.alarm(10)
                try:
                    os._exit(0 if self.find().kid == self.issuer.key.kid else 1)
                finally:
                    os._exit(2)
        _, status = os.waitpid(child, 0)

        self.assertEqual(os.waitstatus_to_exitcode(status), 0)

    def test_when_no_thread_can_be_had_nobody_waits_for_one(self):
        def fail_while_somebody_joins(thread: threading.Thread) -> None:
            self.joined = self.keys.refresher.join_or_start()
            raise RuntimeError("can't start new thread")

        with patch.object(threading.Thread, "start", fail_while_somebody_joins):
            with self.assertRaisesRegex(KeysUnavailable, "no_thread"):
                self.find()
            with self.assertRaisesRegex(KeysUnavailable, "no_thread"):
                blocking(self.keys.waiting_room.wait_for(self.joined, self.now))
        self.now += 2

        self.assertEqual(self.find().kid, self.issuer.key.kid)

    def test_a_time_to_wait_that_has_passed_is_a_second(self):
        for seconds in (float("-inf"), -5.0, 0.0, 0.2):
            self.assertEqual(KeysUnavailable("down", seconds).retry_after_seconds, 1)

    def test_a_fetch_that_hangs_too_long_holds_nobody_up(self):
        self.find()
        self.now += 1
        self.keys.refresher.running = Fetch(self.now)
        self.now += 4
        started = time.perf_counter()

        with self.assertRaises(KeysUnavailable):
            self.find("unknown")

        self.assertLess(time.perf_counter() - started, 0.5)
