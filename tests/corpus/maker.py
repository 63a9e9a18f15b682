"""Makes tokens of one issuer, good ones and others; the recipes say what is wrong with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.corpus.keys import KEYS, PrivateKey, encode

FIXED_NOW = 1_767_225_600
"""2026-01-01 00:00:00 UTC: the clock of the committed tokens."""
LEEWAY_SECONDS = 10
LIFE_SECONDS = 900
MUST, SHOULD = "must", "should"
ACCEPT, REFUSE, UNAVAILABLE = "accept", "refuse", "unavailable"


class Row(NamedTuple):
    """One token and what is to be made of it. `reason` is our own code for the refusal."""

    id: str
    says: str
    reason: str
    token: str
    level: str = MUST
    authorization: str = ""
    """The whole header where it is what is tested; otherwise it is `Bearer` and the token."""
    is_exact: bool = False
    """Whether a second matters, so that only a verifier that is told the time can be asked."""

    @property
    def expect(self) -> str:
        return REFUSE if self.reason else ACCEPT


class _LeftOut:
    """Takes a member away."""


LEFT_OUT = _LeftOut()
Members = dict[str, Any]


@dataclass(frozen=True)
class Maker:
    """One issuer at one moment. All that it makes is signed by `key` unless something else is said."""

    issuer: str
    key: PrivateKey
    now: int
    mallory_url: str = "https://mallory.example/jwks"
    """Where the attacker publishes keys; the runner puts a server there that would be believed."""

    def claims(self, **overrides: Any) -> Members:
        alice = {"name": "Alice", "email": "alice@example.com", "emailVerified": False, "image": None, "id": "alice"}
        times = {"iat": self.now, "exp": self.now + LIFE_SECONDS}
        return present({**times, **alice, "sub": "alice", "iss": self.issuer, "aud": self.issuer, **overrides})

    def header(self, key: PrivateKey | None = None, **overrides: Any) -> Members:
        key = key or self.key
        return present({"alg": key.algorithm, "kid": key.kid, **overrides})

    def token(self, header: Members | None = None, key: PrivateKey | None = None, **claims: Any) -> str:
        return self.sign(self.claims(**claims), self.header(key, **(header or {})), key)

    def sign(
        self, payload: Members | bytes, header: Members | bytes | None = None, key: PrivateKey | None = None
    ) -> str:
        """Any payload and any header, also raw bytes, with a valid signature over them."""
        signed = self.unsigned(payload, self.header(key) if header is None else header)
        return f"{signed}.{encode((key or self.key).sign(signed.encode()))}"

    def unsigned(self, payload: Members | bytes | None = None, header: Members | bytes | None = None) -> str:
        """Header and payload, and no signature yet."""
        payload = self.claims() if payload is None else payload
        return f"{segment(self.header() if header is None else header)}.{segment(payload)}"

    def with_signature(self, signature: bytes, payload: Members | bytes | None = None, **header: Any) -> str:
        return f"{self.unsigned(payload, self.header(**header))}.{encode(signature)}"

    @property
    def mallory(self) -> PrivateKey:
        """The attacker's key of the same kind, under the kid of the right one."""
        stranger = KEYS[f"mallory-{self.key.algorithm}"]
        return PrivateKey(stranger.algorithm, {**stranger.private_jwk, "kid": self.key.kid})


def present(members: Members) -> Members:
    return {name: value for name, value in members.items() if value is not LEFT_OUT}


def segment(value: Members | bytes) -> str:
    return encode(value if isinstance(value, bytes) else json_bytes(value))


def json_bytes(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
