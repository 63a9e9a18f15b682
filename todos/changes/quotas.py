"""How many rows one person may have. The host sets others as `QUOTA_TODOS` and so on; 0 is no limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings

from todos.exceptions import Conflict

DEFAULTS = {"todos": 100_000, "lists": 1_000, "tags": 5_000, "subtasks": 500, "idempotency_keys": 2_000}
DETAILS = {
    "todos": "You have {} todos, those in the trash included. Delete some for good first.",
    "lists": "You have {} lists, archived ones and those in the trash included.",
    "tags": "You have {} tags. Delete some first.",
    "subtasks": "This todo has {} subtasks, those in the trash included.",
}


def limit_of(kind: str) -> int:
    limit: int = getattr(settings, f"QUOTA_{kind.upper()}", DEFAULTS[kind])
    return limit


def require_room(kind: str, count: Callable[[], int], **about: Any) -> None:
    """Refuses one more row of a kind of which there are `count()`; the rows to count are bounded by the limit."""
    limit = limit_of(kind)
    if limit and count() >= limit:
        raise Conflict(f"too_many_{kind}", DETAILS[kind].format(f"{limit:,}"), **about)
