"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_for(is_so: Callable[[], object], seconds: float = 15) -> float:
    """The seconds that it took."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not so within {seconds} s")
        time.sleep(0.01)
    return time.monotonic() - began
