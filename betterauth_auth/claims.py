"""What a token says about a person beyond who it is. All of it is as of the moment at which the token was issued."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from betterauth_auth.strict_json import Claims

# Ours in the documented `definePayload`, and Neon's.
ORGANIZATION_CLAIMS = ("org", "o")
SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
SESSIONLESS = "||"
# What Better Auth writes, or a database without truth values for it.
FALSE = (None, False, 0)


class Organization(NamedTuple):
    """The organization that was active in the person's session, and the person's roles in it."""

    id: str
    slug: str
    roles: frozenset[str]


def session_mark(sid: object) -> str:
    """How a session is written into a list of them; what is no id of one counts as none."""
    return f"|{sid}|" if isinstance(sid, str) and SESSION_ID.fullmatch(sid) else SESSIONLESS


def scopes(claims: Claims) -> frozenset[str]:
    value = claims.get("scope")
    return frozenset(value.split(" ")) - {""} if isinstance(value, str) else frozenset()


def roles(claims: Claims) -> frozenset[str]:
    return listed(claims.get("role"))


def is_of_client(claims: Claims) -> bool:
    """Whether the token stands for the program that it was issued to (client_credentials), and for no person."""
    return isinstance(claims.get("sub"), str) and claims["sub"] in (claims.get("client_id"), claims.get("azp"))


def organization(claims: Claims) -> Organization | None:
    for name in ORGANIZATION_CLAIMS:
        value = claims.get(name)
        if isinstance(value, Mapping) and (key := text(value.get("id"))):
            return Organization(key, text(value.get("slug")), listed(value.get("role")))
    return None


def standing(claims: Claims, now: float) -> Iterable[str]:
    """What may keep a person out although the token is genuine; see BETTER_AUTH["REFUSE"]."""
    if claims.get("banned") not in FALSE and not is_over(claims.get("banExpires"), now):
        yield "banned"
    if claims.get("impersonatedBy") not in (*FALSE, ""):
        yield "impersonated"
    if claims.get("isAnonymous") not in FALSE:
        yield "anonymous"


def is_over(value: object, now: float) -> bool:
    """Whether a ban has ended. One whose end cannot be read has none."""
    if type(value) is int or type(value) is float:
        return value / 1000 <= now
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None and moment.timestamp() <= now


def listed(value: object) -> frozenset[str]:
    """Better Auth joins several roles with commas, with or without blanks."""
    return frozenset(part.strip(" ") for part in text(value).split(",")) - {""}


def text(value: object) -> str:
    return value if isinstance(value, str) else ""
