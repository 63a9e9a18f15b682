"""Why an event has no effect."""

from __future__ import annotations


class EventRefused(Exception):
    """`reason` is a stable code for the log; the sender learns no more than the status."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
