"""Events become what they mean for a person: once each, whether the person is known here by then or not."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from betterauth_auth import conf, cutoffs, users
from betterauth_auth.claims import SESSIONLESS, session_mark
from betterauth_auth.models import Event, Identity

logger = logging.getLogger(__name__)
SESSION_ENDED, SIGNED_OUT, USER_BANNED, USER_DELETED = "session.ended", "signed.out", "user.banned", "user.deleted"
# About 60 sessions of Better Auth's. Then those are left out whose tokens have expired; if that makes no room, all
# tokens are cut off and the list begins anew.
MAX_ENDED_CHARACTERS = 2048
# Old events go when a new one comes, now and then and not all at once.
PURGE_EVERY, PURGE_ROWS = 50, 500


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody who may was heard to say about a person."""

    issuer: str
    event_id: str
    kind: str
    subject: str
    happened_at: datetime
    session: str = ""


def take(told: Told) -> bool:
    """Whether it was new. One that was noted and not applied, because we died in between, is applied now."""
    event, is_new = note(told)
    if event.applied_at is None:
        apply(event)
        # Where no database is asked, sessions are remembered of people who are not in it.
        cutoffs.announce(event.issuer, event.subject)
        Event.objects.filter(pk=event.pk).update(applied_at=timezone.now())
    if is_new and event.pk % PURGE_EVERY == 0:
        purge()
    logger.info("An event was %s: %s.", "taken" if is_new else "heard again", told.kind, extra={"event": told.kind})
    return is_new


def note(told: Told) -> tuple[Event, bool]:
    """On its own, before it is applied: whoever makes the person at this moment looks for events afterwards."""
    try:
        with transaction.atomic():
            return Event.objects.create(
                issuer=told.issuer,
                event_id=told.event_id,
                kind=told.kind,
                subject=told.subject,
                session=told.session,
                happened_at=told.happened_at,
            ), True
    except IntegrityError:
        return Event.objects.get(issuer=told.issuer, event_id=told.event_id), False


def apply(event: Event) -> None:
    with transaction.atomic():
        identity = Identity.objects.select_for_update().filter(issuer=event.issuer, subject=event.subject).first()
        # Some databases compare text without case and would find somebody else.
        if identity is None or (identity.issuer, identity.subject) != (event.issuer, event.subject):
            return
        withdraw(identity, event)


def withdraw(identity: Identity, event: Event) -> None:
    # The issuer's clock wrote both this moment and `iat`, so no leeway is between them.
    moment = event.happened_at.replace(microsecond=0)
    if event.kind == SESSION_ENDED:
        end_session(identity, session_mark(event.session), moment)
    else:
        identity.tokens_valid_after = later(identity.tokens_valid_after, moment)
    identity.save(update_fields=["ended_sessions", "session_ended_at", "tokens_valid_after"])
    if event.kind != SESSION_ENDED:
        users.end_admin_sessions(identity.user)
    if event.kind == USER_DELETED:
        deactivate(identity)


def end_session(identity: Identity, mark: str, moment: datetime) -> None:
    identity.session_ended_at = later(identity.session_ended_at, moment)
    ended = ended_with(identity, mark)
    if not ended:
        # Events may be told late: what is on the list may have ended after this one.
        identity.tokens_valid_after = later(identity.tokens_valid_after, identity.session_ended_at)
        ended = SESSIONLESS + mark
    identity.ended_sessions = ended


def ended_with(identity: Identity, mark: str) -> str:
    """The list with one more, or nothing where it would be too long."""
    known = identity.ended_sessions or SESSIONLESS
    if mark in known:
        return known
    ended = known + mark
    if len(ended) <= MAX_ENDED_CHARACTERS:
        return ended
    events = Event.objects.filter(issuer=identity.issuer, subject=identity.subject, kind=SESSION_ENDED)
    recent = events.filter(happened_at__gt=timezone.now() - timedelta(seconds=kept_seconds()))
    marks = {session_mark(session) for session in recent.order_by("-pk").values_list("session", flat=True)[:1000]}
    ended = SESSIONLESS + "".join(sorted({*marks, mark}))
    return ended if len(ended) <= MAX_ENDED_CHARACTERS else ""


def deactivate(identity: Identity) -> None:
    # Whoever deletes people at Better Auth must not be able to lock operators out of the admin.
    if users.is_operator(identity.user):
        logger.warning("An operator was deleted at Better Auth and stays active here.")
        return
    users.deactivate(identity.user)


def later(known: datetime | None, moment: datetime) -> datetime:
    return moment if known is None else max(known, moment)


def catch_up(identity: Identity) -> None:
    """Applies what was told about a person before there was one."""
    for event in Event.objects.filter(issuer=identity.issuer, subject=identity.subject).order_by("pk"):
        apply(event)


def kept_seconds() -> float:
    longest = max((policy.max_token_lifetime_seconds for policy in conf.current().policies), default=0)
    # Of tokens from before an event none is good any more when it goes.
    return float(max(longest, 24 * 60 * 60)) + 60 * 60


def purge() -> None:
    before = timezone.now() - timedelta(seconds=kept_seconds())
    rows = Event.objects.filter(received_at__lt=before).order_by("received_at").values_list("pk", flat=True)
    Event.objects.filter(pk__in=list(rows[:PURGE_ROWS])).delete()
