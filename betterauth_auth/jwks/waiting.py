"""Waits for a fetch, never for long: by blocking a thread, or by awaiting, which takes none.

Whatever may have to wait is written once, as steps: a generator that yields each `Wait` and is told whether the fetch
was over in time. `blocking` and `awaiting` take it to its end, so there are not two versions of a check.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import suppress
from typing import NamedTuple, TypeAlias, TypeVar

from betterauth_auth.exceptions import KeysUnavailable
from betterauth_auth.jwks.refresh import Fetch, Refresher

# While good tokens can be served, a crowd that waits for a slow fetch would take the threads away from them.
JUNK_WAIT_SECONDS = 0.5


class Wait(NamedTuple):
    future: Future[bool]
    seconds: float


T = TypeVar("T")
Steps: TypeAlias = Generator[Wait, bool, T]


def blocking(steps: Steps[T]) -> T:
    """What the steps come to, in a thread that may be held up."""
    try:
        wait = next(steps)
        while True:
            wait = steps.send(is_over_after(wait))
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


def is_over_after(wait: Wait) -> bool:
    try:
        wait.future.result(wait.seconds)
    except TimeoutError:
        return False
    return True


async def awaiting(steps: Steps[T]) -> T:
    """What the steps come to, in an event loop. Whoever is cancelled leaves the fetch to the others."""
    try:
        wait = next(steps)
        while True:
            wait = steps.send(await is_over_within(wait))
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


async def is_over_within(wait: Wait) -> bool:
    # Not `asyncio.wrap_future`, which hands a cancellation on to the future that all share.
    loop = asyncio.get_running_loop()
    is_over = asyncio.Event()

    def tell(_: Future[bool]) -> None:
        # The loop may have ended meanwhile, and nobody in it waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(is_over.set)

    wait.future.add_done_callback(tell)
    with suppress(TimeoutError):
        await asyncio.wait_for(is_over.wait(), wait.seconds)
    return wait.future.done()


class WaitingRoom:
    def __init__(self, refresher: Refresher) -> None:
        self.refresher = refresher
        self.first_waiter = threading.Lock()

    def wait_for(self, fetch: Fetch, arrived: float, at_most: float = math.inf) -> Steps[None]:
        """Until the fetch has replaced the snapshot; KeysUnavailable when it has not, or not in time."""
        refresher = self.refresher
        # A fetch that began earlier will be cut off earlier, so waiting longer for it would only hold the caller up.
        until = min(arrived, fetch.asked_at) + min(at_most, refresher.source.fetch_seconds)
        is_over = yield Wait(fetch.has_replaced, max(0.0, until - refresher.clock()))
        if not is_over:
            raise KeysUnavailable("timeout")
        if not fetch.has_replaced.result():
            raise refresher.outcome.unavailable(refresher.clock())

    def wait_in_crowd(self, fetch: Fetch, arrived: float) -> Steps[None]:
        """For tokens that may be junk: one of them waits for as long as it takes, the others only a moment."""
        is_first = self.first_waiter.acquire(blocking=False)
        try:
            yield from self.wait_for(fetch, arrived, math.inf if is_first else JUNK_WAIT_SECONDS)
        finally:
            if is_first:
                self.first_waiter.release()

    def renew_after_fork(self) -> None:
        self.first_waiter = threading.Lock()
