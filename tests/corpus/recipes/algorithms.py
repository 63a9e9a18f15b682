"""Tokens that name another algorithm than the key's, or none."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.corpus.keys import KEYS, decode, encode
from tests.corpus.maker import LEFT_OUT, Maker, Row, json_bytes

ALGORITHMS = ("EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512")


def rows(make: Maker) -> Iterator[Row]:
    yield from unsigned_by(make)
    yield from misnamed(make)
    yield from other_keys(make)
    yield from secrets(make)


def unsigned_by(make: Maker) -> Iterator[Row]:
    spellings = {
        "none": "none",
        "capital": "None",
        "upper": "NONE",
        "mixed": "nOnE",
        "blank": "none ",
        "empty": "",
        "nul": "none\0",
    }
    for name, alg in spellings.items():
        unsigned = make.unsigned(header=make.header(alg=alg))
        yield Row(f"alg-{name}-unsigned", f"alg is {alg!r} and the signature is empty.", "algorithm", f"{unsigned}.")
        yield Row(
            f"alg-{name}-kept",
            f"alg is {alg!r} and a signature stands there all the same.",
            "algorithm",
            make.token({"alg": alg}),
        )
    bare = make.unsigned(header={"alg": "none"})
    yield Row("alg-none-bare", "alg none, no kid, no signature (RFC 7519, 6.1).", "algorithm", f"{bare}.")
    typed = make.unsigned(header={"typ": "JWT", "alg": "none", "kid": make.key.kid})
    yield Row("alg-none-typed", "typ JWT, alg none, signed with a zero byte.", "algorithm", f"{typed}.AA")


def misnamed(make: Maker) -> Iterator[Row]:
    others = [name for name in ALGORITHMS if name != make.key.algorithm]
    values: dict[str, Any] = {name.lower(): name for name in [*others, "ES256K", "Ed448", "HS256", "RSA1_5", "dir"]}
    values |= {"lower-case": make.key.algorithm.lower(), "padded": f"{make.key.algorithm} ", "number": 1, "true": True}
    values |= {"list": [make.key.algorithm], "object": {"alg": make.key.algorithm}, "null": None, "left-out": LEFT_OUT}
    for name, alg in values.items():
        shown = "left out" if alg is LEFT_OUT else repr(alg)
        says = f"The signature is genuine and alg is {shown}."
        yield Row(f"alg-named-{name}", says, "algorithm", make.token({"alg": alg}))


def other_keys(make: Maker) -> Iterator[Row]:
    """The set holds keys of other algorithms too, from before the configuration was changed."""
    for algorithm in ("EdDSA", "ES256", "RS256"):
        if algorithm != make.key.algorithm:
            says = f"A genuine {algorithm} signature by a published key; the settings do not list {algorithm}."
            yield Row(f"alg-unlisted-{algorithm.lower()}", says, "algorithm", make.token(key=KEYS[f"main-{algorithm}"]))


def secrets(make: Maker) -> Iterator[Row]:
    """The public key, in one form or another, as the secret of an HMAC."""
    public = make.key.public
    forms = {
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "pem-stripped": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).strip(),
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "jwk": json_bytes(make.key.jwk),
        "material": decode(make.key.jwk.get("x") or make.key.jwk["n"]),
        "material-text": (make.key.jwk.get("x") or make.key.jwk["n"]).encode(),
        "kid": make.key.kid.encode(),
        "nothing": b"",
        "word": b"secret",
    }
    for name, secret in forms.items():
        token = with_mac(make, "HS256", secret)
        yield Row(f"alg-hs256-{name}", f"HS256 with a secret that everybody has: {name}.", "algorithm", token)
    for algorithm in ("HS384", "HS512"):
        token = with_mac(make, algorithm, forms["pem"])
        yield Row(
            f"alg-{algorithm.lower()}-pem", f"{algorithm} with the public key's PEM as the secret.", "algorithm", token
        )


def with_mac(make: Maker, algorithm: str, secret: bytes, **header: Any) -> str:
    unsigned = make.unsigned(header=make.header(alg=algorithm, **header))
    return f"{unsigned}.{encode(hmac.digest(secret, unsigned.encode(), f'sha{algorithm[2:]}'))}"
