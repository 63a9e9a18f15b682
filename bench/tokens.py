"""A signing key of the bench's own, and tokens of its users that outlive a run."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER = "http://localhost:3000"
KID = "bench"
LIFE_SECONDS = 12 * 3600


class Signer:
    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()

    def write_jwks(self, path: Path) -> None:
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        x = base64.urlsafe_b64encode(public).rstrip(b"=").decode()
        jwk = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": KID, "x": x}
        path.write_text(json.dumps({"keys": [jwk]}), encoding="utf-8")

    def token(self, subject: str) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": ISSUER, "iat": now, "exp": now + LIFE_SECONDS, "sub": subject}
        # As much beside it as Better Auth puts in.
        person = {"id": subject, "name": subject, "email": f"{subject}@example.com", "emailVerified": True}
        times = {"createdAt": "2026-01-01T10:00:00.000Z", "updatedAt": "2026-01-01T10:00:00.000Z", "image": None}
        return jwt.encode({**claims, **person, **times}, self.key, algorithm="EdDSA", headers={"kid": KID})
