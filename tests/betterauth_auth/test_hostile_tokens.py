"""Every way to lie in a token, with the reason it is refused for. All answers are the same 401."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from betterauth_auth.signals import token_refused
from tests.betterauth_auth.case import IssuerCase
from tests.fake_betterauth import FakeBetterAuth, SigningKey, encode

Row = tuple[str, str, str]


def with_signature_bits(token: str, change: int) -> str:
    head, _, signature = token.rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[change] ^= 1
    return f"{head}.{encode(bytes(raw))}"


def shapes(issuer: FakeBetterAuth) -> Iterator[Row]:
    token = issuer.token()
    header, payload, signature = token.split(".")
    yield "session_token", "one word", "hV3kQm1XzR8sT0pLwYcBn5Jd"
    yield "session_token", "one dot, as a signed session cookie", "hV3kQm1XzR8sT0pLwYcBn5Jd.c2lnbmF0dXJl"
    yield "session_token", "two segments of a JWT", f"{header}.{payload}"
    yield "malformed", "four segments", f"{token}.{signature}"
    yield "malformed", "five segments, as an encrypted token", f"{token}.{signature}.{signature}"
    yield "malformed", "only dots and letters", "a.b.c"
    yield "malformed", "padding", f"{header}.{payload}.{signature}=="
    yield "malformed", "padding in the middle", f"{header}=.{payload}.{signature}"
    yield "malformed", "the standard alphabet", f"{header}.{payload}.{'+/' * 43}"
    yield "malformed", "a space inside", f"{header}. {payload}.{signature}"
    yield "malformed", "a tab inside", f"{header}.\t{payload}.{signature}"
    yield "malformed", "a tilde inside", f"{header}.{payload[:-1]}~.{signature}"
    yield (
        "malformed",
        "left-over bits in the signature",
        f"{header}.{payload}.{signature[:-1]}{other_bits(signature[-1])}",
    )
    yield "malformed", "a length no base64 has", f"{header}.{payload}.{signature[:-1]}"
    yield "malformed", "two tokens", f"{token} {token}"
    yield "malformed", "quotes around it", f'"{token}"'
    yield "malformed", "Latin letters with accents", f"{header}.{payload}\xe9.{signature}"
    yield "malformed_json", "an empty header", f".{payload}.{signature}"
    yield "malformed_json", "an empty payload", f"{header}..{signature}"
    yield "bad_signature", "an empty signature", f"{header}.{payload}."
    yield "too_large", "one byte above 16 KiB", "a" * (16 * 1024 + 1)
    yield "too_large", "a signed token with a huge picture", issuer.token(image="x" * 16_000)


def other_bits(letter: str) -> str:
    """The next letter of the alphabet: it decodes to the same bytes for whoever ignores left-over bits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(letter) + 1]


def json_tricks(issuer: FakeBetterAuth) -> Iterator[Row]:
    claims = issuer.claims()
    text = json.dumps(claims)

    def added(more: str) -> bytes:
        return f"{text[:-1]}, {more}}}".encode()

    payloads = {
        "an array": b"[]",
        "a string": b'"alice"',
        "a number": b"1",
        "null": b"null",
        "no JSON at all": b"alice",
        "rubbish after the object": text.encode() + b"{}",
        "a trailing comma": text[:-1].encode() + b",}",
        "single quotes": text.replace('"', "'").encode(),
        "a comment": text.encode() + b"//",
        "a byte order mark": b"\xef\xbb\xbf" + text.encode(),
        "UTF-16": text.encode("utf-16"),
        "Latin-1": added('"x": "\xe9"').decode().encode("latin-1"),
        "overlong UTF-8": added('"x": "?"').replace(b"?", b"\xc0\xaf"),
        "a lone surrogate in bytes": added('"x": "?"').replace(b"?", b"\xed\xa0\x80"),
        "a lone surrogate by escape": added('"x": "\\ud800"'),
        "a lone surrogate as a name": added('"\\udfff": 1'),
        "a raw NUL": added('"x": "\x00"'),
        "a raw newline in a string": added('"x": "\n"'),
        "sub twice": added('"sub": "mallory"'),
        "exp twice": added('"exp": 9999999999'),
        "a name twice, once by escape": added('"s\\u0075b": "mallory"'),
        "a name twice, deep inside": added('"x": [{"a": 1, "a": 2}]'),
        "NaN": added('"x": NaN'),
        "Infinity": added('"x": Infinity'),
        "minus Infinity": added('"x": -Infinity'),
        "a number beyond all numbers": added('"x": 1e400'),
        "5,000 digits": added(f'"x": {"9" * 5000}'),
        "a leading zero": added('"x": 01'),
        "arrays 17 deep": added(f'"x": {"[" * 17}{"]" * 17}'),
        "objects 17 deep": added(f'"x": {"""{"a":""" * 17}1{"}" * 17}'),
        "arrays 5,000 deep": added(f'"x": {"[" * 5000}{"]" * 5000}'),
    }
    for name, payload in payloads.items():
        yield "malformed_json", f"payload: {name}", issuer.sign(payload)
    kid, alg = issuer.key.kid, issuer.key.algorithm
    headers = {
        "alg twice": f'{{"alg": "{alg}", "alg": "none", "kid": "{kid}"}}',
        "kid twice": f'{{"alg": "{alg}", "kid": "{kid}", "kid": "{kid}"}}',
        "an array": "[]",
        "cut short": f'{{"alg": "{alg}", "kid": "{kid}"',
    }
    for name, header in headers.items():
        yield "malformed_json", f"header: {name}", issuer.sign(claims, headers=header.encode())


def headers(issuer: FakeBetterAuth) -> Iterator[Row]:
    foreign: dict[str, Any] = {
        "crit": ["exp"],
        "b64": False,
        "zip": "DEF",
        "jwk": issuer.key.jwk,
        "jku": "https://mallory.example/jwks",
        "x5u": "https://mallory.example/cert",
        "x5c": ["MIIB"],
        "x5t": "abc",
        "x5t#S256": "abc",
        "cty": "JWT",
        "enc": "A256GCM",
        "p2c": 2**31,
        "ALG": "none",
    }
    for name, value in foreign.items():
        yield "header_parameter", f"header {name}", issuer.token(headers={name: value})
    algorithms = ["none", "None", "NONE", "", "HS256", "HS512", "ES256", "RS256", "PS256", "eddsa", "EdDSA ", "Ed448"]
    for value in [*algorithms, "ES256K", 1, True, ["EdDSA"], {"alg": "EdDSA"}, None]:
        yield "algorithm", f"alg {value!r}", issuer.token(headers={"alg": value})
    for value in [
        "better-auth.session-cache+jwt",
        "logout+jwt",
        "at+jwt",
        "application/at+jwt",
        "JWE",
        "",
        "absent",
        1,
        [],
    ]:
        yield "token_type", f"typ {value!r}", issuer.token(headers={"typ": value})
    for value in [None, "", 1, True, ["a"], {}, "k" * 129, "\x00", "a\nb", "\u212a", "\u202e"]:
        yield "kid", f"kid {value!r}"[:40], issuer.token(headers={"kid": value})
    yield "malformed_json", "kid with half a character", issuer.token(headers={"kid": "kid\ud800"})
    for value in ["../../../etc/passwd", "' OR 1=1 --", issuer.key.kid.swapcase(), f" {issuer.key.kid}", "other"]:
        yield "unknown_kid", f"kid {value!r}", issuer.token(headers={"kid": value})


def claims(issuer: FakeBetterAuth) -> Iterator[Row]:
    now, url = int(time.time()), issuer.url
    for value in [f"{url}/", url.upper(), f"{url}/api/auth", "https://mallory.example", "", None, 1, [url], {"a": url}]:
        yield "issuer", f"iss {value!r}", issuer.token(iss=value)
    others = ["https://other.example", f"{url}/", "", None, [], ["https://other.example"], "better-auth:session-cache"]
    for value in [*others, 1, {url: 1}, [url, 1], [[url]]]:
        yield "audience", f"aud {value!r}", issuer.token(aud=value)
    for value in [now - 11, 0, -1, 1.5, -(10**60)]:
        yield "expired", f"exp {value!r}", issuer.token(exp=value)
    for value in ["9999999999", True, [now + 900], {"a": 1}]:
        yield "claim_type", f"exp {value!r}", issuer.token(exp=value)
        yield "claim_type", f"iat {value!r}", issuer.token(iat=value)
        yield "claim_type", f"nbf {value!r}", issuer.token(nbf=value)
    for name in ("exp", "iat", "sub"):
        yield "missing_claim", f"no {name}", issuer.sign({k: v for k, v in issuer.claims().items() if k != name})
    yield "claim_type", "nbf null", issuer.sign({**issuer.claims(), "nbf": None})
    for value in [now + 60, now + 10**9, 1e300, 10**60]:
        yield "issued_in_future", f"iat {value!r}", issuer.token(iat=value, exp=10**61)
        yield "not_yet_valid", f"nbf {value!r}", issuer.token(nbf=value)
    for issued, expires in [
        (now, now + 86_401),
        (now, 1e300),
        (now, 10**60),
        (-(10**60), now + 60),
        (now + 5, now + 5),
    ]:
        yield "lifetime", f"iat {issued!r} exp {expires!r}"[:40], issuer.token(iat=issued, exp=expires)
    yield "lifetime", "exp before iat", issuer.token(iat=now + 5, exp=now - 5)
    subjects = [
        "",
        " ",
        " alice",
        "alice ",
        "a" * 256,
        "a\x00b",
        "a\nb",
        "a\x7f",
        "a\u202eb",
        "a\u200bb",
        "a\u2028b",
        1,
    ]
    for value in [*subjects, 1.5, True, ["alice"], {"id": "alice"}]:
        yield "subject", f"sub {value!r}"[:40], issuer.sign({**issuer.claims(), "sub": value})
    yield "subject", "sub null", issuer.sign({**issuer.claims(), "sub": None})
    yield "sender_constrained", "cnf", issuer.token(cnf={"jkt": "abc"})
    yield "sender_constrained", "cnf null", issuer.sign({**issuer.claims(), "cnf": None})
    yield "client_credentials", "client_id is sub", issuer.token(sub="machine", client_id="machine")
    yield "client_credentials", "azp is sub", issuer.token(sub="machine", azp="machine")


def signatures(issuer: FakeBetterAuth) -> Iterator[Row]:
    token, mallory = issuer.token(), SigningKey.make(kid=issuer.key.kid)
    header, payload, signature = token.split(".")
    public = issuer.key.private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    elsewhere = encode(issuer.claims(sub="mallory"))
    yield "bad_signature", "another key under the right kid", issuer.token(key=mallory)
    yield "bad_signature", "one bit changed at the start", with_signature_bits(token, 0)
    yield "bad_signature", "one bit changed at the end", with_signature_bits(token, 63)
    yield "bad_signature", "zeros", f"{header}.{payload}.{encode(bytes(64))}"
    yield "bad_signature", "one byte too few", f"{header}.{payload}.{encode(bytes(63))}"
    yield "bad_signature", "one byte too many", f"{token.rpartition('.')[0]}.{encode(decoded(signature) + b'x')}"
    yield "bad_signature", "the claims of somebody else", f"{header}.{elsewhere}.{signature}"
    yield "bad_signature", "a signature of another token", f"{header}.{payload}.{issuer.token(sub='bob').split('.')[2]}"
    yield "bad_signature", "S plus the group order", f"{header}.{payload}.{encode(malleated(decoded(signature)))}"
    yield "bad_signature", "the header spelled otherwise", f"{encode(decoded(header) + b' ')}.{payload}.{signature}"
    for algorithm in ("HS256", "HS384", "HS512"):
        forged = encode({"alg": algorithm, "kid": issuer.key.kid}) + "." + payload
        mac = hmac.digest(public, forged.encode(), f"sha{algorithm[2:]}")
        yield "algorithm", f"the public key as the secret of {algorithm}", f"{forged}.{encode(mac)}"
    unsigned = encode({"alg": "none", "kid": issuer.key.kid})
    yield "algorithm", "none with an empty signature", f"{unsigned}.{payload}."
    elliptic = SigningKey("ES256", issuer.key.kid, ec.generate_private_key(ec.SECP256R1()), {})
    yield "algorithm", "an algorithm that is not listed", issuer.token(key=elliptic)


def decoded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "==")


def malleated(signature: bytes) -> bytes:
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order
    return signature[:32] + scalar.to_bytes(32, "little")


class HostileTokenTests(IssuerCase):
    def test_every_hostile_token_is_refused_for_its_reason(self):
        rows = [row for table in (shapes, json_tricks, headers, claims, signatures) for row in table(self.issuer)]
        self.assertGreater(len(rows), 150)
        for reason, name, token in rows:
            with self.subTest(reason=reason, token=name):
                self.configure(UNKNOWN_KID_BURST=100)
                self.assertEqual(self.refusal_of(token), reason)

    def refusal_of(self, token: str) -> str:
        reasons = []
        receiver = lambda reason, **kwargs: reasons.append(reason)  # noqa: E731
        token_refused.connect(receiver)
        response = self.get(token, "/stateless")
        token_refused.disconnect(receiver)
        self.assert_answers(response, 401)
        self.assertEqual(response.content, b'{"detail":"A valid Better Auth token is needed."}')
        return "".join(reasons)

    def test_no_two_reasons_can_be_told_apart_from_outside(self):
        answers = set()
        for table in (shapes, json_tricks, headers, claims, signatures):
            for _, _, token in list(table(self.issuer))[:5]:
                self.configure(UNKNOWN_KID_BURST=100)
                response = self.get(token, "/stateless")
                answers.add((response.content, tuple(response.headers.items())))

        self.assertEqual(len(answers), 1)

    def test_junk_that_cannot_be_good_never_causes_a_fetch(self):
        for claims_of_junk in ({"iss": "https://mallory.example"}, {"aud": "other"}, {"exp": 1}):
            self.get_with("/stateless", **claims_of_junk)

        self.assertEqual(self.issuer.requests, 0)


class AcceptedTokenTests(IssuerCase):
    def test_what_better_auth_really_sends_is_accepted(self):
        now, url = int(time.time()), self.issuer.url
        tokens = {
            "typ JWT": self.issuer.token(headers={"typ": "JWT"}),
            "typ in small letters": self.issuer.token(headers={"typ": "jwt"}),
            "aud as an array": self.issuer.token(aud=["https://other.example", url]),
            "fractions of seconds": self.issuer.token(iat=now - 0.5, exp=now + 900.25),
            "within the leeway": self.issuer.token(iat=now - 900, exp=now - 5),
            "clock ahead": self.issuer.token(iat=now + 8, nbf=now + 8),
            "exactly a day": self.issuer.token(iat=now, exp=now + 86_400),
            "sub 1": self.issuer.token(sub="1"),
            "sub an e-mail address": self.issuer.token(sub="alice@example.com"),
            "sub in another script": self.issuer.token(sub="\u0430\u043b\u0438\u0441\u0430"),
            "255 characters": self.issuer.token(sub="a" * 255),
            "a picture in the token": self.issuer.token(image="data:image/png;base64," + "A" * 7000),
            "plugin fields": self.issuer.token(role="admin", banned=False, banExpires=None, tags=[{"a": [1.5]}]),
            "an emoji by escape": self.issuer.token(name="\U0001f600"),
            "many brackets in a name": self.issuer.token(name="[{" * 50),
            "an issuer of the client": self.issuer.token(azp="web", client_id="web"),
        }
        for name, token in tokens.items():
            with self.subTest(name):
                self.assert_answers(self.get(token, "/stateless"), 200)

    def test_an_access_token_is_accepted_only_when_configured(self):
        token = self.issuer.token(headers={"typ": "at+jwt"})
        self.assert_answers(self.get(token, "/stateless"), 401)

        self.configure(TOKEN_TYPES=["absent", "at+jwt"])

        self.assert_answers(self.get(token, "/stateless"), 200)
        self.assert_answers(self.get_with("/stateless", headers={"typ": "application/AT+JWT"}), 200)
        self.assert_answers(self.get_with("/stateless", headers={"typ": "JWT"}), 401)
