"""Neon Auth, the Better Auth that Neon runs: where its keys are, and how its address is known from others."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from betterauth_auth.values import Values

KEYS_PATH = "/.well-known/jwks.json"


class Contradiction(ImproperlyConfigured):
    """Two servers, or half of one, where one is meant. Nobody is let in, for either could be the wrong one."""


def base_url(values: Values) -> str:
    """The address that Neon injects; empty where the server is none of Neon's."""
    url = str(values["NEON_AUTH_BASE_URL"]).rstrip("/")
    if url and values["API_URL"]:
        raise Contradiction('BETTER_AUTH["API_URL"] and BETTER_AUTH["NEON_AUTH_BASE_URL"] name two servers.')
    if values["NEON_AUTH_JWKS_URL"] and not url:
        raise Contradiction('BETTER_AUTH["NEON_AUTH_JWKS_URL"] is set without BETTER_AUTH["NEON_AUTH_BASE_URL"].')
    return url


def keys_url(values: Values) -> str:
    url = base_url(values)
    return str(values["NEON_AUTH_JWKS_URL"]) or (f"{url}{KEYS_PATH}" if url else "")


def is_address(url: str) -> bool:
    """Whether this is the base URL of a Neon Auth: https://ep-….neon.tech/<database>/auth."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (parts.hostname or "").endswith(".neon.tech") and parts.path.rstrip("/").endswith("/auth")
