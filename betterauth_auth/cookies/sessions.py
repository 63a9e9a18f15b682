"""Whose token stands behind a session cookie: remembered for seconds, exchanged by one thread for all who wait."""

from __future__ import annotations

import threading
import time
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from betterauth_auth import cutoffs
from betterauth_auth.asking import Asking
from betterauth_auth.cookies.exchange import token_for
from betterauth_auth.cookies.rules import CookieRules
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.for_settings import ForSettings
from betterauth_auth.people_rules import STANDINGS
from betterauth_auth.tokens import VerifiedToken, verify

# How far the clocks of our own machines may differ. Who is asked about in vain costs an exchange.
CLOCKS_SECONDS = 2.0


class Remembered(NamedTuple):
    token: str
    until: float
    person: cutoffs.Person
    at: float


class Sessions:
    def __init__(self, rules: CookieRules) -> None:
        self.rules = rules
        self.lock = threading.Lock()
        self.remembered: dict[bytes, Remembered] = {}
        self.exchanges = Asking[VerifiedToken](rules.exchanges_at_once, rules.fetch_seconds, "too_many_exchanges")

    def token_behind(self, cookie: str) -> VerifiedToken:
        """InvalidToken without a session, or when the person is refused; KeysUnavailable when nobody can tell."""
        # The cookie itself is kept nowhere.
        digest = sha256(cookie.encode()).digest()
        with self.lock:
            known = self.remembered.get(digest)
            if known is None or known.until <= time.monotonic():
                self.remembered.pop(digest, None)
                known = None
        if known is None or is_cut_off_since(known):
            return self.exchanges.answer(digest, partial(self.exchanged, digest, cookie))
        return judged(known.token)

    def exchanged(self, digest: bytes, cookie: str) -> VerifiedToken:
        asked_at = time.time()
        text = token_for(cookie, self.rules)
        token = judged(text)
        self.remember(digest, text, token, asked_at)
        return token

    def remember(self, digest: bytes, text: str, token: VerifiedToken, asked_at: float) -> None:
        # What is no session is not remembered: anybody can make up such cookies, and would push the others out.
        seconds = min(self.rules.remembered_seconds, token.expires_at.timestamp() - time.time())
        if seconds <= 0 or not self.rules.remembered_entries:
            return
        with self.lock:
            while len(self.remembered) >= self.rules.remembered_entries:
                del self.remembered[next(iter(self.remembered))]
            person = token.identity_issuer, token.subject
            self.remembered[digest] = Remembered(text, time.monotonic() + seconds, person, asked_at)


def is_cut_off_since(known: Remembered) -> bool:
    """Whether one of the person's sessions may have ended meanwhile. Only Better Auth knows whether it was this one."""
    moment = cutoffs.moments_of([known.person]).get(known.person)
    return moment is not None and moment + CLOCKS_SECONDS >= known.at


def judged(text: str) -> VerifiedToken:
    """By the one verifier. What the server should not have sent is its fault, and signs nobody out."""
    try:
        return verify(text)
    except InvalidToken as exc:
        if exc.reason in STANDINGS:
            raise
        raise KeysUnavailable(f"exchanged_{exc.reason}") from exc


kept = ForSettings(Sessions)
of, forget = kept.of, kept.forget
