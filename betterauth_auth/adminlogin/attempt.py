"""One attempt to sign in, kept in the session from leaving for Better Auth to coming back (RFC 6749, 7636, 9207)."""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from betterauth_auth.adminlogin.conf import Door

SESSION_KEY = "betterauth_adminlogin"
# For who has to find a second factor first.
MAX_SECONDS = 10 * 60


class Refused(Exception):
    """Nobody is signed in. `reason` is a stable code for the log; the page says the same whatever it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Attempt:
    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    next: str
    started_at: float


def begin(session: SessionBase, redirect_uri: str, next_path: str) -> Attempt:
    """A new attempt takes the place of one that was left."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    attempt = Attempt(state, nonce, verifier, redirect_uri, next_path, time.time())
    session[SESSION_KEY] = asdict(attempt)
    return attempt


def question(door: Door, attempt: Attempt) -> str:
    """Where the browser is sent to."""
    challenge = urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    parameters = {
        "response_type": "code",
        "client_id": door.client_id,
        "redirect_uri": attempt.redirect_uri,
        "scope": "openid",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{door.server}/oauth2/authorize?{urlencode(parameters)}"


def take(session: SessionBase, answer: Mapping[str, str], door: Door) -> tuple[Attempt, str]:
    """The attempt that this answer belongs to, which is over with that, and the code."""
    found = session.pop(SESSION_KEY, None)
    if found is None:
        raise Refused("no_attempt")
    attempt = Attempt(**found)
    if not constant_time_compare(answer.get("state", ""), attempt.state):
        raise Refused("state")
    if time.time() - attempt.started_at > MAX_SECONDS:
        raise Refused("too_late")
    # Always, although a server may leave it out: without it a code could come from another server.
    if answer.get("iss") != door.issuer:
        raise Refused("iss_of_answer")
    code = answer.get("code", "")
    if not code:
        raise Refused("no_code")
    return attempt, code
