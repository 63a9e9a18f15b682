"""The secret address of a person's calendar: made, replaced, revoked, and looked at.

The secret has 256 random bits. So a plain SHA-256 of it is enough: nobody can try them out, as passwords can be, and
whoever measures how long comparing takes learns of the hash and not of what has this hash.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

from todos.changes.change import change
from todos.compiled.caller import Caller
from todos.models import CalendarAddress

SECRET_BYTES = 32


def make_calendar(owner: int | Caller) -> str:
    """A new secret; the one before is good for nothing from now on. It begins with the owner's key, so that it can be
    looked for among the owner's rows.
    """
    with change(owner) as current:
        secret = f"{current.owner_id}-{secrets.token_urlsafe(SECRET_BYTES)}"
        current.take_number()
        values = {"secret_hash": hash_of(secret), "made_at": current.now, "read_on": None}
        CalendarAddress.objects.update_or_create(owner_id=current.owner_id, defaults=values)
    return secret


def revoke_calendar(owner: int | Caller) -> bool:
    """Whether there was one."""
    with change(owner) as current:
        found = CalendarAddress.objects.filter(owner_id=current.owner_id).delete()[0]
        if found:
            current.take_number()
    return bool(found)


def note_calendar_read(owner_id: int, secret_hash: str, today: date) -> None:
    """Once a day, and not as a change: devices have nothing to learn from it."""
    CalendarAddress.objects.filter(owner_id=owner_id, secret_hash=secret_hash).update(read_on=today)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
