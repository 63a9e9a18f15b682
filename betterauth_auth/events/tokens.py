"""Event and logout tokens -> what they tell. The one verifier judges them, under settings of their own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from betterauth_auth import claims as claimed
from betterauth_auth import conf
from betterauth_auth.conf import Policy
from betterauth_auth.events.ledger import SESSION_ENDED, SIGNED_OUT, USER_BANNED, USER_DELETED, Told
from betterauth_auth.events.refusal import EventRefused
from betterauth_auth.events.rules import LOGOUT, PLUGIN
from betterauth_auth.jwks.waiting import blocking
from betterauth_auth.profiles import settings_for
from betterauth_auth.tokens import VerifiedToken, as_bytes, steps_to_verify

EVENT_TYPE, LOGOUT_TYPE = "better-auth.event+jwt", "logout+jwt"
# No token that signs somebody in has it, so no other verifier takes an event for one.
EVENT_AUDIENCE = "better-auth:events"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
MAX_LIFETIME_SECONDS = 300
MAX_ID_CHARACTERS = 128
TOLD_BY_PLUGIN = frozenset({SESSION_ENDED, USER_BANNED, USER_DELETED})


def told_by_plugin(token: str) -> Told:
    """InvalidToken or EventRefused when it is not good, KeysUnavailable when nobody can tell."""
    verified = verify(token, senders(PLUGIN), EVENT_AUDIENCE, EVENT_TYPE)
    kind = verified.claims.get("event")
    if kind not in TOLD_BY_PLUGIN:
        raise EventRefused("unknown_event")
    session = claimed.text(verified.claims.get("sid"))
    if kind == SESSION_ENDED and claimed.session_mark(session) == claimed.SESSIONLESS:
        kind, session = SIGNED_OUT, ""
    return told(verified, str(kind), moment(verified), session)


def told_by_logout(token: str) -> Told:
    policies = [policy for policy in senders(LOGOUT) if policy.events.logout_client_id]
    clients = {policy.events.logout_client_id for policy in policies}
    if len(clients) != 1:
        raise EventRefused("no_client")
    verified = verify(token, policies, clients.pop(), LOGOUT_TYPE)
    events = verified.claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT_EVENT), Mapping):
        raise EventRefused("no_logout")
    # Somebody might otherwise use an ID token for one (OpenID Connect Back-Channel Logout 1.0, 2.4).
    if "nonce" in verified.claims:
        raise EventRefused("nonce")
    session = claimed.text(verified.claims.get("sid"))
    has_session = claimed.session_mark(session) != claimed.SESSIONLESS
    kind = SESSION_ENDED if has_session else SIGNED_OUT
    return told(verified, kind, verified.issued_at, session if has_session else "")


def senders(name: str) -> list[Policy]:
    return [policy for policy in conf.current().policies if name in policy.events.senders]


def verify(token: str, policies: list[Policy], audience: str, token_type: str) -> VerifiedToken:
    rules = settings_for(policies, audience=audience, token_type=token_type, max_lifetime_seconds=MAX_LIFETIME_SECONDS)
    return blocking(steps_to_verify(as_bytes(token), b"", rules, time.time()))


def told(verified: VerifiedToken, kind: str, happened_at: datetime, session: str) -> Told:
    event_id = verified.claims.get("jti")
    if not isinstance(event_id, str) or not 0 < len(event_id) <= MAX_ID_CHARACTERS or not event_id.isprintable():
        raise EventRefused("jti")
    return Told(verified.identity_issuer, event_id, kind, verified.subject, happened_at, session)


def moment(verified: VerifiedToken) -> datetime:
    """When it happened, in milliseconds: the token may have been signed long after, when we were back."""
    value = verified.claims.get("at")
    if type(value) is not int or not 0 < value < 10**14:
        raise EventRefused("moment")
    happened_at = datetime.fromtimestamp(value / 1000, UTC)
    # It would shut the person out for so long.
    if (happened_at - verified.issued_at).total_seconds() > 1:
        raise EventRefused("moment_in_future")
    return happened_at
