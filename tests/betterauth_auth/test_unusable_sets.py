"""A set that has keys but none that verifies anything, and one that is suddenly empty: neither signs anybody out."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import caches
from django.test import override_settings
from jwt.algorithms import RSAAlgorithm

from betterauth_auth import conf, counters, status
from betterauth_auth.jwks import keyset, shared
from tests.betterauth_auth.test_keyset import StatelessCase
from tests.fake_betterauth import SigningKey, answer_with, answer_with_keys, encode, hang

ACCEPTED = ["EdDSA", "ES256", "RS256"]
ES512 = SigningKey.make("ES512").jwk
WEAK_RSA = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024).public_key(), as_dict=True)
DEEP = json.loads("[" * 40 + "]" * 40)
Jwk = dict[str, Any]


def without(jwk: Jwk, *names: str) -> Jwk:
    return {name: value for name, value in jwk.items() if name not in names}


# Each makes the keys of a set from the one that is good. The kid stays wherever it can, as in a server that is misled.
UNUSABLE: dict[str, Callable[[Jwk], list[Any]]] = {
    "an RSA key of 1024 bits": lambda good: [{**WEAK_RSA, "kid": good["kid"], "alg": "RS256"}],
    "for encryption": lambda good: [{**good, "use": "enc"}],
    "a foreign curve": lambda good: [{**good, "crv": "X25519"}],
    "another foreign curve": lambda good: [{**good, "kty": "EC", "crv": "secp256k1"}],
    "an algorithm that is not accepted": lambda good: [{**ES512, "kid": good["kid"]}],
    "a long number": lambda good: [int("9" * 400)],
    "a number": lambda good: [1],
    "a float": lambda good: [1.5],
    "null": lambda good: [None],
    "true": lambda good: [True],
    "an empty string": lambda good: [""],
    "the key as a string": lambda good: [json.dumps(good)],
    "a list": lambda good: [[]],
    "the key in a list": lambda good: [[good]],
    "an empty object": lambda good: [{}],
    "no kid": lambda good: [without(good, "kid")],
    "an empty kid": lambda good: [{**good, "kid": ""}],
    "a number as kid": lambda good: [{**good, "kid": 1}],
    "a kid that names two keys": lambda good: [good, {**good, "x": encode(b"y" * 32)}],
    "no kty": lambda good: [without(good, "kty")],
    "a wrong kty": lambda good: [{**good, "kty": "RSA"}],
    "a shared secret": lambda good: [{"kty": "oct", "kid": good["kid"], "k": encode(b"secret")}],
    "for signing only": lambda good: [{**good, "key_ops": ["sign"]}],
    "no operations": lambda good: [{**good, "key_ops": []}],
    "only the private part": lambda good: [{**without(good, "x"), "d": encode(b"d" * 32)}],
    "x of the wrong length": lambda good: [{**good, "x": "AAAA"}],
    "x of low order": lambda good: [{**good, "x": encode(bytes(32))}],
    "empty strings": lambda good: [dict.fromkeys(good, "")],
    "half a character": lambda good: [{**good, "comment": "\ud800"}],
    "40 levels": lambda good: [{**good, "comment": DEEP}],
    "many kinds": lambda good: [None, 1, "", [], {}, {**good, "use": "enc"}, {**ES512, "kid": "other"}],
}


def set_of(name: str, good: Jwk) -> bytes:
    return json.dumps({"keys": UNUSABLE[name](good)}).encode()


class MovedClockCase(StatelessCase):
    """With a clock of the key set's own, because lives are long."""

    def start(self, **overrides: Any) -> keyset.KeySet:
        self.now = time.monotonic()
        self.configure(**{"ALGORITHMS": ACCEPTED, **overrides})
        self.keys = keyset.of(conf.current().policies[0].source)
        self.keys.refresher.clock = lambda: self.now
        return self.keys

    def wait_for_fetch(self, number: int, outcome: str) -> None:
        """Until the issuer was asked so many times and that was the outcome: the fault did take place."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if self.issuer.requests == number and self.keys.refresher.running is None:
                break
            time.sleep(0.005)
        self.assertEqual((self.issuer.requests, self.keys.refresher.outcome.reason), (number, outcome))

    def assert_unavailable(self, response: Any, at_most: int = 60) -> None:
        self.assert_answers(response, 503)
        self.assertIn(int(response["Retry-After"]), range(1, at_most + 1))


class UnusableSetTests(MovedClockCase):
    def test_the_present_set_serves_until_its_hard_life_and_then_it_is_503(self):
        for name in UNUSABLE:
            with self.subTest(name):
                self.issuer.requests = 0
                self.issuer.behave(answer_with_keys)
                self.start()
                remembered = self.issuer.token()
                self.assertEqual(self.status(remembered), 200)

                self.issuer.behave(answer_with(set_of(name, self.issuer.key.jwk)))
                self.now += 301
                self.assertEqual(self.status(remembered), 200)
                self.wait_for_fetch(2, "no_usable_keys")

                self.assertEqual(self.status(remembered), 200)
                self.assertEqual(self.status_of(sub="bob"), 200)
                self.assert_unavailable(self.get_with("/stateless", headers={"kid": "new"}))

                self.now += 3300
                self.assert_unavailable(self.get(remembered, "/stateless"))
                self.assert_unavailable(self.get_with("/stateless", sub="carol"))
                self.assertGreater(self.issuer.requests, 2)

                self.issuer.behave(answer_with_keys)
                self.now += 61
                self.assertEqual(self.status(remembered), 200)

    def test_a_cold_start_is_503_and_never_401(self):
        for name in UNUSABLE:
            with self.subTest(name):
                self.issuer.requests = 0
                self.issuer.behave(answer_with(set_of(name, self.issuer.key.jwk)))
                self.start()

                self.assert_unavailable(self.get_with("/stateless"))
                self.assert_unavailable(self.get_with("/stateless", headers={"kid": "new"}))
                self.wait_for_fetch(1, "no_usable_keys")

    def test_a_set_that_an_unknown_kid_fetched_replaces_nothing_either(self):
        self.start()
        self.assertEqual(self.status_of(), 200)
        self.issuer.behave(answer_with(set_of("for encryption", self.issuer.key.jwk)))
        self.now += 1

        self.assert_unavailable(self.get_with("/stateless", headers={"kid": "new"}))

        self.wait_for_fetch(2, "no_usable_keys")
        self.assertEqual(self.status_of(sub="bob"), 200)

    def test_a_set_that_a_bad_signature_fetched_replaces_nothing_either(self):
        self.start()
        self.assertEqual(self.status_of(), 200)
        self.issuer.behave(answer_with(set_of("null", self.issuer.key.jwk)))

        self.assertEqual(self.status_of(key=SigningKey.make(kid=self.issuer.key.kid)), 401)

        self.wait_for_fetch(2, "no_usable_keys")
        self.assertEqual(self.status_of(sub="bob"), 200)

    def test_one_usable_key_is_enough_whatever_is_beside_it(self):
        for name, keys in UNUSABLE.items():
            with self.subTest(name):
                new = SigningKey.make()
                self.issuer.behave(answer_with({"keys": [*keys(self.issuer.key.jwk), new.jwk]}))
                self.start()

                self.assertEqual(self.status_of(key=new), 200)
                self.assertEqual(self.status_of(), 401)

    def test_a_file_is_judged_alike(self):
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "jwks.json"
        path.write_text(json.dumps({"keys": [self.issuer.key.jwk]}))
        own = {"API_URL": "", "ISSUER": [self.issuer.url], "AUDIENCE": [self.issuer.url]}
        self.start(JWKS_FILE=str(path), **own)
        self.assertEqual(self.status_of(), 200)
        path.write_bytes(set_of("for encryption", self.issuer.key.jwk))
        self.now += 301

        self.assertEqual(self.status_of(sub="bob"), 200)
        self.wait_for_fetch(0, "no_usable_keys")
        self.assertEqual(self.status_of(sub="carol"), 200)
        self.now += 3300
        self.assertEqual(self.status_of(sub="bob"), 503)

    def test_a_static_set_is_judged_alike(self):
        for name in UNUSABLE:
            with self.subTest(name):
                text = set_of(name, self.issuer.key.jwk).decode()
                self.start(JWKS=text, ISSUER=[self.issuer.url], AUDIENCE=[self.issuer.url])
                self.assert_unavailable(self.get_with("/stateless"))
                self.assertEqual(self.keys.refresher.outcome.reason, "no_usable_keys")

    def test_the_log_says_once_why_and_once_that_it_is_over(self):
        keys = self.start()
        self.assertEqual(self.status_of(), 200)
        self.issuer.behave(answer_with(set_of("for encryption", self.issuer.key.jwk)))
        with self.assertLogs("betterauth_auth.jwks.refresh", "INFO") as logs:
            for number in range(2, 7):
                self.now += 301
                self.status_of()
                self.wait_for_fetch(number, "no_usable_keys")
            self.issuer.behave(answer_with_keys)
            self.now += 301
            self.status_of()
            self.wait_for_fetch(7, "ok")

        self.assertEqual(len(logs.output), 2, logs.output)
        self.assertIn("no_usable_keys", logs.output[0])
        self.assertIn("use is not sig", logs.output[0])
        self.assertIn(keys.source.name, logs.output[1])

    def test_operators_see_it_while_the_old_set_serves(self):
        before = counters.fetches().get("no_usable_keys", 0)
        self.start()
        self.assertEqual(self.status_of(), 200)
        self.issuer.behave(answer_with(set_of("null", self.issuer.key.jwk)))
        self.now += 301
        self.status_of()
        self.wait_for_fetch(2, "no_usable_keys")

        (seen,) = status.key_sets()

        self.assertEqual((seen.is_usable, seen.kids), (True, (self.issuer.key.kid,)))
        self.assertEqual(seen.last_outcome, "no_usable_keys")
        self.assertEqual(counters.fetches()["no_usable_keys"], before + 1)
        self.now += 3300
        self.assertFalse(status.key_sets()[0].is_usable)


class EmptySetTests(MovedClockCase):
    """`{"keys": []}` is legal: all keys are past their grace and nobody has signed in since."""

    def setUp(self) -> None:
        super().setUp()
        self.start()

    def make_it_empty(self, outcome: str = "empty_set") -> str:
        """A good set, then an empty one that was seen; returns a token from before."""
        token = self.issuer.token()
        self.assertEqual(self.status(token), 200)
        self.issuer.behave(answer_with({"keys": []}))
        self.now += 301
        self.assertEqual(self.status(token), 200)
        self.wait_for_fetch(2, outcome)
        return token

    def test_it_is_believed_when_a_second_fetch_half_a_minute_later_agrees(self):
        token = self.make_it_empty()
        for _ in range(29):
            self.now += 1
            self.assertEqual((self.status(token), self.status_of(sub="bob")), (200, 200))
        self.assertIsNone(self.keys.refresher.running)
        self.assertEqual(self.issuer.requests, 2)

        self.now += 1
        self.assertEqual(self.status(token), 200)
        self.wait_for_fetch(3, "ok")

        self.assertEqual((self.status(token), self.status_of(sub="bob")), (401, 401))

    def test_it_is_not_believed_when_the_second_fetch_brings_keys(self):
        token = self.make_it_empty()
        self.issuer.behave(answer_with_keys)
        self.now += 30
        self.status(token)
        self.wait_for_fetch(3, "ok")
        self.assertEqual(self.status(token), 200)

        self.issuer.behave(answer_with({"keys": []}))
        self.now += 301
        self.status(token)
        self.wait_for_fetch(4, "empty_set")
        self.assertEqual(self.status(token), 200)

    def test_a_set_of_unusable_keys_in_between_begins_the_wait_anew(self):
        token = self.make_it_empty()
        self.issuer.behave(answer_with(set_of("null", self.issuer.key.jwk)))
        self.now += 30
        self.status(token)
        self.wait_for_fetch(3, "no_usable_keys")
        self.issuer.behave(answer_with({"keys": []}))
        self.now += 61
        self.status(token)

        self.wait_for_fetch(4, "empty_set")
        self.assertEqual(self.status(token), 200)

    def test_a_failure_in_between_neither_agrees_nor_contradicts(self):
        token = self.make_it_empty()
        self.issuer.behave(answer_with(b"", 500))
        self.now += 30
        self.status(token)
        self.wait_for_fetch(3, "status_500")
        self.assertEqual(self.status(token), 200)
        self.issuer.behave(answer_with({"keys": []}))
        self.now += 61
        self.status(token)
        self.wait_for_fetch(4, "ok")

        self.assertEqual(self.status(token), 401)

    def test_unknown_kids_cannot_hasten_it(self):
        token = self.make_it_empty()
        for number in range(3):
            self.now += 5
            response = self.get_with("/stateless", headers={"kid": f"junk{number}"})
            self.assert_answers(response, 503)
            self.assertEqual(int(response["Retry-After"]), 25 - 5 * number)
        self.assertEqual((self.issuer.requests, self.keys.refresher.outcome.reason), (5, "empty_set"))

        self.assertEqual(self.status(token), 200)

    def test_a_doubt_that_an_unknown_kid_raised_is_settled_as_soon(self):
        token = self.issuer.token()
        self.assertEqual(self.status(token), 200)
        self.issuer.behave(answer_with({"keys": []}))
        self.now += 1
        self.assert_unavailable(self.get_with("/stateless", headers={"kid": "new"}), at_most=30)
        self.wait_for_fetch(2, "empty_set")

        self.now += 30
        self.status(token)
        self.wait_for_fetch(3, "ok")

    def test_a_key_made_meanwhile_is_found_at_once(self):
        token = self.make_it_empty()
        self.issuer.rotate()
        self.issuer.behave(answer_with_keys)

        self.assertEqual((self.status_of(sub="bob"), self.status(token)), (200, 200))

    def test_an_answer_that_was_asked_for_too_early_does_not_agree(self):
        token = self.make_it_empty()

        def answer_late(handler) -> None:
            self.now += 60
            answer_with({"keys": []})(handler)

        self.issuer.behave(answer_late)
        self.now += 20
        self.assert_unavailable(self.get_with("/stateless", headers={"kid": "new"}))
        self.wait_for_fetch(3, "empty_set")

        self.assertEqual(self.status(token), 200)

    def test_while_it_is_doubted_the_end_of_the_hard_life_is_503(self):
        self.assertEqual(self.status_of(), 200)
        self.issuer.behave(answer_with({"keys": []}))
        self.now += 3601

        for _ in range(5):
            # 30 s, and a second for what sums of floats add.
            self.assert_unavailable(self.get_with("/stateless"), at_most=31)
        self.wait_for_fetch(2, "empty_set")
        self.now += 30
        self.assertEqual(self.status_of(), 401)
        self.wait_for_fetch(3, "ok")

    def test_a_cold_start_believes_it(self):
        self.issuer.behave(answer_with({"keys": []}))

        self.assertEqual(self.status_of(), 401)

    def test_after_an_empty_set_new_keys_are_taken_at_once(self):
        self.issuer.behave(answer_with({"keys": []}))
        self.assertEqual(self.status_of(), 401)
        self.issuer.behave(answer_with_keys)

        self.now += 2
        self.assertEqual(self.status_of(sub="bob"), 200)

    def test_the_log_says_it_once_doubted_and_once_believed(self):
        with self.assertLogs("betterauth_auth.jwks.refresh", "INFO") as logs:
            token = self.make_it_empty()
            for number in range(3, 7):
                self.now += 30
                self.status(token)
                if number == 3:
                    self.wait_for_fetch(3, "ok")
                self.now += 301
                self.status(token)

        texts = [line for line in logs.output if "empty" in line]
        self.assertEqual(len(texts), 2, logs.output)

    def test_operators_see_the_doubt(self):
        self.make_it_empty()

        (seen,) = status.key_sets()

        self.assertEqual((seen.is_usable, seen.last_outcome, seen.kids), (True, "empty_set", (self.issuer.key.kid,)))


@override_settings(
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "shared-sets"}}
)
class SharedSetTests(MovedClockCase):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(caches["default"].clear)
        self.start(CACHE="default")

    def share(self, body: bytes, age_seconds: float = 0) -> None:
        shared.write(self.keys.source, body, None, time.time() - age_seconds)

    def shared_keys(self) -> Any:
        found = shared.read(self.keys.source)
        return None if found is None else json.loads(found.body)["keys"]

    def test_an_unusable_set_of_another_process_is_passed_over(self):
        for name in UNUSABLE:
            with self.subTest(name):
                self.issuer.requests = 0
                self.start(CACHE="default")
                self.share(set_of(name, self.issuer.key.jwk))

                self.assertEqual(self.status_of(), 200)
                self.assertEqual(self.issuer.requests, 1)

    def test_an_unusable_set_is_not_shared(self):
        self.assertEqual(self.status_of(), 200)
        self.issuer.behave(answer_with(set_of("null", self.issuer.key.jwk)))
        self.now += 1
        self.assert_unavailable(self.get_with("/stateless", headers={"kid": "new"}))
        self.wait_for_fetch(2, "no_usable_keys")

        self.assertEqual(self.shared_keys(), [self.issuer.key.jwk])

    def test_a_doubted_set_is_not_shared(self):
        self.assertEqual(self.status_of(), 200)
        self.issuer.behave(answer_with({"keys": []}))
        self.now += 1
        self.assert_unavailable(self.get_with("/stateless", headers={"kid": "new"}))
        self.wait_for_fetch(2, "empty_set")

        self.assertEqual(self.shared_keys(), [self.issuer.key.jwk])

    def test_who_has_keys_takes_nobody_elses_word_for_an_empty_set(self):
        self.assertEqual(self.status_of(), 200)
        self.now += 301
        for number in (2, 3):
            self.share(b'{"keys": []}')
            self.status_of(sub=f"user{number}")
            self.wait_for_fetch(number, "ok")
            self.assertEqual(self.status_of(sub="bob"), 200)
            self.now += 301

    def test_a_cold_process_believes_a_shared_empty_set(self):
        self.start(CACHE="default", FETCH_SECONDS=0.3)
        self.share(b'{"keys": []}')
        self.issuer.behave(hang)

        # The issuer is asked because of the kid, and says nothing.
        self.assert_unavailable(self.get_with("/stateless"))
        snapshot = self.keys.refresher.snapshot
        self.assertEqual((dict(snapshot.keys), snapshot.asked_at > 0), ({}, True))


class OneBadKeyTests(MovedClockCase):
    """What used to spoil the whole document spoils one key of it."""

    def test_half_a_character_and_deep_nesting_spoil_only_their_key(self):
        good = self.issuer.key.jwk
        bad: dict[str, Any] = {
            "half a character in a value": {**good, "kid": "bad", "comment": "\udfff"},
            "half a character in a name": {**good, "kid": "bad", "\ud800": ""},
            "half a character in the kid": {**good, "kid": "\ud800"},
            "half a character deep inside": {**good, "kid": "bad", "comment": [{"a": "\ud800"}]},
            "40 levels of arrays": {**good, "kid": "bad", "comment": DEEP},
            "40 levels of objects": {**good, "kid": "bad", "comment": json.loads('{"a":' * 40 + "1" + "}" * 40)},
            "40 levels and no object": DEEP,
            "half a character and no object": "\ud800",
        }
        for name, jwk in bad.items():
            with self.subTest(name):
                self.issuer.behave(answer_with({"keys": [jwk, good]}))
                self.start()

                self.assertEqual(self.status_of(), 200)
                self.assertEqual(tuple(self.keys.refresher.snapshot.keys), (good["kid"],))
                self.assertEqual(len(self.keys.refresher.snapshot.left_out), 1)

    def test_beside_the_keys_they_spoil_nothing(self):
        for member in ({"comment": "\ud800"}, {"comment": DEEP}, {"\ud800": 1}):
            with self.subTest(member=str(member)[:30]):
                self.issuer.behave(answer_with({**member, "keys": [self.issuer.key.jwk]}))
                self.start()

                self.assertEqual(self.status_of(), 200)

    def test_a_token_with_either_is_refused_as_before(self):
        self.start()
        for claim in ("\ud800", DEEP):
            self.assertEqual(self.status_of(comment=claim), 401)
