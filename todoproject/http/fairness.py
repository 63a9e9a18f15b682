"""At most half of a process's threads work for one person at the same time, so that others find a free one.

A page that sends ten requests at once is nothing unusual: what is too many waits, and goes on in the order in which it
came. But waiting holds a thread as well. So each person has an allowance of waiting, which a burst of short requests
does not use up; who has used it up is refused at once. It comes back so slowly that somebody who saves it up and
spends it at one go, again and again, still holds all threads for less than a hundredth of the time.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

# The allowance: how long one person's waiting requests may hold each of the threads that don't work for that person.
ALLOWANCE_SECONDS = 1.0
RECOVERY_SECONDS = 120.0
# Less is not worth waiting.
SHORTEST_WAIT_SECONDS = 0.02
# While the database wakes up, requests take long through nobody's fault, and a free thread would help nobody.
WAKING_SECONDS = 10.0


class Share:
    """What one person has of this process's threads."""

    __slots__ = ("waited", "waited_at", "waiting", "working")

    def __init__(self) -> None:
        self.working = 0
        # One for each request that waits, locked until its turn has come.
        self.waiting: deque[threading.Lock] = deque()
        # The part of the allowance that is used up, and when that was so.
        self.waited = self.waited_at = 0.0

    def used(self, now: float) -> float:
        return max(0.0, self.waited - (now - self.waited_at) * ALLOWANCE_SECONDS / RECOVERY_SECONDS)

    def charge(self, seconds: float, now: float) -> None:
        self.waited, self.waited_at = self.used(now) + seconds / threads_for_others(), now


_lock = threading.Lock()
_shares: dict[str, Share] = {}
_tidied_at = 0.0
_connecting = 0


def threads_for_one() -> int:
    return max(1, settings.WEB_THREADS // 2)


def threads_for_others() -> int:
    return max(1, settings.WEB_THREADS - threads_for_one())


def enter(person: str) -> bool:
    """Whether a request of this person may begin, perhaps after a wait. Whoever may has to `leave` in the end."""
    with _lock:
        share = _shares.get(person)
        if share is None:
            share = _shares[person] = Share()
        if share.working < threads_for_one():
            share.working += 1
            return True
        seconds = ALLOWANCE_SECONDS - share.used(time.monotonic())
        if seconds < SHORTEST_WAIT_SECONDS:
            return False
        turn = threading.Lock()
        turn.acquire()
        share.waiting.append(turn)
    return has_come(turn, share, seconds)


def has_come(turn: threading.Lock, share: Share, seconds: float) -> bool:
    """Waits for the turn, and for longer while connections are being made."""
    began = free_until = time.monotonic()
    while True:
        is_ours = turn.acquire(timeout=seconds)
        with _lock:
            now = time.monotonic()
            # It may have come just now.
            is_ours = is_ours or turn not in share.waiting
            if _connecting and now - began < WAKING_SECONDS:
                free_until = now
                if not is_ours:
                    continue
            if not is_ours:
                share.waiting.remove(turn)
            share.charge(now - free_until, now)
            tidy(now)
            return is_ours


def leave(person: str) -> None:
    with _lock:
        share = _shares[person]
        if share.waiting:
            # Who waits goes on in this place: nobody who comes just now can take it away.
            share.waiting.popleft().release()
            return
        share.working -= 1
        if not share.working and not share.waited:
            del _shares[person]


def tidy(now: float) -> None:
    """Forgets, now and then, who has the whole allowance again."""
    global _tidied_at
    if now - _tidied_at < RECOVERY_SECONDS:
        return
    _tidied_at = now
    for person in [person for person, share in _shares.items() if not share.working and not share.used(now)]:
        del _shares[person]


@contextmanager
def connecting() -> Iterator[None]:
    """Around what makes requests take long that have not asked for much."""
    global _connecting
    with _lock:
        _connecting += 1
    try:
        yield
    finally:
        with _lock:
            _connecting -= 1
