"""The keys of one issuer: fast to read, and alive when the issuer is not.

Readers take no lock: they look at an immutable snapshot that is replaced whole. One thread at a time fetches; who
needs its result waits for a bounded time, and who has a key does not wait at all.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import connections

from betterauth_auth import counters
from betterauth_auth.conf import Source
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.jwks import shared
from betterauth_auth.jwks.fetch import FetchFailed, fetch
from betterauth_auth.jwks.keys import Key
from betterauth_auth.jwks.snapshot import NEVER, Snapshot

logger = logging.getLogger(__name__)

# From here on Better Auth may sign with keys that it never publishes.
UNPUBLISHED_FROM = 100
# Short, because a key made meanwhile under an expected kid is refused for so long.
ABSENT_KID_SECONDS = 1
# While good tokens can be served, a crowd that waits for a slow fetch would take the threads away from them.
JUNK_WAIT_SECONDS = 0.5
MAX_ABSENT_KIDS = 1024
BAD_SIGNATURE_SECONDS = 30
MAX_BACK_OFF_SECONDS = 60
# The reason of a fetch that found no keys where there were some; it is believed when a later one finds none either.
EMPTY_SET = "empty_set"
DOUBT_SECONDS = 30
URGENT_SECONDS = 30
# A fetch that hangs where nothing can interrupt it (DNS, a cache) is given up after so many times its own limit.
GIVE_UP_FACTOR = 10
# The age of a shared set comes from another clock than the age of our own.
CLOCK_TOLERANCE_SECONDS = 1


class Fetch:
    """One attempt to get the set, shared by everybody who waits for it."""

    def __init__(self, asked_at: float, kid: str) -> None:
        self.asked_at = asked_at
        self.kid = kid
        self.is_done = threading.Event()
        self.has_failed = True


class Bucket:
    """Allows a burst, then one per so many seconds. Used under the key set's lock."""

    def __init__(self, burst: int, seconds: float) -> None:
        self.burst, self.seconds = burst, seconds
        self.tokens, self.filled_at = float(burst), NEVER

    def take(self, now: float) -> float:
        """Zero when it is allowed, otherwise the seconds until it will be."""
        gained = (now - self.filled_at) / self.seconds if self.seconds else self.burst
        self.tokens, self.filled_at = min(float(self.burst), self.tokens + gained), now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0
        return (1 - self.tokens) * self.seconds

    def give_back(self) -> None:
        self.tokens = min(float(self.burst), self.tokens + 1)


class KeySet:
    def __init__(self, source: Source, clock: Callable[[], float] = time.monotonic) -> None:
        self.source = source
        self.clock = clock
        self.snapshot = Snapshot()
        self.lock = threading.Lock()
        self.first_waiter = threading.Lock()
        self.running: Fetch | None = None
        self.failures = 0
        self.retry_at = NEVER
        # From when on an empty set is believed, once one was seen.
        self.doubted_until = NEVER
        self.unknown_kids = Bucket(source.unknown_kid_burst, source.unknown_kid_seconds)
        self.bad_signatures = Bucket(1, BAD_SIGNATURE_SECONDS)
        self.absent_kids: dict[str, float] = {}
        self.last_outcome = "never"
        self.last_attempt_at = 0.0
        _all.add(self)

    def find(self, kid: str) -> Key:
        """The key of this kid; InvalidToken if the issuer has none, KeysUnavailable if nobody can tell."""
        arrived = self.clock()
        snapshot = self.snapshot
        if arrived >= snapshot.hard_until:
            self.wait_for(self.refresh(), arrived)
            snapshot = self.snapshot
        elif arrived >= snapshot.soft_until:
            self.refresh_in_background()
        return snapshot.keys.get(kid) or self.find_unknown(kid, arrived)

    def holds(self, key: Key) -> bool:
        snapshot, now = self.snapshot, self.clock()
        if now >= snapshot.soft_until:
            # Nobody else may notice that the set is old while all tokens come from the cache.
            self.refresh_in_background()
        return snapshot.keys.get(key.kid) is key and now < snapshot.hard_until

    def find_unknown(self, kid: str, arrived: float) -> Key:
        # Twice, because a fetch that was already under way may have been answered before this key was made.
        for _ in range(2):
            if self.is_surely_absent(kid, arrived):
                raise InvalidToken("unknown_kid", f"the issuer's key set has no key with kid {kid!r}")
            self.wait_in_crowd(self.refresh(self.unknown_kids, kid), arrived)
            if key := self.snapshot.keys.get(kid):
                return key
        if not self.is_surely_absent(kid, arrived):
            raise KeysUnavailable("key set keeps changing")
        raise InvalidToken("unknown_kid", f"the issuer's key set has no key with kid {kid!r}")

    def is_surely_absent(self, kid: str, arrived: float) -> bool:
        """Whether the set was asked for after the token came, or just before, and has no such kid."""
        if self.absent_kids.get(kid, NEVER) > arrived:
            return True
        if self.snapshot.asked_at < arrived:
            return False
        if len(self.absent_kids) >= MAX_ABSENT_KIDS:
            self.absent_kids = {}
        self.absent_kids[kid] = self.clock() + ABSENT_KID_SECONDS
        return True

    def find_replacement(self, key: Key) -> Key | None:
        """Another key under the same kid, if the issuer now has one: a re-created database numbers its keys anew."""
        arrived = self.clock()
        try:
            self.wait_in_crowd(self.refresh(self.bad_signatures, key.kid), arrived)
        except KeysUnavailable:
            return None
        found = self.snapshot.keys.get(key.kid)
        return None if found is key else found

    def refresh(self, bucket: Bucket | None = None, kid: str = "") -> Fetch:
        """The fetch that is under way, or a new one unless it is too early for that."""
        with self.lock:
            now = self.clock()
            if self.running is not None and self.is_fetching(now):
                return self.running
            if now < self.retry_at:
                raise KeysUnavailable(self.last_outcome, self.retry_at - now)
            if bucket is None and now < self.doubted_until:
                raise KeysUnavailable(EMPTY_SET, self.doubted_until - now)
            if bucket is not None and (seconds := bucket.take(now)):
                raise KeysUnavailable("too many unknown kids", seconds)
            self.running = job = Fetch(now, kid)
            self.last_attempt_at = time.time()
        try:
            threading.Thread(target=self.run, args=(job,), name="betterauth-keys", daemon=True).start()
        except RuntimeError as exc:
            self.failed(job, FetchFailed("no_thread"))
            raise KeysUnavailable("no_thread") from exc
        return job

    def is_fetching(self, now: float) -> bool:
        running = self.running
        return running is not None and now < running.asked_at + GIVE_UP_FACTOR * self.source.fetch_seconds

    def refresh_in_background(self) -> None:
        """Fetches in the background if the set is old and nobody is at it yet."""
        now = self.clock()
        if now < self.snapshot.soft_until or now < self.retry_at or self.is_fetching(now):
            return
        try:
            self.refresh()
        except KeysUnavailable:
            # The present set goes on serving; the next reader after the back-off tries again.
            return

    def wait_in_crowd(self, job: Fetch, arrived: float) -> None:
        """For tokens that may be junk: one of them waits for as long as it takes, the others only a moment."""
        is_first = self.first_waiter.acquire(blocking=False)
        try:
            self.wait_for(job, arrived, self.source.fetch_seconds if is_first else JUNK_WAIT_SECONDS)
        finally:
            if is_first:
                self.first_waiter.release()

    def wait_for(self, job: Fetch, arrived: float, seconds: float | None = None) -> None:
        # A fetch that began earlier will be cut off earlier, so waiting longer for it would only hold the thread up.
        patience = self.source.fetch_seconds if seconds is None else min(seconds, self.source.fetch_seconds)
        remaining = min(arrived, job.asked_at) + patience - self.clock()
        if not job.is_done.wait(max(0.0, remaining)):
            raise KeysUnavailable("timeout")
        if job.has_failed:
            raise KeysUnavailable(self.last_outcome, max(self.retry_at, self.doubted_until) - self.clock())

    def run(self, job: Fetch) -> None:
        try:
            self.succeeded(job, self.obtain(job))
        except FetchFailed as exc:
            self.failed(job, exc)
        except Exception:
            logger.exception("Getting the key set of %s failed in an unforeseen way.", self.source.name)
            self.failed(job, FetchFailed("unforeseen"))
        finally:
            job.is_done.set()
            if self.source.cache:
                # The cache may live in the database, and this thread's connection ends with the thread.
                connections.close_all()

    def obtain(self, job: Fetch) -> Snapshot:
        if self.source.cache and (found := self.obtain_shared(job)) is not None:
            return found
        document = fetch(self.source)
        snapshot = self.snapshot.followed_by(document.body, self.source, job.asked_at, document.max_age_seconds)
        if self.is_doubtful(snapshot, job):
            raise FetchFailed(EMPTY_SET, detail="the known keys serve until a second fetch agrees")
        if self.source.cache:
            shared.write(self.source, document.body, document.max_age_seconds, self.last_attempt_at)
        return snapshot

    def obtain_shared(self, job: Fetch) -> Snapshot | None:
        found = shared.read(self.source)
        if found is None:
            return None
        asked_at = job.asked_at - found.age_seconds
        try:
            snapshot = self.snapshot.followed_by(found.body, self.source, asked_at, found.max_age_seconds)
        except FetchFailed as exc:
            logger.warning("The shared key set of %s is not used: %s.", self.source.name, exc.reason)
            return None
        return snapshot if self.is_worth_taking(snapshot, job) else None

    def is_doubtful(self, snapshot: Snapshot, job: Fetch) -> bool:
        """Whether keys would be given up for an empty set that nothing has confirmed yet."""
        is_confirmed = NEVER < self.doubted_until <= job.asked_at
        return bool(self.snapshot.keys) and not snapshot.keys and not is_confirmed

    def is_worth_taking(self, shared_snapshot: Snapshot, job: Fetch) -> bool:
        """Whether what another process fetched answers what this fetch is for."""
        known, found = self.snapshot, shared_snapshot
        if known.keys and not found.keys:
            # An empty set is doubted, and another process's word confirms nothing.
            return False
        if job.asked_at >= found.soft_until:
            return False
        if job.kid:
            # Who asks again for a kid that is known doubts the key itself, and wants the issuer's word for it.
            return job.kid in found.keys and job.kid not in known.keys and found.asked_at > known.asked_at
        return found.asked_at > known.asked_at + CLOCK_TOLERANCE_SECONDS

    def succeeded(self, job: Fetch, snapshot: Snapshot) -> None:
        with self.lock:
            if self.running is not job:
                return
            self.log_changes(snapshot)
            if job.kid in snapshot.keys and job.kid not in self.snapshot.keys:
                # Only junk is limited. Servers that rotate often would otherwise use the limit up with genuine kids.
                self.unknown_kids.give_back()
            self.snapshot = snapshot
            self.failures, self.retry_at, self.doubted_until, self.last_outcome = 0, NEVER, NEVER, "ok"
            self.running, job.has_failed = None, False
        counters.count_fetch("ok")

    def failed(self, job: Fetch, exc: FetchFailed) -> None:
        with self.lock:
            if self.running is not job:
                return
            if exc.reason == EMPTY_SET:
                self.doubt()
            else:
                self.back_off(exc)
            is_news = exc.reason != self.last_outcome
            self.last_outcome, self.running = exc.reason, None
        counters.count_fetch(exc.reason)
        if is_news:
            # Once, because in a long outage there is a fetch every minute, in each process.
            detail = f" ({exc.detail})" if exc.detail else ""
            logger.warning("Could not fetch the key set of %s: %s%s.", self.source.name, exc.reason, detail)

    def doubt(self) -> None:
        """The keys at hand serve on and count as old when the doubt is over, so that the next reader asks again."""
        if self.doubted_until == NEVER:
            self.doubted_until = self.clock() + DOUBT_SECONDS
        self.snapshot = replace(self.snapshot, soft_until=self.doubted_until)
        self.failures, self.retry_at = 0, NEVER

    def back_off(self, exc: FetchFailed) -> None:
        self.failures += 1
        back_off = min(2.0 ** min(self.failures - 1, 10), MAX_BACK_OFF_SECONDS)
        now = self.clock()
        # While nobody can sign in, an issuer that asks for minutes of silence is asked again sooner.
        is_urgent = now >= self.snapshot.hard_until
        asked_for = min(exc.retry_after_seconds, URGENT_SECONDS) if is_urgent else exc.retry_after_seconds
        self.retry_at = now + max(back_off, asked_for)
        if exc.reason == "no_usable_keys":
            # It has keys, so it was not empty all the time.
            self.doubted_until = NEVER

    def log_changes(self, snapshot: Snapshot) -> None:
        name = self.source.name
        if self.last_outcome not in {"never", "ok"}:
            logger.info("The key set of %s was fetched again.", name)
        if snapshot.left_out != self.snapshot.left_out:
            for line in snapshot.left_out:
                logger.warning("Left out of the key set of %s: %s.", name, line)
        if not snapshot.keys and (self.snapshot.keys or self.snapshot.asked_at == NEVER):
            logger.warning("The key set of %s is empty; every token is refused until it is not.", name)
        if len(snapshot.keys) >= UNPUBLISHED_FROM > len(self.snapshot.keys):
            logger.warning("%s has 100 keys or more. Above 100, Better Auth signs with keys it never publishes.", name)

    def renew_after_fork(self) -> None:
        """The child has the snapshot but not the threads, and perhaps a lock that nobody will ever release."""
        self.lock, self.first_waiter = threading.Lock(), threading.Lock()
        self.running = None


_all: weakref.WeakSet[KeySet] = weakref.WeakSet()
_of_source: dict[Source, KeySet] = {}


def of(source: Source) -> KeySet:
    found = _of_source.get(source)
    return found if found is not None else _of_source.setdefault(source, KeySet(source))


def forget(*, setting: str, **kwargs: Any) -> None:
    """Receiver of Django's `setting_changed`: tests start with nothing fetched."""
    if setting == "BETTER_AUTH":
        _of_source.clear()


def _renew_all_after_fork() -> None:
    for keyset in list(_all):
        keyset.renew_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all_after_fork)
