"""Replaces the snapshot: decides whether to fetch, one at a time, and what becomes of the result.

Nobody waits here. A `Fetch` is a future: whoever needs its result waits for it, see `waiting`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from django.db import connections

from betterauth_auth import counters
from betterauth_auth.conf import Source
from betterauth_auth.exceptions import KeysUnavailable
from betterauth_auth.jwks import shared
from betterauth_auth.jwks.fetch import FetchFailed, fetch_document
from betterauth_auth.jwks.limits import EMPTY_SET, Bucket, Outcome
from betterauth_auth.jwks.snapshot import NEVER, Snapshot

logger = logging.getLogger(__name__)

# From here on Better Auth may sign with keys that it never publishes.
UNPUBLISHED_FROM = 100
# A fetch that hangs where nothing can interrupt it (DNS, a cache) is given up after so many times its own limit.
GIVE_UP_FACTOR = 10
# While it is another process's turn: how long its set is waited for, how often it is looked for, and when a set that is
# merely old is looked after again.
PATIENCE_SECONDS = 1
LOOK_SECONDS = 0.1
LEFT_SECONDS = 0.5


class LeftToAnother(Exception):
    """Another process is asking, and nobody here waits for what it will be told."""


@dataclass(slots=True, eq=False)
class Fetch:
    """One attempt to get the set, shared by everybody who waits for it."""

    asked_at: float
    kid: str = ""
    """The kid it is for; empty when the set is merely old."""
    limit: Bucket | None = None
    has_replaced: Future[bool] = field(default_factory=Future)
    """Whether the snapshot is now the one that was fetched, once the attempt is over."""
    is_awaited: bool = True


class Refresher:
    """Owns the snapshot. Readers look at it without the lock, because it is immutable and replaced whole."""

    def __init__(self, source: Source, clock: Callable[[], float]) -> None:
        self.source = source
        self.clock = clock
        self.lock = threading.Lock()
        self.snapshot = Snapshot()
        self.outcome = Outcome()
        self.running: Fetch | None = None
        self.last_attempt_at = 0.0
        self.left_until = NEVER

    def join_or_start(self, kid: str = "", limit: Bucket | None = None, *, is_awaited: bool = True) -> Fetch:
        """The fetch that is under way, or a new one; KeysUnavailable if it is too early for that."""
        with self.lock:
            now = self.clock()
            if (running := self.fetch_under_way(now)) is not None:
                running.is_awaited |= is_awaited
                return running
            self.outcome.refuse_too_early(now, limit)
            self.running = fetch = Fetch(now, kid, limit, is_awaited=is_awaited)
            self.last_attempt_at = time.time()
        try:
            threading.Thread(target=self.run, args=(fetch,), name="betterauth-keys", daemon=True).start()
        except RuntimeError as exc:
            self.fail(fetch, FetchFailed("no_thread"))
            fetch.has_replaced.set_result(False)
            raise KeysUnavailable("no_thread") from exc
        return fetch

    def fetch_under_way(self, now: float) -> Fetch | None:
        running = self.running
        if running is None or now >= running.asked_at + GIVE_UP_FACTOR * self.source.fetch_seconds:
            return None
        return running

    def refresh_in_background(self) -> None:
        """Starts a fetch if the set is old and nobody is at it yet."""
        now = self.clock()
        if now < max(self.snapshot.soft_until, self.outcome.retry_at, self.left_until) or self.fetch_under_way(now):
            return
        try:
            self.join_or_start(is_awaited=False)
        except KeysUnavailable:
            # The present set goes on serving; the next reader after the back-off tries again.
            return

    def run(self, fetch: Fetch) -> None:
        has_replaced = False
        try:
            has_replaced = self.succeed(fetch, self.obtain(fetch))
        except LeftToAnother:
            # Nobody waits for it, and nothing has failed.
            pass
        except FetchFailed as exc:
            self.fail(fetch, exc)
        except Exception:
            logger.exception("Getting the key set of %s failed in an unforeseen way.", self.source.name)
            self.fail(fetch, FetchFailed("unforeseen"))
        finally:
            fetch.has_replaced.set_result(has_replaced)
            if self.source.cache:
                # The cache may live in the database, and this thread's connection ends with the thread.
                connections.close_all()

    def obtain(self, fetch: Fetch) -> Snapshot:
        """What another process fetched, if that answers what this fetch is for, else what the source says."""
        source = self.source
        if not source.cache:
            return self.ask(fetch)
        patient_until = time.monotonic() + PATIENCE_SECONDS
        while True:
            with shared.turn(source) as is_ours:
                # Also when it is ours, because another process's may have ended a moment ago.
                found = None if is_ours is None else shared.newer(self.snapshot, source, fetch.asked_at, fetch.kid)
                if found is None and (is_ours is not False or time.monotonic() >= patient_until):
                    found = self.ask(fetch)
            if found is not None:
                return shared.spread(found)
            self.leave_unless_awaited(fetch)
            time.sleep(LOOK_SECONDS)

    def leave_unless_awaited(self, fetch: Fetch) -> None:
        """LeftToAnother while the set may well be that old."""
        with self.lock:
            now = self.clock()
            if fetch.is_awaited or now >= self.snapshot.soft_until + shared.turn_seconds(self.source):
                return
            if self.running is fetch:
                self.running, self.left_until = None, now + LEFT_SECONDS
        raise LeftToAnother

    def ask(self, fetch: Fetch) -> Snapshot:
        source = self.source
        document = fetch_document(source)
        snapshot = self.snapshot.followed_by(document.body, source, fetch.asked_at, document.max_age_seconds)
        if self.snapshot.keys and not snapshot.keys and not self.outcome.confirms_empty_set(fetch.asked_at):
            raise FetchFailed(EMPTY_SET, detail="the known keys serve until a second fetch agrees")
        if source.cache:
            shared.write(source, document.body, document.max_age_seconds, self.last_attempt_at)
        return snapshot

    def succeed(self, fetch: Fetch, snapshot: Snapshot) -> bool:
        """Takes the snapshot, unless the fetch was given up meanwhile."""
        with self.lock:
            if self.running is not fetch:
                return False
            self.log_changes(snapshot)
            if fetch.limit is not None and fetch.kid in snapshot.keys and fetch.kid not in self.snapshot.keys:
                # Only junk is limited. Servers that rotate often would otherwise use the limit up with genuine kids.
                fetch.limit.give_back()
            self.snapshot, self.outcome, self.running = snapshot, Outcome("ok"), None
        counters.count_fetch("ok")
        return True

    def fail(self, fetch: Fetch, failure: FetchFailed) -> None:
        with self.lock:
            if self.running is not fetch:
                return
            before, now = self.outcome, self.clock()
            if failure.reason == EMPTY_SET:
                self.outcome = before.after_empty_set(now)
                # The keys at hand serve on and are old when the doubt is over, so that the next reader asks again.
                self.snapshot = replace(self.snapshot, soft_until=self.outcome.doubted_until)
            else:
                self.outcome = before.after_failure(failure, now, is_urgent=now >= self.snapshot.hard_until)
            self.running = None
        counters.count_fetch(failure.reason)
        if failure.reason != before.reason:
            # Once, because in a long outage there is a fetch every minute, in each process.
            detail = f" ({failure.detail})" if failure.detail else ""
            logger.warning("Could not fetch the key set of %s: %s%s.", self.source.name, failure.reason, detail)

    def log_changes(self, snapshot: Snapshot) -> None:
        name, before = self.source.name, self.snapshot
        if self.outcome.reason not in {"never", "ok"}:
            logger.info("The key set of %s was fetched again.", name)
        if snapshot.left_out != before.left_out:
            for line in snapshot.left_out:
                logger.warning("Left out of the key set of %s: %s.", name, line)
        if not snapshot.keys and (before.keys or before.asked_at == NEVER):
            logger.warning("The key set of %s is empty; every token is refused until it is not.", name)
        if len(snapshot.keys) >= UNPUBLISHED_FROM > len(before.keys):
            logger.warning("%s has 100 keys or more. Above 100, Better Auth signs with keys it never publishes.", name)

    def renew_after_fork(self) -> None:
        """The child has the snapshot but not the thread that fetches, and perhaps a lock that nobody releases."""
        self.lock, self.running = threading.Lock(), None
