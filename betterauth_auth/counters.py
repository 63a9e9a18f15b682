"""What happened in this process since it started, for whoever exports metrics."""

from __future__ import annotations

import os
import threading
from collections import Counter

_refused: Counter[str] = Counter()
_fetches: Counter[str] = Counter()
_events: Counter[str] = Counter()
_lock = threading.Lock()


def count_refused(reason: str) -> None:
    with _lock:
        _refused[reason] += 1


def count_fetch(outcome: str) -> None:
    with _lock:
        _fetches[outcome] += 1


def count_event(outcome: str) -> None:
    with _lock:
        _events[outcome] += 1


def refused_tokens() -> dict[str, int]:
    """Refused tokens by reason."""
    with _lock:
        return dict(_refused)


def fetches() -> dict[str, int]:
    """Attempts to get a key set, by outcome: `ok` or what was wrong."""
    with _lock:
        return dict(_fetches)


def events() -> dict[str, int]:
    """Events of Better Auth, by outcome: `taken`, `unavailable` or why one was refused."""
    with _lock:
        return dict(_events)


def _renew_lock() -> None:
    # A fork may have copied the lock while another thread held it.
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
