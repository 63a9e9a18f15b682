"""The key of the local development issuer: made on first use, readable by its owner alone, never trusted elsewhere."""

from __future__ import annotations

import json
import os
import secrets
import time
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from jwt.algorithms import OKPAlgorithm

from betterauth_auth.jwks.keys import UnusableKey, usable_key
from betterauth_auth.strict_json import Claims, JsonObject

LIFE_SECONDS = 12 * 60 * 60


def public_jwks(path: Path) -> JsonObject:
    private = private_jwk(path)
    return {"keys": [{name: value for name, value in private.items() if name != "d"}]}


def private_jwk(path: Path) -> JsonObject:
    try:
        if not path.exists():
            write_new_key(path)
        jwk = json.loads(path.read_bytes())
        usable_key({name: value for name, value in jwk.items() if name != "d"})
    except (OSError, ValueError, AttributeError, UnusableKey) as exc:
        raise ImproperlyConfigured(f"{path} is not a usable development key; delete it.") from exc
    return jwk


def write_new_key(path: Path) -> None:
    jwk = OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True)
    jwk |= {"alg": "EdDSA", "kid": f"development-{secrets.token_hex(8)}"}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(jwk, file)
    try:
        # Unlike a rename this never replaces: of two processes that start together, both use the first one's key.
        os.link(draft, path)
    except FileExistsError:
        # The other process was first.
        return
    except OSError:
        # Some file systems know no links.
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def development_token(path: Path, issuer: str, claims: Claims) -> str:
    """A token as Better Auth would sign it, except that it lives for a working day."""
    jwk = private_jwk(path)
    now = int(time.time())
    payload = {"iat": now, "exp": now + LIFE_SECONDS, "iss": issuer, "aud": issuer, **claims}
    key = OKPAlgorithm.from_jwk(jwk)
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"{path} holds no private key; delete it.")
    return jwt.encode(payload, key, algorithm="EdDSA", headers={"kid": jwk["kid"], "typ": None})
