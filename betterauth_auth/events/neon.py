"""Neon Auth's webhooks: a detached signature in headers, a body, and sometimes a question that waits for the answer."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from betterauth_auth import claims as claimed
from betterauth_auth.conf import ABSENT, Policy
from betterauth_auth.events.refusal import EventRefused
from betterauth_auth.events.rules import NEON
from betterauth_auth.events.tokens import MAX_ID_CHARACTERS, senders
from betterauth_auth.jwks.waiting import blocking
from betterauth_auth.profiles import settings_for
from betterauth_auth.strict_json import JsonObject, encode_base64url, load_object
from betterauth_auth.tokens import MAX_TOKEN_BYTES, steps_to_verify_detached

USER_CREATED, BEFORE_CREATE = "user.created", "user.before_create"
MAX_AGE_SECONDS = 300
MILLISECONDS = re.compile(r"[0-9]{13}", re.ASCII)
ALLOWED: JsonObject = {"allowed": True}
NOT_ALLOWED: JsonObject = {
    "allowed": False,
    "error_code": "DOMAIN_NOT_ALLOWED",
    "error_message": "Sign-up is not open for this e-mail address.",
}


class Webhook(NamedTuple):
    policy: Policy
    kind: str
    happened_at: datetime
    user: Mapping[str, object]

    @property
    def issuer(self) -> str:
        return self.policy.people.identity_issuer or self.policy.issuers[0]


def verified(headers: Mapping[str, str], body: bytes) -> Webhook:
    """InvalidToken or EventRefused when it is not good, KeysUnavailable when nobody can tell."""
    policies = senders(NEON)
    if len(policies) != 1:
        raise EventRefused("no_neon")
    policy = policies[0]
    happened_at = checked_moment(headers.get("X-Neon-Timestamp", ""))
    refuse_bad_signature(headers, body, policy)
    try:
        content = load_object(body)
    except ValueError as exc:
        raise EventRefused("malformed_json") from exc
    event_id = headers.get("X-Neon-Event-Id", "")
    if not 0 < len(event_id) <= MAX_ID_CHARACTERS or not event_id.isprintable():
        raise EventRefused("event_id")
    kind = claimed.text(content.get("event_type"))
    # The signature covers the body and not these.
    if kind != headers.get("X-Neon-Event-Type", "") or content.get("event_id", event_id) != event_id:
        raise EventRefused("header_mismatch")
    user = content.get("user")
    return Webhook(policy, kind, happened_at, user if isinstance(user, Mapping) else {})


def checked_moment(text: str) -> datetime:
    if not MILLISECONDS.fullmatch(text):
        raise EventRefused("timestamp")
    seconds = int(text) / 1000
    if abs(time.time() - seconds) > MAX_AGE_SECONDS:
        raise EventRefused("too_old" if seconds < time.time() else "in_future")
    return datetime.fromtimestamp(seconds, UTC)


def refuse_bad_signature(headers: Mapping[str, str], body: bytes, policy: Policy) -> None:
    signature, kid = headers.get("X-Neon-Signature", ""), headers.get("X-Neon-Signature-Kid", "")
    if not signature.isascii() or not 0 < len(signature) <= MAX_TOKEN_BYTES:
        raise EventRefused("no_signature")
    (strict,) = settings_for([policy], audience="", token_type=ABSENT).policies
    payload = headers["X-Neon-Timestamp"].encode() + b"." + encode_base64url(body)
    if blocking(steps_to_verify_detached(signature.encode(), payload, strict)) != kid:
        raise EventRefused("kid_mismatch")


def answer_to(webhook: Webhook) -> JsonObject:
    """What Neon is told in return."""
    if webhook.kind == BEFORE_CREATE:
        return ALLOWED if may_sign_up(webhook) else NOT_ALLOWED
    return {"received": True}


def may_sign_up(webhook: Webhook) -> bool:
    """Whether the address is in a domain of the list; nobody without one."""
    name, at, domain = claimed.text(webhook.user.get("email")).rpartition("@")
    return bool(name and at) and domain.lower() in webhook.policy.events.sign_up_domains


def makes_user(webhook: Webhook) -> bool:
    return webhook.kind == USER_CREATED and webhook.policy.events.makes_user
