"""Key sets with a key under which anybody can sign, or somebody who can factor."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tests.corpus import edwards
from tests.corpus.keys import KEYS, PrivateKey, decode_integer, encode, encode_integer, pkcs1_encoded
from tests.corpus.maker import MUST, SHOULD
from tests.corpus.recipes.keysets import KeySet, maker, with_good_key


def weak_keys(now: int) -> Iterator[KeySet]:
    yield from small_order(now)
    yield from weak_rsa(now)


def small_order(now: int) -> Iterator[KeySet]:
    """R is the neutral point and S is zero: true for any message whose hash times the key is the neutral point."""
    points = {f"small-order-{multiple}": edwards.encode(edwards.small_order(multiple)) for multiple in range(8)}
    points["small-order-prime"] = edwards.P.to_bytes(32, "little")
    points["small-order-prime-plus-one"] = (edwards.P + 1).to_bytes(32, "little")
    for name, public in points.items():
        jwk = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": name, "x": encode(public)}
        says = f"A key of small order ({public.hex()[:8]}...): a signature without any private key."
        yield with_good_key(name, says, now, jwk, forged_by_small_order(f"keyset-{name}", now, public), SHOULD)


def forged_by_small_order(entry_id: str, now: int, public: bytes) -> str:
    make, r = maker(entry_id, now), edwards.encode(edwards.IDENTITY)
    y = int.from_bytes(public, "little") % 2**255 % edwards.P
    point = (edwards.x_of(y, public[31] >> 7), y) if y != 1 else edwards.IDENTITY
    for number in range(1000):
        unsigned = make.unsigned(make.claims(jti=str(number)), make.header(kid=entry_id.removeprefix("keyset-")))
        if edwards.multiply(edwards.challenge(r, public, unsigned.encode()) % 8, point) == edwards.IDENTITY:
            return f"{unsigned}.{encode(r + bytes(32))}"
    raise AssertionError("no message fits")


def weak_rsa(now: int) -> Iterator[KeySet]:
    rows = {
        "rsa-1024": ("An RSA key of 1,024 bits (RFC 7518, 3.3: 2,048 or more).", KEYS["rsa-1024"], 128, MUST),
        "rsa-multiple-of-3": ("An RSA key whose modulus is a multiple of 3.", KEYS["rsa-multiple-of-3"], 257, SHOULD),
        "rsa-roca": ("An RSA key that an Infineon chip made (ROCA, CVE-2017-15361).", KEYS["rsa-roca"], 256, SHOULD),
    }
    for name, (says, key, size, level) in rows.items():
        yield with_good_key(name, says, now, key.jwk, raw_token(f"keyset-{name}", now, key, size), level)
    rsa = KEYS["main-RS256"]
    plain = {name: rsa.private_jwk[name] for name in ("kty", "kid", "n")}
    one = PrivateKey("RS256", {**plain, "e": "AQ", "d": "AQ"})
    says = "An RSA key whose exponent is one: every message is its own signature."
    yield with_good_key("rsa-exponent-one", says, now, one.jwk, raw_token("keyset-rsa-exponent-one", now, one))
    order = (decode_integer(rsa.private_jwk["p"]) - 1) * (decode_integer(rsa.private_jwk["q"]) - 1)
    exponent = next(number for number in range(2**2000 + 1, 2**2000 + 1000, 2) if math.gcd(number, order) == 1)
    large = PrivateKey("RS256", {**plain, "e": encode_integer(exponent), "d": encode_integer(pow(exponent, -1, order))})
    says = "An RSA key whose exponent has 2,000 bits: each check costs a hundred."
    yield with_good_key(
        "rsa-exponent-large", says, now, large.jwk, raw_token("keyset-rsa-exponent-large", now, large), SHOULD
    )


def raw_token(entry_id: str, now: int, key: PrivateKey, size: int = 256) -> str:
    make = maker(entry_id, now)
    unsigned = make.unsigned(header=make.header(key))
    return f"{unsigned}.{encode(key.sign_raw(pkcs1_encoded(unsigned.encode(), 'sha256', size)))}"
