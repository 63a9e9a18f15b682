"""Tokens that are good, however odd they look: who refuses everything is no verifier."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.corpus.keys import KEYS
from tests.corpus.maker import LEFT_OUT, SHOULD, Maker, Row, json_bytes


def rows(make: Maker) -> Iterator[Row]:
    for name, says, token in [*plain(make), *headers(make), *subjects(make), *texts(make)]:
        yield Row(f"good-{name}", says, "", token)
    for name, says, token in [*clocks(make), *advised(make)]:
        yield Row(f"good-{name}", says, "", token, SHOULD)


def plain(make: Maker) -> Iterator[tuple[str, str, str]]:
    older = KEYS[f"older-{make.key.algorithm}"]
    technical = dict.fromkeys(("id", "name", "email", "emailVerified", "image"), LEFT_OUT)
    yield "plain", "What Better Auth signs by default.", make.token()
    yield "older-key", "Signed by the key that was in use before, which is still published.", make.token(key=older)
    yield "no-profile", "The five technical claims and nothing else.", make.token(**technical)
    yield "aud-array", "The audience is an array of one.", make.token(aud=[make.issuer])
    yield (
        "aud-second",
        "The audience is an array, and ours is not the first.",
        make.token(aud=["https://other.example", make.issuer]),
    )
    yield "nbf-past", "nbf is a minute ago.", make.token(nbf=make.now - 60)
    yield "jti", "It has an id.", make.token(jti="0198c5d2-8a52-7000-8000-000000000000")
    yield (
        "plugin-claims",
        "Claims of plugins: objects, arrays, numbers, null.",
        make.token(
            role="user,editor",
            banExpires=None,
            tags=[{"a": [1.5, -2, True]}],
            session={"id": "x", "o": {"slug": "acme"}},
        ),
    )
    yield "azp", "It was issued to a client that is not its subject.", make.token(azp="web", client_id="web")
    yield "scope", "It carries scopes.", make.token(scope="openid profile")
    yield "unknown-claims", "Unknown claims that look like ours (ISS, Exp).", make.token(ISS="x", Exp=1, Sub="bob")
    yield "nested-exp", "An old exp inside another claim.", make.token(session={"exp": 1, "nbf": 2**40, "aud": "other"})


def headers(make: Maker) -> Iterator[tuple[str, str, str]]:
    claims = make.claims()
    reordered = dict(reversed(make.header().items()))
    yield "typ-jwt", "typ is JWT.", make.token({"typ": "JWT"})
    yield "typ-lower-case", "typ is jwt: media types know no case (RFC 7515, 4.1.9).", make.token({"typ": "jwt"})
    yield "typ-long", "typ is application/jwt, the long form of JWT.", make.token({"typ": "application/jwt"})
    yield "header-order", "kid stands before alg.", make.sign(claims, reordered)
    yield (
        "header-spaces",
        "Blanks and line breaks between the members of the header.",
        make.sign(claims, json.dumps(make.header(), indent=2).encode()),
    )
    yield (
        "header-escapes",
        "Letters of the header are written as escapes.",
        make.sign(claims, json_bytes(make.header()).replace(b'"alg"', b'"\\u0061lg"')),
    )


def subjects(make: Maker) -> Iterator[tuple[str, str, str]]:
    subjects = {
        "digit": "1",
        "uuid": "0198c5d2-8a52-7c1e-9c2c-3f6c2b8d1a11",
        "email": "alice@example.com",
        "url": "https://people.example/alice?x=1#me",
        "cyrillic": "\u0430\u043b\u0438\u0441\u0430",
        "emoji": "alice \U0001f600",
        "inner-space": "alice in wonderland",
        "colon": "google:1234567890",
        "255": "a" * 255,
    }
    for name, subject in subjects.items():
        yield f"sub-{name}", f"sub is {subject[:40]!a}{' ...' * (len(subject) > 40)}.", make.token(sub=subject)


def texts(make: Maker) -> Iterator[tuple[str, str, str]]:
    claims = make.claims(name="Zo\u00eb \U0001f600", bio="[{" * 50)
    escaped = json_bytes(make.claims()).replace(b'"sub":"alice"', b'"s\\u0075b":"\\u0061lice"')
    yield (
        "raw-utf8",
        "Letters beyond ASCII as they are, and fifty brackets inside a string.",
        make.sign(json.dumps(claims, ensure_ascii=False).encode()),
    )
    yield "escaped-utf8", "The same as escapes, with a pair of surrogates.", make.sign(json_bytes(claims))
    yield (
        "spaces",
        "Blanks and line breaks between the claims.",
        make.sign(json.dumps(make.claims(), indent=4).encode()),
    )
    yield "escaped-names", "sub and its value are written with escapes.", make.sign(escaped)


def clocks(make: Maker) -> Iterator[tuple[str, str, str]]:
    now = make.now
    yield (
        "leeway-exp",
        "It expired two seconds ago; ten are allowed for clocks.",
        make.token(iat=now - 600, exp=now - 2),
    )
    yield "leeway-iat", "It was issued eight seconds from now.", make.token(iat=now + 8)
    yield "leeway-nbf", "It is valid from eight seconds from now.", make.token(nbf=now + 8)
    yield (
        "fractions",
        "iat and exp have fractions (RFC 7519, 2: NumericDate).",
        make.token(iat=now - 0.5, exp=now + 900.25),
    )
    yield (
        "exponent",
        "exp is written with an exponent.",
        make.sign(
            json_bytes(make.claims()).replace(
                f'"exp":{now + 900}'.encode(), f'"exp":{(now + 900) / 1e9:.9f}e9'.encode()
            )
        ),
    )
    yield "a-day", "It lives for exactly a day.", make.token(iat=now, exp=now + 86_400)
    yield "short", "It lives for thirty seconds.", make.token(iat=now, exp=now + 30)


def advised(make: Maker) -> Iterator[tuple[str, str, str]]:
    """Better Auth's default payload holds the picture, and some pictures are data."""
    for name, times in {"picture": 465, "large": 800}.items():
        token = make.token(image="data:image/png;base64," + "iVBORw0KGgo" * times)
        yield name, f"A picture in the token, which has {len(token):,} letters.", token
