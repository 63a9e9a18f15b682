"""Name, e-mail and picture follow the claims, written only when they change."""

from __future__ import annotations

from typing import Any

from betterauth_auth.models import Identity
from betterauth_auth.tokens import VerifiedToken

# Better Auth's name of each claim and OpenID Connect's.
CLAIMS = {
    "name": ("name",),
    "email": ("email",),
    "is_email_verified": ("emailVerified", "email_verified"),
    "image": ("image", "picture"),
}
MAX_CHARACTERS = {"name": 255, "email": 254, "image": 2048}


def is_outdated(identity: Identity, token: VerifiedToken) -> bool:
    # An older token knows less, or two tokens in use would overwrite each other for ever.
    return token.issued_at > identity.profile_issued_at and any(
        getattr(identity, field) != value for field, value in told_by(token).items()
    )


def take(identity: Identity, token: VerifiedToken) -> None:
    for field, value in told_by(token).items():
        setattr(identity, field, value)
    identity.profile_issued_at = token.issued_at


def update(identity: Identity, token: VerifiedToken) -> None:
    take(identity, token)
    # In the database, not in memory, is decided which of two tokens is newer.
    newer = Identity.objects.filter(pk=identity.pk, profile_issued_at__lt=token.issued_at)
    newer.update(**told_by(token), profile_issued_at=token.issued_at)


def told_by(token: VerifiedToken) -> dict[str, Any]:
    """The profile fields that the token speaks of. A claim that is absent says nothing; null says there is none."""
    told: dict[str, Any] = {}
    for field, names in CLAIMS.items():
        for name in names:
            if name in token.claims:
                told[field] = cleaned(field, token.claims[name])
                break
    return told


def cleaned(field: str, value: object) -> str | bool:
    if field == "is_email_verified":
        return value is True
    if not isinstance(value, str):
        return ""
    text = "".join(character for character in value if character.isprintable()).strip()
    if field == "name":
        return text[: MAX_CHARACTERS[field]]
    # Half an address is a wrong one. Pictures inside the token are too big to keep, and a link must lead to the web.
    is_usable = len(text) <= MAX_CHARACTERS[field] and (
        field != "image" or text.lower().startswith(("https://", "http://"))
    )
    return text if is_usable else ""
