"""Something that must always run: started again when it ended, at once if it had served, ever more slowly if not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from granian.log import logger

# By how many times in a row it ended without having served for a while.
DELAYS = (0, 0.5, 1, 2, 4, 8)
A_WHILE_SECONDS = 1


class Child(Protocol):
    def exit_status(self) -> int | None:
        """None while it runs; below zero the signal that killed it."""

    def is_up(self) -> bool:
        """Whether it has got as far as serving."""


ChildT = TypeVar("ChildT", bound=Child)


class Place(Generic[ChildT]):
    """Where one child runs at a time. `turn` is called again and again and never waits."""

    def __init__(self, name: str, start: Callable[[], ChildT]) -> None:
        self.name, self.start = name, start
        self.child: ChildT | None = None
        self.failures = 0
        self.due_at = 0.0
        self.up_since: float | None = None
        self.has_been_up = False

    def turn(self) -> None:
        if self.child is not None:
            self.look_at(self.child)
        if self.child is None and time.monotonic() >= self.due_at:
            try:
                self.child = self.start()
            except OSError as exc:
                self.plan_another(f"can't be started ({exc})")

    @property
    def is_hopeless(self) -> bool:
        """It failed, and never once worked: trying again would hide a mistake in the configuration."""
        return self.failures > 0 and not self.has_been_up

    def look_at(self, child: ChildT) -> None:
        status = child.exit_status()
        if self.up_since is None and child.is_up():
            self.up_since = time.monotonic()
            self.has_been_up = True
            if self.due_at:
                logger.warning("%s is up again", self.name)
        if status is not None:
            self.child = None
            self.plan_another(f"ended ({in_words(status)})")

    def plan_another(self, what: str) -> None:
        now = time.monotonic()
        has_served = self.up_since is not None and now - self.up_since >= A_WHILE_SECONDS
        self.failures = 0 if has_served else self.failures + 1
        delay = DELAYS[min(self.failures, len(DELAYS) - 1)]
        self.due_at, self.up_since = now + delay, None
        logger.error("%s %s; another is started in %s s", self.name, what, delay)


def in_words(status: int) -> str:
    return f"status {status}" if status >= 0 else f"signal {-status}"
