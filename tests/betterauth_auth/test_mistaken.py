"""What the log says of other credentials that were sent in place of a JWT. The corpus has more of them."""

from __future__ import annotations

import string
import time

from django.test import SimpleTestCase

from betterauth_auth.mistaken import refusal
from tests.betterauth_auth.case import IssuerCase
from tests.fake_betterauth import encode

LETTERS = string.ascii_letters
SESSION = "hV3kQm1XzR8sT0pLwYcBn5JdKe7GfUa2"
DIRECT = encode({"alg": "dir", "enc": "A256GCM"})
KINDS = {
    "session_token": (
        SESSION,
        f"__Secure-better-auth.session_token={SESSION}.c2ln%2BYQ%3D",
        f"{SESSION}.c2ln+a/=",
        "1" * 32,
    ),
    "oauth_token": (LETTERS[:32], f"app_at_{LETTERS[:32]}"),
    "api_key": ((LETTERS * 2)[:64], f"acme-{(LETTERS * 2)[:64]}", "sk_live_51H8aBcDeFgHiJkLmNoPqRs"),
    "encrypted": (f"{DIRECT}..AAAA.AAAA.AAAA",),
    "malformed": (f"{DIRECT}.e30", f"{DIRECT}.e30.AA.AA", f"{DIRECT}.e30.A", "a.b", "1.7.25"),
    "no_jwt": ("undefined", "0198c5d2-8a52-7000-8000-000000000000", "e30", f"Bearer {SESSION}", SESSION + "x"),
}
# Five segments of which the first is not that of an encrypted token, and a header as long as a session token.
KINDS["malformed"] += (f"{encode({'alg': 'EdDSA'})}.e30.AA.AA.AA", f"{encode({'alg': 'EdDSA', 'b': 1234})}.e30")


class OtherCredentialsAreNamed(IssuerCase):
    def test_in_the_log_and_nowhere_else(self):
        answers = set()
        for reason, tokens in KINDS.items():
            for token in tokens:
                with self.subTest(reason, token=token), self.assertLogs("betterauth_auth") as logged:
                    response = self.get(token, "/stateless")
                    self.assertIn(reason, logged.output[0])
                    self.assertNotIn(token, logged.output[0])
                answers.add((response.status_code, response.content, response["WWW-Authenticate"]))
        self.assertEqual(len(answers), 1)


class NamingIsCheap(SimpleTestCase):
    def test_whatever_is_sent(self):
        for text in (
            "_a" * 8192,
            "a_" * 8192,
            "a" * 16384,
            "a" * 31 + "_",
            "." * 16384,
            "=" * 16384,
            f"a_{'b' * 16000}=",
        ):
            started = time.perf_counter()
            refusal(text.encode())
            with self.subTest(text[:8]):
                self.assertLess(time.perf_counter() - started, 0.05)
