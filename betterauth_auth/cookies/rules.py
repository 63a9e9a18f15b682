"""Settings about Better Auth's session cookie: its name, where it is exchanged, and within which bounds."""

from __future__ import annotations

from dataclasses import dataclass, field

from betterauth_auth.values import Values, number

TOKEN_PATH = "/api/auth/token"  # noqa: S105 - no secret
# For so long a sign-out at Better Auth may go unnoticed here.
MAX_SECONDS = 60


@dataclass(frozen=True, slots=True)
class CookieRules:
    name: str
    url: str
    remembered_seconds: float
    remembered_entries: int
    exchanges_at_once: int
    fetch_seconds: float
    ca_bundle: str = ""
    proxy: str = field(default="", repr=False)
    """May hold a password."""


def build_cookie_rules(values: Values) -> CookieRules | None:
    """None where cookies sign nobody in, which is the default."""
    if not values["COOKIE"]:
        return None
    api_url = str(values["API_URL"]).rstrip("/")
    return CookieRules(
        name=str(values["COOKIE"]),
        url=str(values["TOKEN_URL"]) or (f"{api_url}{TOKEN_PATH}" if api_url else ""),
        remembered_seconds=min(number(values, "COOKIE_SECONDS"), MAX_SECONDS),
        remembered_entries=int(number(values, "COOKIE_ENTRIES")),
        exchanges_at_once=max(1, int(number(values, "COOKIE_EXCHANGES"))),
        fetch_seconds=number(values, "FETCH_SECONDS"),
        ca_bundle=str(values["CA_BUNDLE"]),
        proxy=str(values["PROXY"]),
    )
