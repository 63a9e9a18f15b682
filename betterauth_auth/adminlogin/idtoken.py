"""Code -> who signed in: the ID token from Better Auth's token endpoint, judged as strictly as any other token."""

from __future__ import annotations

import time

from django.utils.crypto import constant_time_compare

from betterauth_auth import claims as told
from betterauth_auth.adminlogin.attempt import Attempt, Refused
from betterauth_auth.adminlogin.conf import Door
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.jwks.fetch import FetchFailed
from betterauth_auth.jwks.waiting import blocking
from betterauth_auth.strict_json import load_object
from betterauth_auth.tokens import MAX_TOKEN_BYTES, VerifiedToken, as_bytes, steps_to_verify

BAD_REQUEST, TOO_MANY = 400, 429
# Three tokens of the largest size that is read.
MAX_ANSWER_BYTES = 3 * MAX_TOKEN_BYTES


def exchanged(door: Door, attempt: Attempt, code: str) -> VerifiedToken:
    """The verified ID token; Refused, or KeysUnavailable when nobody can tell."""
    return verified(door, attempt, token_for(door, attempt, code))


def token_for(door: Door, attempt: Attempt, code: str) -> str:
    # Late, because requests takes long to load.
    from betterauth_auth.jwks.download import post_form

    form = {
        "grant_type": "authorization_code",
        "client_id": door.client_id,
        "redirect_uri": attempt.redirect_uri,
        "code": code,
        "code_verifier": attempt.verifier,
    }
    try:
        status, body = post_form(door.policy.source, f"{door.server}/oauth2/token", MAX_ANSWER_BYTES, form)
    except FetchFailed as exc:
        raise KeysUnavailable(exc.reason) from exc
    if BAD_REQUEST <= status < 500 and status != TOO_MANY:
        raise Refused("code")
    if status != 200:
        raise KeysUnavailable(f"status_{status}")
    try:
        token = load_object(body)["id_token"]
    except (ValueError, KeyError) as exc:
        raise KeysUnavailable("no_id_token") from exc
    return told.text(token)


def verified(door: Door, attempt: Attempt, id_token: str) -> VerifiedToken:
    try:
        token = blocking(steps_to_verify(as_bytes(id_token), b"", door.rules, time.time()))
    except InvalidToken as exc:
        raise Refused(exc.reason) from exc
    if token.audiences != (door.client_id,) or token.client_id not in {"", door.client_id}:
        raise Refused("audience")
    if not constant_time_compare(told.text(token.claims.get("nonce")), attempt.nonce):
        raise Refused("nonce")
    return token
