"""What PyJWT does for us: public keys from their members, and whether they made a signature.

Loaded when a key set is made and not when the package is, because it takes longer to load than the rest together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm, get_default_algorithms

from betterauth_auth.jwks.keys import SUPPORTED_ALGORITHMS

VERIFIERS = {name: verifier for name, verifier in get_default_algorithms().items() if name in SUPPORTED_ALGORITHMS}
READERS: dict[str, Callable[[dict[str, str]], object]] = {
    "OKP": OKPAlgorithm.from_jwk,
    "EC": ECAlgorithm.from_jwk,
    "RSA": RSAAlgorithm.from_jwk,
}


def verifier_of(public: Mapping[str, str]) -> Callable[[str, bytes, bytes], bool]:
    """By the key of these members of a JWK; ValueError when they make none."""
    try:
        key = READERS[public["kty"]](dict(public))
    except (jwt.PyJWTError, UnsupportedAlgorithm) as exc:
        raise ValueError("no public key") from exc

    def verifies(algorithm: str, signed: bytes, signature: bytes) -> bool:
        return VERIFIERS[algorithm].verify(signed, key, signature)

    return verifies
