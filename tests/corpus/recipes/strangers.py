"""What clients send by mistake: other credentials, and headers that are no bearer's."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.keys import encode
from tests.corpus.maker import SHOULD, Maker, Row, json_bytes


def opaque_rows(make: Maker) -> Iterator[Row]:
    session, mac = "hV3kQm1XzR8sT0pLwYcBn5JdKe7GfUa2", "c2lnbmF0dXJlIG9mIHRoZSBjb29raWUgYnkgSE1BQy0yNTY"
    sessions = {
        "session": ("Better Auth's session token: the commonest mistake.", session),
        "session-signed": ("The session token as the cookie signs it.", f"{session}.{mac}"),
        "session-signed-standard": ("The same in base64's standard alphabet.", f"{session}.{mac}+/AA="),
        "session-signed-percent": (
            "The same in percent encoding, as it stands in the cookie.",
            f"{session}.{mac}%2B%2FAA%3D",
        ),
        "session-cookie": ("The whole cookie.", f"better-auth.session_token={session}.{mac}"),
    }
    for name, (says, text) in sessions.items():
        yield Row(f"opaque-{name}", says, "session_token", text)
    yield Row("opaque-api-key", "An API key.", "api_key", "corpus_key_Q2hDN0pXb1VxT3hMdGZ5Z0RrRk1hS3ZQ")
    words = {
        "uuid": ("A UUID.", "0198c5d2-8a52-7000-8000-000000000000"),
        "number": ("A number.", "1"),
        "word-null": ("The word null, as JavaScript makes it of nothing.", "null"),
        "word-undefined": ("The word undefined.", "undefined"),
        "word-object": ("[object Object].", "[object Object]"),
        "json": ("A JSON object.", '{"token":"x"}'),
        "html": ("A page.", "<!doctype html><title>Sign in</title>"),
        "basic": ("What Basic would carry.", encode(b"alice:password")),
    }
    for name, (says, text) in words.items():
        yield Row(f"opaque-{name}", says, "no_jwt", text)
    # As many letters and digits as a session token has.
    yield Row("opaque-token-kid", "The kid of the key.", "session_token", make.key.kid)
    yield Row(
        "opaque-paseto", "A PASETO: four parts.", "malformed", f"v4.public.{encode(b'claims')}.{encode(b'footer')}"
    )
    yield Row("opaque-saml", "The start of a SAML assertion.", "no_jwt", encode(b'<saml:Assertion Version="2.0">'))
    yield Row("opaque-ip", "An address.", "malformed", "127.0.0.1")
    yield Row("opaque-version", "A version number: two dots.", "malformed", "1.7.25")
    yield from encrypted(make)


def encrypted(make: Maker) -> Iterator[Row]:
    """JWEs have five parts, and direct encryption leaves one of them empty."""
    direct = encode(json_bytes({"alg": "dir", "enc": "A256GCM", "kid": make.key.kid}))
    yield Row(
        "opaque-jwe-direct",
        "An encrypted token (alg dir).",
        "encrypted",
        f"{direct}..{encode(bytes(12))}.{encode(b'x' * 40)}.{encode(bytes(16))}",
    )
    bomb = encode(
        json_bytes({"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "p2c": 2**31 - 1, "p2s": encode(bytes(8))})
    )
    yield Row(
        "opaque-jwe-p2c",
        "An encrypted token that asks for two thousand million rounds of PBKDF2.",
        "encrypted",
        f"{bomb}.{encode(bytes(40))}.{encode(bytes(12))}.{encode(b'x' * 40)}.{encode(bytes(16))}",
    )
    zipped = encode(json_bytes({"alg": "dir", "enc": "A256GCM", "zip": "DEF"}))
    yield Row(
        "opaque-jwe-zip", "An encrypted token that is said to be compressed.", "encrypted", f"{zipped}..AAAA.AAAA.AAAA"
    )
    inner = make.token().encode()
    yield Row("opaque-nested", "A token as the claims of another, both signed.", "malformed_json", make.sign(inner))
    yield Row(
        "opaque-nested-cty", "The same, announced by cty.", "malformed_json", make.sign(inner, make.header(cty="JWT"))
    )


def authorization_rows(make: Maker) -> Iterator[Row]:
    token = make.token()
    good = {
        "lower-case": ("The scheme in small letters (RFC 9110, 11.1).", f"bearer {token}"),
        "upper-case": ("The scheme in capitals.", f"BEARER {token}"),
    }
    for name, (says, header) in good.items():
        yield Row(f"header-value-{name}", says, "", token, authorization=header)
    says = "Two blanks after the scheme (RFC 9110, 11.4)."
    yield Row("header-value-two-blanks", says, "", token, SHOULD, f"Bearer  {token}")
    bad = {
        "alone": ("The scheme and nothing else.", "Bearer", "empty"),
        "blank": ("The scheme and a blank.", "Bearer ", "empty"),
        "no-scheme": ("The token without a scheme.", token, "no_credentials"),
        "no-blank": ("No blank after the scheme.", f"Bearer{token}", "no_credentials"),
        "colon": ("A colon after the scheme.", f"Bearer: {token}", "no_credentials"),
        "tab": ("A tab instead of the blank.", f"Bearer\t{token}", "no_credentials"),
        "equals": ("The token as a parameter.", f"Bearer token={token}", "malformed"),
        "basic": ("Basic.", "Basic YWxpY2U6cGFzc3dvcmQ=", "no_credentials"),
        "token-scheme": ("The scheme Token, as Django REST Framework's own.", f"Token {token}", "no_credentials"),
        "jwt-scheme": ("The scheme JWT.", f"JWT {token}", "no_credentials"),
        "dpop-scheme": ("The scheme DPoP.", f"DPoP {token}", "no_credentials"),
        "two-schemes": ("The scheme twice.", f"Bearer Bearer {token}", "malformed"),
        "list": ("Two credentials in a list.", f"Bearer {token}, Bearer {token}", "malformed"),
        "basic-and-bearer": (
            "Basic and Bearer in a list.",
            f"Basic YWxpY2U6cGFzc3dvcmQ=, Bearer {token}",
            "no_credentials",
        ),
        "percent-blank": ("The blank in percent encoding.", f"Bearer%20{token}", "no_credentials"),
        "words-after": ("A word after the token.", f"Bearer {token} please", "malformed"),
        "blanks": ("A header of blanks.", "  ", "no_credentials"),
    }
    for name, (says, header, reason) in bad.items():
        # Who takes a good token from such a header is generous, and no more.
        yield Row(f"header-value-{name}", says, reason, "", SHOULD, header)
