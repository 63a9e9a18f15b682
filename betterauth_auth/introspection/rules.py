"""Settings about asking the OAuth provider whether an access token still stands (RFC 7662)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from betterauth_auth.values import Values, number

INTROSPECT_PATH = "/api/auth/oauth2/introspect"
# For so long a sign-out may go unnoticed.
MAX_SECONDS = 60
INTROSPECTION_DEFAULTS: Values = {
    "INTROSPECT_CLIENT_ID": "",
    "INTROSPECT_CLIENT_SECRET": "",
    "INTROSPECT_URL": "",
    "INTROSPECT_SECONDS": 10,
}


@dataclass(frozen=True, slots=True)
class IntrospectionRules:
    issuers: frozenset[str]
    """Of whose tokens the provider is asked. It must not see those of another one, whose people they stand for."""
    client_id: str
    client_secret: str = field(repr=False)
    url: str
    remembered_seconds: float
    fetch_seconds: float
    ca_bundle: str = ""
    proxy: str = field(default="", repr=False)
    """May hold a password."""


def build_introspection_rules(values: Values, issuers: Iterable[str]) -> IntrospectionRules | None:
    """None where nobody is asked, which is the default."""
    if not values["INTROSPECT_CLIENT_ID"]:
        return None
    api_url = str(values["API_URL"]).rstrip("/")
    return IntrospectionRules(
        issuers=frozenset(issuers),
        client_id=str(values["INTROSPECT_CLIENT_ID"]),
        client_secret=str(values["INTROSPECT_CLIENT_SECRET"]),
        url=str(values["INTROSPECT_URL"]) or (f"{api_url}{INTROSPECT_PATH}" if api_url else ""),
        remembered_seconds=min(number(values, "INTROSPECT_SECONDS"), MAX_SECONDS),
        fetch_seconds=number(values, "FETCH_SECONDS"),
        ca_bundle=str(values["CA_BUNDLE"]),
        proxy=str(values["PROXY"]),
    )
