"""Name, e-mail and picture follow the claims, written only when they change."""

from __future__ import annotations

import logging
import time
from contextlib import nullcontext

from django.db import DatabaseError, connections, router, transaction

from betterauth_auth.models import Identity
from betterauth_auth.strict_json import Claims
from betterauth_auth.tokens import VerifiedToken

# Better Auth's name of each claim and OpenID Connect's.
CLAIMS = {
    "name": ("name",),
    "email": ("email",),
    "is_email_verified": ("emailVerified", "email_verified"),
    "image": ("image", "picture"),
}
# After a failure the next attempt waits for so long, so that a lock is not waited for by one request after the other.
REST_SECONDS = 30
MAX_CHARACTERS = {"name": 255, "email": 254, "image": 2048}

logger = logging.getLogger(__name__)
_resting_until = 0.0


def keep_up(identity: Identity, token: VerifiedToken) -> None:
    """Updates the profile if the token knows better; when it cannot be written now, a later request will do it."""
    global _resting_until
    if time.monotonic() < _resting_until or not is_outdated(identity, token):
        return
    connection = connections[router.db_for_write(Identity, instance=identity)]
    # Inside a transaction a failure must not break what is around it. Outside, one statement needs none of its own, and
    # its end would hide that the connection is lost: Django makes a new one there.
    is_alone = connection.get_autocommit()
    try:
        with nullcontext() if is_alone else transaction.atomic(using=connection.alias):
            update(identity, token)
    except DatabaseError as exc:
        # A connection that died, or a transaction that is gone, is for the host to deal with, as everywhere else.
        if connection.needs_rollback or not connection.is_usable():
            raise
        _resting_until = time.monotonic() + REST_SECONDS
        # Not the whole message, which may quote the row.
        reason = type(exc.__cause__ or exc).__name__
        logger.warning("Profiles cannot be written now and wait: %s.", reason, extra={"reason": reason})
        return
    take(identity, token)


def forget_rest(**kwargs: object) -> None:
    """Receiver of Django's `setting_changed`: tests start with nothing that has failed."""
    global _resting_until
    _resting_until = 0.0


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
    # In the database, not in memory, is decided which of two tokens is newer.
    newer = Identity.objects.filter(pk=identity.pk, profile_issued_at__lt=token.issued_at)
    newer.update(**told_by(token), profile_issued_at=token.issued_at)


def told_by(token: VerifiedToken) -> dict[str, str | bool]:
    return told_by_claims(token.claims)


def told_by_claims(claims: Claims) -> dict[str, str | bool]:
    """The profile fields that they speak of. A claim that is absent says nothing; null says there is none."""
    told: dict[str, str | bool] = {}
    for field, names in CLAIMS.items():
        for name in names:
            if name in claims:
                told[field] = cleaned(field, claims[name])
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
