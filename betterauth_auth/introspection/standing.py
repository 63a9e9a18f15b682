"""Whether an access token still stands, as its OAuth provider says (RFC 7662). Remembered for seconds."""

from __future__ import annotations

import base64
import threading
import time
from functools import partial
from hashlib import sha256

from betterauth_auth.asking import Asking
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.for_settings import ForSettings
from betterauth_auth.introspection.rules import IntrospectionRules
from betterauth_auth.jwks.fetch import FetchFailed
from betterauth_auth.strict_json import load_object
from betterauth_auth.tokens import VerifiedToken

MAX_ANSWER_BYTES = 32 * 1024
MAX_ENTRIES = 4096
AT_ONCE = 8


class Standing:
    def __init__(self, rules: IntrospectionRules) -> None:
        self.rules = rules
        self.lock = threading.Lock()
        self.good_until: dict[bytes, float] = {}
        self.questions = Asking[None](AT_ONCE, rules.fetch_seconds, "too_many_introspections")

    def require(self, credentials: str, token: VerifiedToken) -> None:
        """InvalidToken when the token has been revoked; KeysUnavailable when nobody can tell."""
        digest = sha256(credentials.encode()).digest()
        if self.good_until.get(digest, 0) > time.monotonic():
            return
        self.questions.answer(digest, partial(self.ask, digest, credentials, token))

    def ask(self, digest: bytes, credentials: str, token: VerifiedToken) -> None:
        if not is_active(credentials, self.rules):
            raise InvalidToken("revoked", "its OAuth provider says that it does not stand any more")
        seconds = min(self.rules.remembered_seconds, token.expires_at.timestamp() - time.time())
        with self.lock:
            # What is revoked is not remembered: it stays so, and is worth no place.
            if len(self.good_until) >= MAX_ENTRIES:
                self.good_until.clear()
            self.good_until[digest] = time.monotonic() + seconds


def is_active(credentials: str, rules: IntrospectionRules) -> bool:
    """FetchFailed when the server does not say."""
    # Late, as everywhere: requests takes longer to load than the rest.
    from betterauth_auth.jwks.download import post_form

    form = {"token": credentials, "token_type_hint": "access_token"}
    status, body = post_form(rules, rules.url, MAX_ANSWER_BYTES, form, basic(rules))
    # A refusal of our own credentials says nothing about the token.
    if status != 200:
        raise FetchFailed(f"status_{status}")
    try:
        active = load_object(body).get("active")
    except ValueError as exc:
        raise FetchFailed("not_json") from exc
    if not isinstance(active, bool):
        raise FetchFailed("no_answer")
    return active


def basic(rules: IntrospectionRules) -> dict[str, str]:
    pair = f"{rules.client_id}:{rules.client_secret}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


kept = ForSettings(Standing)
of, forget = kept.of, kept.forget


def require(credentials: str, token: VerifiedToken, rules: IntrospectionRules) -> None:
    try:
        of(rules).require(credentials, token)
    except KeysUnavailable as exc:
        raise KeysUnavailable(f"introspection_{exc.args[0]}", exc.retry_after_seconds) from exc
