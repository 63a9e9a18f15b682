"""How fetches end, what is logged of them and what they carry. What each failing server comes to is in the corpus."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import threading
import time
from pathlib import Path

from betterauth_auth import conf, counters
from betterauth_auth.jwks import keyset
from tests.betterauth_auth.case import IssuerCase
from tests.fake_betterauth import (
    FakeBetterAuth,
    SigningKey,
    answer_with,
    answer_with_keys,
    drip_body,
    drip_headers,
    hang,
    redirect_to,
)

JWK = SigningKey.make().jwk
SLOW_BEHAVIOURS = {"a hang": hang, "dripped headers": drip_headers, "a dripped body": drip_body}


class MisbehavingIssuerTests(IssuerCase):
    def test_a_dripped_tls_handshake_is_cut_off(self):
        listener = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        sent: list[int] = []

        def drip_a_record() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                for byte in b"\x16\x03\x03\x40\x00" + bytes(1000):
                    connection.send(bytes([byte]))
                    sent.append(byte)
                    time.sleep(0.05)

        threading.Thread(target=drip_a_record, daemon=True).start()
        self.configure(FETCH_SECONDS=0.3, JWKS_URL=f"https://127.0.0.1:{listener.getsockname()[1]}/jwks")

        self.assert_answers(self.get_with("/stateless"), 503)
        self.assert_fetch_ends("timeout")
        self.assertIn(len(sent), range(2, 500))

    def test_no_fetch_outlives_its_time(self):
        for name, behaviour in SLOW_BEHAVIOURS.items():
            with self.subTest(name), FakeBetterAuth() as self.issuer:
                self.configure(FETCH_SECONDS=0.3)
                self.issuer.behave(behaviour)
                self.get_with("/stateless")

                self.assert_fetch_ends("timeout")
                self.assertEqual(self.issuer.requests, 1)

    def assert_fetch_ends(self, outcome: str) -> None:
        keys = keyset.of(conf.current().policies[0].source)
        deadline = time.monotonic() + 2
        while keys.refresher.running is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual((keys.refresher.running, keys.refresher.outcome.reason), (None, outcome))

    def test_the_issuer_is_left_alone_for_as_long_as_it_asks(self):
        self.issuer.behave(answer_with(b"", 429, X_Retry_After="17"))
        self.get_with("/stateless")

        response = self.get_with("/stateless")

        self.assertIn(int(response["Retry-After"]), range(15, 19))
        self.assertEqual(self.issuer.requests, 1)

    def test_no_issuer_can_lock_itself_out_for_ever(self):
        self.issuer.behave(answer_with(b"", 429, Retry_After="999999999"))
        self.get_with("/stateless")

        self.assertIn(int(self.get_with("/stateless")["Retry-After"]), range(20, 32))

    def test_a_redirect_is_not_followed(self):
        with FakeBetterAuth() as mallory:
            self.issuer.behave(redirect_to(f"{mallory.url}/api/auth/jwks"))
            self.get_with("/stateless")

            self.assertEqual((self.issuer.requests, mallory.requests), (1, 0))

    def test_a_key_that_cannot_be_used_does_not_spoil_the_others(self):
        strangers = [None, 1, "key", [], {}, {"kid": 1}, {**JWK, "x": "AAAA"}, {**JWK, "kty": "oct", "k": "c2VjcmV0"}]
        self.issuer.behave(answer_with({"keys": [*strangers, self.issuer.key.jwk]}))

        self.assert_answers(self.get_with("/stateless"), 200)

    def test_a_key_that_is_ambiguous_json_does_not_spoil_the_others(self):
        good = json.dumps(self.issuer.key.jwk)
        body = f'{{"keys": [{{"kid": "a", "kid": "b"}}, {{"kid": NaN}}, {{"kid": {"9" * 99}}}, {good}]}}'
        self.issuer.behave(answer_with(body.encode()))

        self.assert_answers(self.get_with("/stateless"), 200)

    def test_published_private_keys_are_dropped_with_a_loud_log(self):
        self.issuer.behave(answer_with({"keys": [{**self.issuer.key.jwk, "d": "AAAA"}]}))

        with self.assertLogs("betterauth_auth.jwks.keys", "CRITICAL"):
            self.assert_answers(self.get_with("/stateless"), 200)

    def test_the_request_names_itself_and_carries_no_credentials(self):
        with tempfile.TemporaryDirectory() as folder:
            netrc = Path(folder) / "netrc"
            netrc.write_text("machine 127.0.0.1 login alice password secret\n")
            os.environ["NETRC"] = str(netrc)
            self.addCleanup(os.environ.pop, "NETRC")
            self.get_with("/stateless")

        self.assertIn("betterauth_auth", self.issuer.request_headers["User-Agent"])
        self.assertNotIn("Authorization", self.issuer.request_headers)

    def test_outcomes_are_counted(self):
        before = counters.fetches().get("status_500", 0)
        self.issuer.behave(answer_with(b"", 500))
        self.get_with("/stateless")

        self.assertEqual(counters.fetches()["status_500"], before + 1)

    def test_the_log_holds_the_reason_and_never_the_token(self):
        self.issuer.behave(answer_with_keys)
        tokens = [self.issuer.token(exp=1), self.issuer.token(headers={"kid": "x"}), self.issuer.token()[:-9]]
        with self.assertLogs("betterauth_auth", "DEBUG") as logs:
            for token in tokens:
                self.get(token, "/stateless")

        text = "\n".join(logs.output) + "".join(str(record.__dict__) for record in logs.records)
        self.assertIn("expired", text)
        for token in tokens:
            self.assertFalse(any(segment in text for segment in token.split(".")[1:]))
