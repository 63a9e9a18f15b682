"""What is tried again and again: that it fails is told once, and once that it works again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from todoproject.monitoring import metrics

logger = logging.getLogger(__name__)


class Trouble:
    """Of one part of the work. Each kind of failure is told once, until the part works again."""

    def __init__(self, part: str, work: str, *expected: type[Exception]) -> None:
        self.part, self.work, self.expected = part, work, expected
        self.kinds: set[type[Exception]] = set()

    @contextmanager
    def ends_here(self) -> Iterator[None]:
        """Whatever is raised inside goes no further, so that the loop around it goes on."""
        try:
            yield
        except Exception as exc:  # noqa: BLE001 - nobody would notice that the loop has ended
            self.tell(exc)

    def tell(self, exc: Exception) -> None:
        if type(exc) not in self.kinds:
            self.kinds.add(type(exc))
            is_expected = isinstance(exc, self.expected)
            level, why = (logging.WARNING, None) if is_expected else (logging.ERROR, exc)
            logger.log(level, "%s fails: %s.", self.work, type(exc).__name__, exc_info=why)
        metrics.count("live_failures_total", part=self.part)

    def is_over(self) -> None:
        if self.kinds:
            self.kinds.clear()
            logger.warning("%s works again.", self.work)
