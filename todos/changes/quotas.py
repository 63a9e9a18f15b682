"""What is said to somebody who has as many rows as one person may have."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from todos import conf
from todos.exceptions import Code, Full

DETAILS: dict[conf.QuotaKind, str] = {
    "todos": "You have {} todos, those in the trash included. Delete some for good first.",
    "lists": "You have {} lists, archived ones and those in the trash included.",
    "tags": "You have {} tags. Delete some first.",
    "views": "You have {} views. Delete some first.",
    "subtasks": "This todo has {} subtasks, those in the trash included.",
}


def require_room(kind: conf.QuotaKind, count: Callable[[], int], pointer: str = "", uid: UUID | None = None) -> None:
    """Refuses one more row of a kind of which there are `count()`; the rows to count are bounded by the limit."""
    limit = conf.quota(kind)
    if limit and count() >= limit:
        code = Code(f"too_many_{kind}", max=limit)
        raise Full(code, DETAILS[kind].format(f"{limit:,}"), pointer=pointer, uid=uid)
