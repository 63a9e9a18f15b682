"""An issuer in the process of the tests: its keys are in the settings, so that nothing is fetched."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as django_settings
from django.test import override_settings
from jwt.algorithms import OKPAlgorithm

from betterauth_auth import conf
from betterauth_auth.tokens import verify

if TYPE_CHECKING:
    from betterauth_auth.users import LocalUser

# Reserved by RFC 6761: no server has this name.
URL = "https://better-auth.test"
# What says where keys come from or whom they speak for; the rest of the project's settings stays in force.
SOURCES = ("API_URL", "NEON_AUTH_BASE_URL", "NEON_AUTH_JWKS_URL", "JWKS_URL", "JWKS_FILE", "DEV_KEY_FILE", "ISSUERS")
REPLACED = (*SOURCES, "CACHE", "USER_TABLE")


class LocalIssuer:
    """Signs tokens as Better Auth's `jwt` plugin does. They are trusted inside `override()`."""

    def __init__(self, url: str = URL) -> None:
        self.url = url
        self.jwks: dict[str, list[dict[str, str]]] = {"keys": []}
        self.rotate()

    def rotate(self) -> None:
        """A new key signs from now on. The old ones stay published, so older tokens stay good."""
        self.key = Ed25519PrivateKey.generate()
        self.kid = secrets.token_urlsafe(24)
        public = OKPAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        self.jwks["keys"].append({**public, "alg": "EdDSA", "kid": self.kid})
        # The settings hold this very dictionary, and what was read from them is out of date.
        conf.forget(setting="BETTER_AUTH")

    def claims(self, sub: str = "alice", *, expires_in: int = 900, **claims: object) -> dict[str, Any]:
        """What Better Auth would say of this person. A claim of None is left out."""
        issued = int(time.time())
        user = {"id": sub, "name": sub.title(), "email": f"{sub}@example.com", "emailVerified": False}
        own = {"sub": sub, "iss": self.url, "aud": self.url, "iat": issued, "exp": issued + expires_in}
        return {name: value for name, value in {**user, **own, **claims}.items() if value is not None}

    def token(self, sub: str = "alice", *, expires_in: int = 900, **claims: object) -> str:
        """A signed token. Seconds below zero make one that has expired; `claims` are added, or replace."""
        said = self.claims(sub, expires_in=expires_in, **claims)
        return jwt.encode(said, self.key, algorithm="EdDSA", headers={"kid": self.kid, "typ": None})

    def user(self, sub: str = "alice", *, expires_in: int = 900, **claims: object) -> LocalUser:
        """The local user of this person, made as the first request would make it. Needs the app and the database."""
        from betterauth_auth.users import identity_for, user_of

        return user_of(identity_for(verify(self.token(sub, expires_in=expires_in, **claims))))

    def settings(self, **overrides: object) -> dict[str, object]:
        """The setting BETTER_AUTH that trusts this issuer and is the project's own otherwise."""
        project = getattr(django_settings, "BETTER_AUTH", None) or {}
        kept = {name: value for name, value in project.items() if name not in REPLACED}
        types = [*project.get("TOKEN_TYPES", conf.ISSUER_DEFAULTS["TOKEN_TYPES"]), conf.ABSENT]
        own = {"JWKS": self.jwks, "ISSUER": [self.url], "AUDIENCE": [self.url], "ALGORITHMS": ["EdDSA"]}
        return {**kept, **own, "TOKEN_TYPES": types, **overrides}

    def override(self, **overrides: object) -> Override:
        """Trusts this issuer alone: a context manager and decorator. `overrides` are names of BETTER_AUTH."""
        return Override(self, overrides)


class Override(override_settings):
    """Django's `override_settings` for BETTER_AUTH, which also tells the clients whose tokens are trusted now."""

    def __init__(self, issuer: LocalIssuer, overrides: dict[str, object]) -> None:
        super().__init__()
        self.issuer, self.overrides = issuer, overrides

    def enable(self) -> None:
        # Not before, because another override may be around this one.
        self.options = {"BETTER_AUTH": self.issuer.settings(**self.overrides)}
        super().enable()
        _trusted.append(self.issuer)

    def disable(self) -> None:
        _trusted.pop()
        super().disable()


_trusted: list[LocalIssuer] = []


def trusted_issuer() -> LocalIssuer:
    if not _trusted:
        raise LookupError(
            "No issuer is trusted: use BetterAuthMixin, a fixture of betterauth_auth, or `with issuer.override():`."
        )
    return _trusted[-1]
