"""How often the issuer may be asked, as values and arithmetic: nothing here has a clock, a lock or a thread."""

from __future__ import annotations

from dataclasses import dataclass

from betterauth_auth.exceptions import KeysUnavailable
from betterauth_auth.jwks.fetch import FetchFailed
from betterauth_auth.jwks.snapshot import NEVER

MAX_BACK_OFF_SECONDS = 60
URGENT_SECONDS = 30
# The reason of a fetch that found no keys where there were some; it is believed when a later one finds none either.
EMPTY_SET = "empty_set"
DOUBT_SECONDS = 30


class Bucket:
    """Allows a burst, then one per so many seconds. Used under the refresher's lock."""

    def __init__(self, burst: int, seconds: float) -> None:
        self.burst, self.seconds = burst, seconds
        self.tokens, self.filled_at = float(burst), NEVER

    def take(self, now: float) -> float:
        """Zero when it is allowed, otherwise the seconds until it will be."""
        gained = (now - self.filled_at) / self.seconds if self.seconds else self.burst
        self.tokens, self.filled_at = min(float(self.burst), self.tokens + gained), now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0
        return (1 - self.tokens) * self.seconds

    def give_back(self) -> None:
        self.tokens = min(float(self.burst), self.tokens + 1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last fetch ended, and for how long the issuer is left alone because of it."""

    reason: str = "never"
    failures: int = 0
    """In a row."""
    retry_at: float = NEVER
    doubted_until: float = NEVER
    """From when on an empty set is believed, once one was seen."""

    def after_empty_set(self, now: float) -> Outcome:
        """An empty set in place of keys is asked for again; further ones do not prolong the doubt."""
        is_first = self.doubted_until == NEVER
        return Outcome(EMPTY_SET, doubted_until=now + DOUBT_SECONDS if is_first else self.doubted_until)

    def after_failure(self, failure: FetchFailed, now: float, *, is_urgent: bool) -> Outcome:
        """The longer it lasts, the longer the pause, unless the issuer asks for more."""
        back_off = min(2.0 ** min(self.failures, 10), MAX_BACK_OFF_SECONDS)
        # While nobody can sign in, an issuer that asks for minutes of silence is asked again sooner.
        asked_for = min(failure.retry_after_seconds, URGENT_SECONDS) if is_urgent else failure.retry_after_seconds
        # A set that has keys was not empty all the time.
        doubted_until = NEVER if failure.reason == "no_usable_keys" else self.doubted_until
        return Outcome(failure.reason, self.failures + 1, now + max(back_off, asked_for), doubted_until)

    def confirms_empty_set(self, asked_at: float) -> bool:
        """Whether a fetch of that moment is late enough to be the second opinion."""
        return NEVER < self.doubted_until <= asked_at

    def refuse_too_early(self, now: float, limit: Bucket | None) -> None:
        """KeysUnavailable unless a fetch may begin. One with a limit of its own need not wait for a doubt to end."""
        if now < self.retry_at:
            raise KeysUnavailable(self.reason, self.retry_at - now)
        if limit is None and now < self.doubted_until:
            raise KeysUnavailable(EMPTY_SET, self.doubted_until - now)
        if limit is not None and (seconds := limit.take(now)):
            raise KeysUnavailable("too many unknown kids", seconds)

    def unavailable(self, now: float) -> KeysUnavailable:
        return KeysUnavailable(self.reason, max(self.retry_at, self.doubted_until) - now)
