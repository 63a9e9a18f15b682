"""Rate limits count in windows of a minute; a test in which one ends would see two quotas."""

import time

from django.core.cache import cache

from todoproject.http import throttling

ROOM_SECONDS = 5


def fresh_counts() -> None:
    """Nothing has been counted yet, and the present window lasts long enough for a test."""
    cache.clear()
    throttling._shared_again_at = 0.0
    left = throttling.WINDOW_SECONDS - time.time() % throttling.WINDOW_SECONDS
    if left < ROOM_SECONDS:
        time.sleep(left)
