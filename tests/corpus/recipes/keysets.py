"""Key sets with something wrong in them, each with tokens that must and must not pass under it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.corpus.keys import KEYS, PrivateKey, decode, decode_integer, encode, encode_integer
from tests.corpus.maker import ACCEPT, MUST, REFUSE, SHOULD, Maker
from tests.corpus.recipes.algorithms import with_mac

Jwk = dict[str, Any]
GOOD = KEYS["main-EdDSA"]
ALGORITHMS = ("EdDSA", "ES256", "RS256")


class Tried(NamedTuple):
    says: str
    token: str
    expect: str
    reason: str = ""


class KeySet(NamedTuple):
    id: str
    says: str
    document: str
    tried: tuple[Tried, ...]
    level: str = MUST


def issuer_of(entry_id: str) -> str:
    return f"https://{entry_id}.example.com"


def key_sets(now: int) -> Iterator[KeySet]:
    yield from beside_the_good_one(now)
    yield from odd_but_good(now)
    yield from shared_names(now)


def maker(entry_id: str, now: int, key: PrivateKey = GOOD) -> Maker:
    return Maker(issuer_of(entry_id), key, now)


def with_good_key(
    name: str, says: str, now: int, bad: Any, forged: str = "", level: str = MUST, reason: str = "unknown_kid"
) -> KeySet:
    """A set of two, the bad one first: it verifies nothing and spoils nothing."""
    make = maker(f"keyset-{name}", now)
    tried = [Tried("by the good key of the set", make.token(), ACCEPT)]
    if forged:
        tried.insert(0, Tried("by the bad key of the set", forged, REFUSE, reason))
    document = bad if isinstance(bad, str) else json.dumps({"keys": [bad, GOOD.jwk]}, separators=(",", ":"))
    return KeySet(f"keyset-{name}", says, document, tuple(tried), level)


def beside_the_good_one(now: int) -> Iterator[KeySet]:
    yield from restricted(now)
    yield from foreign_kinds(now)
    yield from damaged(now)
    yield from no_keys(now)


def restricted(now: int) -> Iterator[KeySet]:
    """The material is good, and the set says what it is not for (RFC 7517, 4.2 and 4.3)."""
    other = KEYS["older-EdDSA"]
    limits: dict[str, Jwk] = {
        "use-enc": {"use": "enc"},
        "use-unknown": {"use": "tls"},
        "use-number": {"use": 1},
        "key-ops-sign": {"key_ops": ["sign"]},
        "key-ops-encrypt": {"key_ops": ["encrypt", "wrapKey"]},
        "key-ops-empty": {"key_ops": []},
        "key-ops-text": {"key_ops": "verify"},
    }
    for name, limit in limits.items():
        token = maker(f"keyset-{name}", now).token(key=other)
        says = f"One key of the set has {json.dumps(limit)[1:-1]}."
        yield with_good_key(name, says, now, {**other.jwk, **limit}, token, SHOULD)


def foreign_kinds(now: int) -> Iterator[KeySet]:
    secret = b"a secret that everybody has read"
    oct_key = {"kty": "oct", "kid": "shared", "k": encode(secret), "alg": "HS256"}
    token = with_mac(maker("keyset-oct", now), "HS256", secret, kid="shared")
    yield with_good_key("oct", "The set publishes a shared secret.", now, oct_key, token, reason="algorithm")
    koblitz = KEYS["main-ES256K"]
    token = maker("keyset-secp256k1", now).token({"alg": "ES256"}, koblitz)
    yield with_good_key(
        "secp256k1", "A key on secp256k1, whose token says ES256.", now, {**koblitz.jwk, "alg": "ES256"}, token
    )
    token = maker("keyset-es256k", now).token({}, koblitz)
    yield with_good_key(
        "es256k", "A key for ES256K, which is not accepted.", now, koblitz.jwk, token, reason="algorithm"
    )
    kinds: dict[str, Jwk] = {
        "x25519": {**KEYS["older-EdDSA"].jwk, "crv": "X25519"},
        "ed448-name": {**KEYS["older-EdDSA"].jwk, "crv": "Ed448"},
        "curve-lower-case": {**KEYS["older-EdDSA"].jwk, "crv": "ed25519"},
        "type-lower-case": {**KEYS["older-EdDSA"].jwk, "kty": "okp"},
        "type-ec": {**KEYS["older-EdDSA"].jwk, "kty": "EC"},
        "type-unknown": {**KEYS["older-EdDSA"].jwk, "kty": "AKP"},
    }
    for name, jwk in kinds.items():
        token = maker(f"keyset-{name}", now).token(key=KEYS["older-EdDSA"])
        says = f"A key whose kty is {jwk['kty']} and whose crv is {jwk['crv']}, for what is an Ed25519 key."
        yield with_good_key(name, says, now, jwk, token)


def damaged(now: int) -> Iterator[KeySet]:
    """Material that is none; whatever a library makes of it must not touch the key beside it."""
    other, curve, rsa = KEYS["older-EdDSA"], KEYS["main-ES256"], KEYS["main-RS256"]
    x = decode(other.jwk["x"])
    broken: dict[str, Jwk] = {
        "x-short": {**other.jwk, "x": encode(x[:31])},
        "x-long": {**other.jwk, "x": encode(x + b"\0")},
        "x-empty": {**other.jwk, "x": ""},
        "x-number": {**other.jwk, "x": 1},
        "x-null": {**other.jwk, "x": None},
        "x-not-base64": {**other.jwk, "x": "?" * 43},
        "x-missing": {name: value for name, value in other.jwk.items() if name != "x"},
        "ec-off-curve": {**curve.jwk, "y": encode_integer(5, 32)},
        "ec-infinity": {**curve.jwk, "x": encode(bytes(32)), "y": encode(bytes(32))},
        "ec-no-y": {name: value for name, value in curve.jwk.items() if name != "y"},
        "ec-short": {**curve.jwk, "x": encode(decode(curve.jwk["x"])[:31])},
        "ec-wrong-curve": {**curve.jwk, "crv": "P-384"},
        "rsa-no-modulus": {name: value for name, value in rsa.jwk.items() if name != "n"},
        "rsa-modulus-zero": {**rsa.jwk, "n": "AA"},
        "rsa-exponent-zero": {**rsa.jwk, "e": "AA"},
        "rsa-exponent-even": {**rsa.jwk, "e": encode_integer(65536)},
        "rsa-even": {**rsa.jwk, "n": encode_integer(decode_integer(rsa.jwk["n"]) + 1)},
        "rsa-16384": {**rsa.jwk, "n": encode_integer(decode_integer(rsa.jwk["n"]) ** 8)},
        "alg-none": {**other.jwk, "alg": "none", "x": encode(x[:16])},
    }
    for name, jwk in broken.items():
        yield with_good_key(name, f"One key of the set is damaged: {name}.", now, jwk, level=SHOULD)


def no_keys(now: int) -> Iterator[KeySet]:
    """Things in the list that are no keys at all."""
    junk = {
        "null": "null",
        "number": "1",
        "long-number": "9" * 5000,
        "float": "1.5",
        "true": "true",
        "text": '"key"',
        "list": "[]",
        "object": "{}",
        "nan": "NaN",
        "name-twice": '{"kty":"OKP","kid":"a","kid":"b"}',
        "deep": "[" * 200 + "]" * 200,
        "surrogate": '{"kty":"OKP","kid":"\\ud800"}',
        "no-kid": json.dumps({"kty": "OKP", "crv": "Ed25519", "x": KEYS["older-EdDSA"].jwk["x"]}),
        "kid-number": json.dumps({**KEYS["older-EdDSA"].jwk, "kid": 1}),
        "kid-list": json.dumps({**KEYS["older-EdDSA"].jwk, "kid": ["a"]}),
    }
    for name, text in junk.items():
        document = f'{{"keys":[{text},{json.dumps(GOOD.jwk)}]}}'
        yield with_good_key(
            f"beside-{name}",
            f"Something that is no key stands beside the good one: {name}.",
            now,
            document,
            level=SHOULD,
        )


def odd_but_good(now: int) -> Iterator[KeySet]:
    """Better Auth's older versions, its custom adapters and other servers publish such sets."""
    jwk, padding = GOOD.jwk, {"keys": [GOOD.jwk], "next": None, "x": {"y": [1]}}
    hundred = [{**KEYS["older-RS256"].jwk, "kid": f"old-{number}"} for number in range(99)]
    changed = {
        "no-alg": {name: value for name, value in jwk.items() if name != "alg"},
        "alg-ed25519": {**jwk, "alg": "Ed25519"},
        "alg-null": {**jwk, "alg": None},
        "use-sig": {**jwk, "use": "sig", "key_ops": ["verify"]},
        "members": {**jwk, "id": 1, "createdAt": "2026-01-01", "x5t": "abc", "expiresAt": None, "ext": True},
    }
    documents: dict[str, Any] = {name: {"keys": [key]} for name, key in changed.items()}
    documents |= {
        "neighbours": padding,
        "hundred": {"keys": [*hundred, jwk]},
        "256": {"keys": [*hundred, *hundred[:56], *[jwk] * 101]},
    }
    texts = {name: json.dumps(document, separators=(",", ":")) for name, document in documents.items()}
    texts["indented"] = json.dumps({"keys": [jwk]}, indent=2)
    texts["escapes"] = texts["use-sig"].replace('"keys"', '"\\u006beys"')
    texts["blanks"] = f"\r\n {json.dumps({'keys': [jwk]})} \n"
    for name, text in texts.items():
        level = SHOULD if name in {"alg-ed25519", "alg-null", "hundred", "256"} else MUST
        yield good_set(name, f"An unusual set that is in order: {name}.", now, text, level)
    legacy = {"keys": [{**KEYS["main-RS256"].jwk, "alg": "EdDSA"}, jwk]}
    yield good_set(
        "legacy-alg",
        "A key of RSA says EdDSA, as rows from before a change of algorithm do.",
        now,
        json.dumps(legacy),
        SHOULD,
    )
    private = {"keys": [{**jwk, "d": GOOD.private_jwk["d"]}]}
    yield good_set(
        "private", "The private part is published too; only a log can help now.", now, json.dumps(private), SHOULD
    )


def good_set(name: str, says: str, now: int, document: str, level: str = MUST) -> KeySet:
    make = maker(f"keyset-{name}", now)
    tried = (
        Tried("by the good key", make.token(), ACCEPT),
        Tried("by nobody", make.with_signature(bytes(64)), REFUSE, "bad_signature"),
    )
    return KeySet(f"keyset-{name}", says, document, tried, level)


def shared_names(now: int) -> Iterator[KeySet]:
    other = KEYS["older-EdDSA"]
    twin = PrivateKey("EdDSA", {**other.private_jwk, "kid": GOOD.kid})
    make = maker("keyset-kid-twice", now)
    tried = (
        Tried("by the first", make.token(), REFUSE, "unknown_kid"),
        Tried("by the second", make.token(key=twin), REFUSE, "unknown_kid"),
    )
    document = json.dumps({"keys": [GOOD.jwk, twin.jwk, KEYS["main-ES256"].jwk]})
    yield KeySet(
        "keyset-kid-twice", "Two keys have one kid, so nobody can say which is meant.", document, tried, SHOULD
    )
    yield good_set(
        "kid-twice-same", "One key stands in the set twice.", now, json.dumps({"keys": [GOOD.jwk, GOOD.jwk]})
    )
    for name, kid in {
        "proto": "__proto__",
        "constructor": "constructor",
        "one": "1",
        "blank": "a key",
        "slashes": "../keys/1",
    }.items():
        key = PrivateKey("EdDSA", {**GOOD.private_jwk, "kid": kid})
        make = maker(f"keyset-kid-{name}", now)
        tried = (
            Tried("by that key", make.token(key=key), ACCEPT),
            Tried("of another name", make.token({"kid": "toString"}), REFUSE, "unknown_kid"),
        )
        yield KeySet(f"keyset-kid-{name}", f"The kid of a key is {kid!r}.", json.dumps({"keys": [key.jwk]}), tried)
