"""Waits for a fetch by blocking a thread, and never for long."""

from __future__ import annotations

import math
import threading

from betterauth_auth.exceptions import KeysUnavailable
from betterauth_auth.jwks.refresh import Fetch, Refresher

# While good tokens can be served, a crowd that waits for a slow fetch would take the threads away from them.
JUNK_WAIT_SECONDS = 0.5


class WaitingRoom:
    def __init__(self, refresher: Refresher) -> None:
        self.refresher = refresher
        self.first_waiter = threading.Lock()

    def wait_for(self, fetch: Fetch, arrived: float, at_most: float = math.inf) -> None:
        """Until the fetch has replaced the snapshot; KeysUnavailable when it has not, or not in time."""
        refresher = self.refresher
        # A fetch that began earlier will be cut off earlier, so waiting longer for it would only hold the thread up.
        until = min(arrived, fetch.asked_at) + min(at_most, refresher.source.fetch_seconds)
        try:
            has_replaced = fetch.has_replaced.result(max(0.0, until - refresher.clock()))
        except TimeoutError:
            raise KeysUnavailable("timeout") from None
        if not has_replaced:
            raise refresher.outcome.unavailable(refresher.clock())

    def wait_in_crowd(self, fetch: Fetch, arrived: float) -> None:
        """For tokens that may be junk: one of them waits for as long as it takes, the others only a moment."""
        is_first = self.first_waiter.acquire(blocking=False)
        try:
            self.wait_for(fetch, arrived, math.inf if is_first else JUNK_WAIT_SECONDS)
        finally:
            if is_first:
                self.first_waiter.release()

    def renew_after_fork(self) -> None:
        self.first_waiter = threading.Lock()
