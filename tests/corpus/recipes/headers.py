"""Header parameters that a token must not be able to steer a verifier with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.corpus.keys import encode
from tests.corpus.maker import LEFT_OUT, MUST, SHOULD, Maker, Row, json_bytes

ALGORITHMS = ("EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512")


def rows(make: Maker) -> Iterator[Row]:
    yield from critical(make)
    yield from embedded(make)
    yield from foreign(make)


def critical(make: Maker) -> Iterator[Row]:
    """RFC 7515, 4.1.11: who does not understand what `crit` names must refuse."""
    lists: dict[str, tuple[Any, dict[str, Any]]] = {
        "unknown": (["https://example.com/x"], {"https://example.com/x": True}),
        "absent": (["x"], {}),
        "exp": (["exp"], {"exp": 1}),
        "empty": ([], {}),
        "string": ("exp", {"exp": 1}),
        "null": (None, {}),
        "registered": (["alg"], {}),
        "numbers": ([1], {}),
    }
    for name, (value, more) in lists.items():
        token = make.token({"crit": value, **more})
        level = SHOULD if name in {"empty", "null", "registered"} else MUST
        yield Row(f"header-crit-{name}", f"crit is {value!r}.", "header_parameter", token, level)
    payload = b"." + json_bytes(make.claims())
    header = make.header(b64=False, crit=["b64"])
    signed = make.unsigned(b"", header).encode() + payload[1:]
    yield Row(
        "header-b64",
        "Signed over unencoded claims (RFC 7797), which are sent encoded.",
        "header_parameter",
        make.unsigned(None, header) + "." + encode(make.key.sign(signed)),
    )
    yield Row(
        "header-b64-crit",
        "b64 is false and critical, the signature is an ordinary one.",
        "header_parameter",
        make.token({"b64": False, "crit": ["b64"]}),
    )
    yield Row(
        "header-b64-alone",
        "b64 is false without being critical.",
        "header_parameter",
        make.token({"b64": False}),
        SHOULD,
    )


def embedded(make: Maker) -> Iterator[Row]:
    """The attacker's key comes along, or the place where it is, and the attacker has signed."""
    mallory = make.mallory
    signs = {
        "jwk": ("the key itself", {"jwk": mallory.jwk}),
        "jku": ("the address of a key set", {"jku": make.mallory_url}),
        "x5u": ("the address of a certificate", {"x5u": make.mallory_url}),
        "x5c": ("a certificate", {"x5c": [encode(b"certificate")]}),
        "iss": ("an issuer", {"iss": make.mallory_url.removesuffix("/jwks")}),
        "jwks": ("a key set", {"jwks": {"keys": [mallory.jwk]}}),
    }
    for name, (says, more) in signs.items():
        token = make.sign(make.claims(), make.header(**more), mallory)
        yield Row(
            f"header-mallory-{name}", f"Signed by the attacker; {says} is in the header.", "header_parameter", token
        )
        alone = make.sign(make.claims(), make.header(**more, kid=LEFT_OUT), mallory)
        yield Row(
            f"header-mallory-{name}-no-kid",
            f"The same without a kid: {says} alone names the key.",
            "header_parameter",
            alone,
        )


def foreign(make: Maker) -> Iterator[Row]:
    """The signature is genuine, but nobody writes these parameters but somebody who wants something."""
    parameters: dict[str, Any] = {
        "jwk": make.key.jwk,
        "jku": make.mallory_url,
        "x5u": make.mallory_url,
        "x5c": ["MIIB"],
        "x5t": "abc",
        "x5t-s256": "abc",
        "cty": "JWT",
        "zip": "DEF",
        "enc": "A256GCM",
        "p2c": 2**31 - 1,
        "epk": {"kty": "OKP"},
        "nonce": "abc",
        "upper-alg": "none",
    }
    names = {"x5t-s256": "x5t#S256", "upper-alg": "ALG"}
    for name, value in parameters.items():
        parameter = names.get(name, name)
        token = make.token({parameter: value})
        yield Row(f"header-{name}", f"The header holds {parameter}.", "header_parameter", token, SHOULD)


def type_rows(make: Maker) -> Iterator[Row]:
    """Other tokens that the same keys sign (RFC 8725, 3.11), each good but for its kind."""
    values: dict[str, Any] = {
        "session-cache": "better-auth.session-cache+jwt",
        "logout": "logout+jwt",
        "access-token": "at+jwt",
        "access-token-long": "application/at+jwt",
        "id-token": "id_token+jwt",
        "dpop": "dpop+jwt",
        "introspection": "token-introspection+jwt",
        "secevent": "secevent+jwt",
        "jose": "JOSE",
        "jwe": "JWE",
        "empty": "",
        "absent": "absent",
    }
    for name, typ in values.items():
        yield Row(f"typ-{name}", f"typ is {typ!r}.", "token_type", make.token({"typ": typ}), SHOULD)
    for name, typ in {"number": 1, "list": ["JWT"], "null": None, "object": {"typ": "JWT"}}.items():
        yield Row(
            f"typ-{name}",
            f"typ is {typ!r} and no text (RFC 7515, 4.1.9).",
            "token_type",
            make.token({"typ": typ}),
            SHOULD,
        )
