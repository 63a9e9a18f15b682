"""The one place that says what time it is, so that a test can stop the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_stopped_at: ContextVar[datetime | None] = ContextVar("stopped_at", default=None)


def now() -> datetime:
    return _stopped_at.get() or datetime.now(UTC)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Within the block it is always `moment`."""
    reset = _stopped_at.set(moment)
    try:
        yield
    finally:
        _stopped_at.reset(reset)
