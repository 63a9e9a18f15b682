"""The two ways a token fails, it is wrong or nobody can tell, and what the client hears of it."""

from __future__ import annotations

import math
from collections.abc import Mapping


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
        # The moment may have passed while the caller waited, and a float may make 30 seconds 30.000001.
        self.retry_after_seconds = max(1, math.ceil(max(0.0, retry_after_seconds - 0.001)))


class HookFailed(KeysUnavailable):
    """The project's fault: the token is good, but what follows from it could not be done."""


class UserTableFailed(KeysUnavailable):
    """The database's fault: the token is good, but whether its person still exists at Better Auth cannot be read."""


class Denied(Exception):
    """What a door answers instead of letting in: 401, 403 or 503. The client learns the outcome and not the reason."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str]) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        """Stable: `not_authenticated`, `invalid_token`, `insufficient_scope`, `role`, `client`, `csrf` or
        `unavailable`."""
        self.detail = detail
        self.headers = headers

    @property
    def challenge(self) -> str | None:
        return self.headers.get("WWW-Authenticate")

    @property
    def retry_after_seconds(self) -> int | None:
        return int(self.headers["Retry-After"]) if "Retry-After" in self.headers else None
