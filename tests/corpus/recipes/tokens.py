"""The tokens by category, each category with the settings that a verifier gets for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.corpus.keys import KEYS
from tests.corpus.maker import Maker, Row
from tests.corpus.recipes import (
    algorithms,
    claims,
    curves,
    good,
    headers,
    json_tricks,
    kids,
    rsa,
    shapes,
    signatures,
    strangers,
    times,
)

Recipe = Callable[[Maker], Iterator[Row]]
GENERIC = ("EdDSA", "ES256", "RS256")


@dataclass(frozen=True)
class Trust:
    """What a verifier is told: whom it trusts, for which algorithms, and what the key set holds."""

    name: str
    signs: str
    """The name of the key that signs."""
    algorithms: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def issuer(self) -> str:
        """Also the audience, as Better Auth has it by default."""
        return "https://auth.example.com" if self.name == "main" else f"https://{self.name}.auth.example.com"

    @property
    def jwks(self) -> dict[str, Any]:
        return {"keys": [KEYS[name].jwk for name in self.keys]}

    def maker(self, now: int, **more: Any) -> Maker:
        return Maker(self.issuer, KEYS[self.signs], now, **more)


def main_trust(algorithm: str) -> Trust:
    """One accepted algorithm; the set holds keys of others too, as Better Auth's does after a change of algorithm."""
    others = [f"main-{name}" for name in GENERIC if name != algorithm]
    return Trust("main", f"main-{algorithm}", (algorithm,), (f"main-{algorithm}", f"older-{algorithm}", *others))


SPECIAL = (
    Trust("eddsa", "main-EdDSA", ("EdDSA",), ("main-EdDSA",)),
    Trust("es256", "main-ES256", ("ES256",), ("main-ES256",)),
    Trust("es384", "main-ES384", ("ES384",), ("main-ES384",)),
    Trust("es512", "main-ES512", ("ES512",), ("main-ES512",)),
    Trust("curves", "main-ES256", ("ES256", "ES384", "ES512"), ("main-ES256", "main-ES384", "main-ES512")),
    Trust("rs256", "main-RS256", ("RS256",), ("main-RS256",)),
    Trust("exponent-3", "main-RS256", ("RS256",), ("main-RS256", "rsa-exponent-3")),
    Trust("ps256", "main-PS256", ("PS256",), ("main-PS256",)),
    Trust(
        "mixed",
        "main-EdDSA",
        ("EdDSA", "ES256", "RS256", "PS256"),
        ("main-EdDSA", "main-ES256", "main-RS256"),
    ),
)
# What is read first is asked first: in the categories at the top seconds count when tokens are signed at run time.
CATEGORIES: tuple[tuple[str, str, tuple[Recipe, ...]], ...] = (
    ("good tokens", "main", (good.rows,)),
    ("times", "main", (times.rows,)),
    ("form and base64url", "main", (shapes.rows,)),
    ("JSON", "main", (json_tricks.rows,)),
    ("header parameters", "main", (headers.rows,)),
    ("alg", "main", (algorithms.rows,)),
    ("typ", "main", (headers.type_rows,)),
    ("kid", "main", (kids.rows,)),
    ("issuer and audience", "main", (claims.issuer_rows, claims.audience_rows)),
    ("subject", "main", (claims.subject_rows,)),
    ("other kinds of token", "main", (claims.kind_rows, strangers.opaque_rows)),
    ("Authorization header", "main", (strangers.authorization_rows,)),
    ("signatures", "main", (signatures.rows,)),
    ("Ed25519", "eddsa", (curves.eddsa_rows,)),
    ("ECDSA", "es256", (curves.ecdsa_rows,)),
    ("ECDSA", "es384", (curves.ecdsa_rows,)),
    ("ECDSA", "es512", (curves.ecdsa_rows,)),
    ("ECDSA", "curves", (curves.curve_rows,)),
    ("RSA", "rs256", (rsa.pkcs1_rows,)),
    ("RSA", "exponent-3", (rsa.small_exponent_rows,)),
    ("RSA", "ps256", (rsa.pss_rows,)),
    ("several algorithms", "mixed", (rsa.confusion_rows,)),
)


def trusts(algorithm: str = "EdDSA") -> dict[str, Trust]:
    return {trust.name: trust for trust in (main_trust(algorithm), *SPECIAL)}


def all_rows(now: int, algorithm: str = "EdDSA", **more: Any) -> Iterator[tuple[str, str, Row]]:
    """Category, name of the settings, token: at this moment, the general ones signed by this algorithm."""
    known = trusts(algorithm)
    for category, name, recipes in CATEGORIES:
        for recipe in recipes:
            for row in recipe(known[name].maker(now, **more)):
                yield category, name, row
