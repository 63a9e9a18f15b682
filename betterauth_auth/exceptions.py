"""The two ways a token fails: it is wrong, or nobody can tell."""

from __future__ import annotations

import math


class InvalidToken(Exception):
    """The client's fault. `reason` is a stable code for logs and counters; `explanation` is for the doctor alone."""

    def __init__(self, reason: str, explanation: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.explanation = explanation


class KeysUnavailable(Exception):
    """The provider's fault: whether the token is good cannot be known now."""

    def __init__(self, reason: str, retry_after_seconds: float = 1.0) -> None:
        super().__init__(reason)
        self.reason = reason
        # The moment may have passed while the caller waited.
        self.retry_after_seconds = max(1, math.ceil(max(0.0, retry_after_seconds)))
