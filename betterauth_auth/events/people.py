"""Somebody who signed up and has not been here yet becomes a local user."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from betterauth_auth import profile, users
from betterauth_auth.claims import text
from betterauth_auth.events.neon import Webhook
from betterauth_auth.events.refusal import EventRefused
from betterauth_auth.models import Identity

MAX_SUBJECT_CHARACTERS = 255


def make_person(webhook: Webhook) -> None:
    """Leaves somebody who is known as he is."""
    subject = text(webhook.user.get("id"))
    if not 0 < len(subject) <= MAX_SUBJECT_CHARACTERS or not subject.isprintable():
        raise EventRefused("subject")
    if Identity.objects.filter(issuer=webhook.issuer, subject=subject).exists():
        return
    try:
        with transaction.atomic():
            identity = Identity(user=users.make_user(), issuer=webhook.issuer, subject=subject)
            for field, value in profile.told_by_claims(webhook.user).items():
                setattr(identity, field, value)
            identity.profile_issued_at = webhook.happened_at.replace(microsecond=0)
            identity.save(force_insert=True)
    except IntegrityError:
        # A first request was faster.
        return
