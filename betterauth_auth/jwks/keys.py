"""One JWK -> a usable public key, or why not. Every key of a set is judged alone."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeGuard

from betterauth_auth.strict_json import JsonObject, decode_base64url, refuse_unreadable

logger = logging.getLogger(__name__)

# What each kind of key can do. `Ed25519` is RFC 9864's name of EdDSA with that curve; `canonical` joins the two.
ALGORITHMS_OF_CURVE = {
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("EC", "P-521"): frozenset({"ES512"}),
    ("RSA", None): frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
}
SUPPORTED_ALGORITHMS = frozenset().union(*ALGORITHMS_OF_CURVE.values())
COORDINATE_BYTES = {"Ed25519": 32, "P-256": 32, "P-384": 48, "P-521": 66}
PUBLIC_MEMBERS = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
MIN_RSA_BITS = 2048
# A modulus without a bound would let one key slow down every verification.
MAX_RSA_BITS = 8192
SMALL_PRIMES = tuple(number for number in range(3, 168) if all(number % factor for factor in range(2, number)))
MAX_KID_CHARACTERS = 128

# Public keys of small order make some signatures valid for any message. y of these points is 0, 1, -1 or of order 8.
ED25519_PRIME = 2**255 - 19
_ORDER_8_Y = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
LOW_ORDER_Y = frozenset({0, 1, ED25519_PRIME - 1, _ORDER_8_Y, ED25519_PRIME - _ORDER_8_Y})


class UnusableKey(Exception):
    """Why this JWK verifies nothing here."""


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A public key bound to the algorithms that its type allows."""

    kid: str
    algorithms: frozenset[str]
    thumbprint: str
    verifies: Callable[[str, bytes, bytes], bool]
    """Whether it made, by this algorithm, of what was signed, the signature. Made by `signatures`."""

    def is_same_as(self, other: Key) -> bool:
        return self.thumbprint == other.thumbprint and self.algorithms == other.algorithms


def canonical(algorithm: str) -> str:
    return "EdDSA" if algorithm == "Ed25519" else algorithm


def is_kid(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= MAX_KID_CHARACTERS and value.isascii() and value.isprintable()


def usable_keys(jwks: Iterable[object]) -> tuple[dict[str, Key], list[str]]:
    """The keys by kid, and one line for each JWK that was left out."""
    keys: dict[str, Key] = {}
    left_out: list[str] = []
    ambiguous: set[str] = set()
    for position, jwk in enumerate(jwks):
        try:
            key = usable_key(jwk)
        except UnusableKey as exc:
            left_out.append(f"key {position}: {exc}")
            continue
        if key.kid in keys and keys[key.kid].thumbprint != key.thumbprint:
            ambiguous.add(key.kid)
        keys.setdefault(key.kid, key)
    for kid in sorted(ambiguous):
        # Nobody can say which of the two is meant, so neither verifies anything.
        del keys[kid]
        left_out.append(f"kid {kid}: several different keys")
    return keys, left_out


def usable_key(jwk: object) -> Key:
    if not isinstance(jwk, dict):
        raise UnusableKey("not a JSON object with unique members")
    try:
        refuse_unreadable(jwk)
    except ValueError as exc:
        raise UnusableKey("nested too deeply, or with half a character in it") from exc
    kid, kty, crv = jwk.get("kid"), jwk.get("kty"), jwk.get("crv")
    if not is_kid(kid):
        raise UnusableKey("kid is missing or not 1 to 128 printable characters")
    if not isinstance(kty, str) or not isinstance(crv, str | None):
        raise UnusableKey("kty or crv is not a string")
    algorithms = ALGORITHMS_OF_CURVE.get((kty, None if kty == "RSA" else crv))
    if algorithms is None:
        raise UnusableKey("kty and crv are not a supported kind of key")
    if jwk.get("use", "sig") != "sig":
        raise UnusableKey("use is not sig")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise UnusableKey("key_ops does not hold verify")
    if private := sorted(PRIVATE_MEMBERS & jwk.keys()):
        logger.critical("The issuer PUBLISHES PRIVATE KEY MATERIAL (%s) of key %s.", ", ".join(private), kid)
    public = public_members(jwk, kty)
    claimed = jwk.get("alg")
    if isinstance(claimed, str) and canonical(claimed) in algorithms:
        algorithms = frozenset({canonical(claimed)})
    return Key(kid=kid, algorithms=algorithms, thumbprint=thumbprint(public), verifies=verifier_of(kty, public))


def public_members(jwk: JsonObject, kty: str) -> dict[str, str]:
    members = {name: jwk.get(name) for name in PUBLIC_MEMBERS[kty]}
    texts = {name: value for name, value in members.items() if isinstance(value, str)}
    if len(texts) < len(members):
        raise UnusableKey("the key material is not valid")
    return texts


def verifier_of(kty: str, public: dict[str, str]) -> Callable[[str, bytes, bytes], bool]:
    from betterauth_auth.jwks import signatures

    try:
        if kty == "RSA":
            refuse_weak_rsa(public)
        else:
            refuse_bad_coordinates(public)
        return signatures.verifier_of(public)
    except ValueError as exc:
        raise UnusableKey("the key material is not valid") from exc


def refuse_bad_coordinates(public: dict[str, str]) -> None:
    coordinates = [decode_base64url(public[name].encode("ascii")) for name in ("x", "y") if name in public]
    if any(len(coordinate) != COORDINATE_BYTES[public["crv"]] for coordinate in coordinates):
        raise UnusableKey("a coordinate has the wrong length")
    if public["kty"] == "OKP":
        refuse_low_order(coordinates[0])


def refuse_weak_rsa(public: dict[str, str]) -> None:
    modulus, exponent = (int.from_bytes(decode_base64url(public[name].encode("ascii")), "big") for name in ("n", "e"))
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        raise UnusableKey(f"an RSA key needs {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")
    # With an exponent of 1 every message is its own signature.
    if exponent < 3 or exponent % 2 == 0 or exponent.bit_length() > 32:
        raise UnusableKey("the RSA exponent is not an odd number from 3 to 2^32")
    refuse_weak_modulus(modulus)


def refuse_weak_modulus(modulus: int) -> None:
    if modulus % 2 == 0 or any(modulus % prime == 0 for prime in SMALL_PRIMES):
        raise UnusableKey("the RSA modulus has a small factor")
    # Keys of Infineon's chips can be factored, and are known by this (CVE-2017-15361). By chance it is true of no key.
    if all(modulus % prime in powers_of_65537(prime) for prime in SMALL_PRIMES):
        raise UnusableKey("the RSA key is of a kind that can be factored (ROCA)")


@cache
def powers_of_65537(prime: int) -> frozenset[int]:
    return frozenset(pow(65537, exponent, prime) for exponent in range(prime - 1))


def refuse_low_order(encoded: bytes) -> None:
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    if y >= ED25519_PRIME or y in LOW_ORDER_Y:
        raise UnusableKey("x is a point of low order or not canonical")


def thumbprint(public: dict[str, str]) -> str:
    """RFC 7638: what two spellings of one key have in common."""
    canonical_json = json.dumps(public, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(canonical_json).digest()).rstrip(b"=").decode()
