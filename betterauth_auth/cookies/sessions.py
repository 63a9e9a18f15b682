"""Whose token stands behind a session cookie: remembered for seconds, exchanged by one thread for all who wait."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import Future
from hashlib import sha256
from typing import NamedTuple

from betterauth_auth.cookies.exchange import token_for
from betterauth_auth.cookies.rules import CookieRules
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.jwks.fetch import FetchFailed
from betterauth_auth.people_rules import STANDINGS
from betterauth_auth.tokens import VerifiedToken, verify

# What says something about the server. Of others a single cookie may be the reason, and its sender chose it.
OUTAGES = frozenset({"timeout", "connection", "status_429", "status_502", "status_503", "status_504"})
PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 30.0
# For one of the exchanges to end when all are taken.
TURN_SECONDS = 1.0


class Remembered(NamedTuple):
    token: str
    until: float


class Sessions:
    def __init__(self, rules: CookieRules) -> None:
        self.rules = rules
        self.lock = threading.Lock()
        self.remembered: dict[bytes, Remembered] = {}
        self.under_way: dict[bytes, Future[VerifiedToken]] = {}
        self.turns = threading.BoundedSemaphore(rules.exchanges_at_once)
        self.outage = ""
        self.retry_at = 0.0

    def token_behind(self, cookie: str) -> VerifiedToken:
        """InvalidToken without a session, or when the person is refused; KeysUnavailable when nobody can tell."""
        # The cookie itself is kept nowhere.
        digest = sha256(cookie.encode()).digest()
        with self.lock:
            known = self.remembered.get(digest)
            if known is None or known.until <= time.monotonic():
                self.remembered.pop(digest, None)
                known = None
        return judged(known.token) if known else self.exchanged(digest, cookie)

    def exchanged(self, digest: bytes, cookie: str) -> VerifiedToken:
        with self.lock:
            waited_for = self.under_way.get(digest)
            if waited_for is None:
                self.refuse_during_outage()
                own: Future[VerifiedToken] = Future()
                self.under_way[digest] = own
        if waited_for is None:
            return self.exchange_for_all(digest, cookie, own)
        try:
            return waited_for.result(self.rules.fetch_seconds + TURN_SECONDS)
        except TimeoutError as exc:
            raise KeysUnavailable("timeout") from exc

    def exchange_for_all(self, digest: bytes, cookie: str, own: Future[VerifiedToken]) -> VerifiedToken:
        try:
            text = self.asked(cookie)
            token = judged(text)
            self.remember(digest, text, token)
        except BaseException as exc:
            # Whatever it is, nobody may wait for ever.
            own.set_exception(exc)
            raise
        else:
            own.set_result(token)
            return token
        finally:
            with self.lock:
                del self.under_way[digest]

    def asked(self, cookie: str) -> str:
        if not self.turns.acquire(timeout=TURN_SECONDS):
            raise KeysUnavailable("too_many_exchanges")
        try:
            text = token_for(cookie, self.rules)
        except FetchFailed as exc:
            pause = min(max(PAUSE_SECONDS, exc.retry_after_seconds), MAX_PAUSE_SECONDS)
            self.note(exc.reason if exc.reason in OUTAGES else "", pause)
            raise KeysUnavailable(exc.reason, pause) from exc
        except InvalidToken:
            self.note("")
            raise
        else:
            self.note("")
            return text
        finally:
            self.turns.release()

    def note(self, outage: str, pause: float = 0) -> None:
        with self.lock:
            self.outage, self.retry_at = outage, time.monotonic() + pause

    def refuse_during_outage(self) -> None:
        """Under the lock. After the pause one request tries, and the others are not held up by a server that hangs."""
        now = time.monotonic()
        if not self.outage:
            return
        if now < self.retry_at:
            raise KeysUnavailable(self.outage, self.retry_at - now)
        self.retry_at = now + self.rules.fetch_seconds + TURN_SECONDS

    def remember(self, digest: bytes, text: str, token: VerifiedToken) -> None:
        # What is no session is not remembered: anybody can make up such cookies, and would push the others out.
        seconds = min(self.rules.remembered_seconds, token.expires_at.timestamp() - time.time())
        if seconds <= 0 or not self.rules.remembered_entries:
            return
        with self.lock:
            while len(self.remembered) >= self.rules.remembered_entries:
                del self.remembered[next(iter(self.remembered))]
            self.remembered[digest] = Remembered(text, time.monotonic() + seconds)


def judged(text: str) -> VerifiedToken:
    """By the one verifier. What the server should not have sent is its fault, and signs nobody out."""
    try:
        return verify(text)
    except InvalidToken as exc:
        if exc.reason in STANDINGS:
            raise
        raise KeysUnavailable(f"exchanged_{exc.reason}") from exc


_sessions: Sessions | None = None
_making = threading.Lock()


def of(rules: CookieRules) -> Sessions:
    """Those of these settings; other settings begin with nothing."""
    global _sessions
    with _making:
        if _sessions is None or _sessions.rules != rules:
            _sessions = Sessions(rules)
        return _sessions


def begin_anew() -> None:
    """In a forked child, whose copies of the locks may be held by threads that it does not have."""
    global _sessions, _making
    _sessions, _making = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=begin_anew)


def forget(*, setting: str, **kwargs: object) -> None:
    """Receiver of Django's `setting_changed`."""
    global _sessions
    if setting == "BETTER_AUTH":
        _sessions = None
