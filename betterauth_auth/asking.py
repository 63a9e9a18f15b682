"""Asks Better Auth: one thread for all who want to know the same, a few at once, and nobody in an outage."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.jwks.fetch import FetchFailed

# What says something about the server. Of others a single question may be the reason, and its sender chose it.
OUTAGES = frozenset({"timeout", "connection", "status_429", "status_502", "status_503", "status_504"})
PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 30.0
# For one of those who ask to end when all places are taken.
TURN_SECONDS = 1.0

T = TypeVar("T")


class Asking(Generic[T]):
    def __init__(self, at_once: int, fetch_seconds: float, too_many: str) -> None:
        self.fetch_seconds = fetch_seconds
        self.too_many = too_many
        self.lock = threading.Lock()
        self.under_way: dict[bytes, Future[T]] = {}
        self.turns = threading.BoundedSemaphore(at_once)
        self.outage = ""
        self.retry_at = 0.0

    def answer(self, digest: bytes, ask: Callable[[], T]) -> T:
        """What `ask` gives or raises, to all who want to know the same; KeysUnavailable when nobody can tell."""
        with self.lock:
            waited_for = self.under_way.get(digest)
            if waited_for is None:
                self.refuse_during_outage()
                own: Future[T] = Future()
                self.under_way[digest] = own
        if waited_for is None:
            return self.ask_for_all(digest, ask, own)
        try:
            return waited_for.result(self.fetch_seconds + TURN_SECONDS)
        except TimeoutError as exc:
            raise KeysUnavailable("timeout") from exc

    def ask_for_all(self, digest: bytes, ask: Callable[[], T], own: Future[T]) -> T:
        try:
            found = self.asked(ask)
        except BaseException as exc:
            # Whatever it is, nobody may wait for ever.
            own.set_exception(exc)
            raise
        else:
            own.set_result(found)
            return found
        finally:
            with self.lock:
                del self.under_way[digest]

    def asked(self, ask: Callable[[], T]) -> T:
        if not self.turns.acquire(timeout=TURN_SECONDS):
            raise KeysUnavailable(self.too_many)
        try:
            found = ask()
        except FetchFailed as exc:
            pause = min(max(PAUSE_SECONDS, exc.retry_after_seconds), MAX_PAUSE_SECONDS)
            self.note(exc.reason if exc.reason in OUTAGES else "", pause)
            raise KeysUnavailable(exc.reason, pause) from exc
        except InvalidToken:
            self.note("")
            raise
        else:
            self.note("")
            return found
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
        self.retry_at = now + self.fetch_seconds + TURN_SECONDS
