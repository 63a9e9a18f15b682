"""The settings that this app reads, with their defaults, at the moment of use. 0 switches each off."""

from __future__ import annotations

from typing import Literal

from django.conf import settings

QuotaKind = Literal["todos", "lists", "tags", "views", "subtasks", "completions", "idempotency_keys"]
QUOTAS: dict[QuotaKind, int] = {
    "todos": 100_000,
    "lists": 1_000,
    "tags": 5_000,
    "views": 200,
    "subtasks": 500,
    "completions": 50_000,
    "idempotency_keys": 2_000,
}
MEBIBYTE = 1024 * 1024


def quota(kind: QuotaKind) -> int:
    """How many rows of a kind one person may have: `QUOTA_TODOS` and so on."""
    limit: int = getattr(settings, f"QUOTA_{kind.upper()}", QUOTAS[kind])
    return limit


def remembered_pages_bytes() -> int:
    """How much of pages each process keeps, to send them again as they were: `REMEMBERED_PAGES_MB`."""
    megabytes: int = getattr(settings, "REMEMBERED_PAGES_MB", 0)
    return megabytes * MEBIBYTE


def is_distributed() -> bool:
    """Whether a Citus cluster has the rows, where a statement of several changes costs more: `DATABASE_DISTRIBUTED`."""
    return bool(getattr(settings, "DATABASE_DISTRIBUTED", False))


def reference_tables() -> tuple[str, ...]:
    """Small tables of the host that find the caller; a cluster copies them, and the users, to each worker."""
    return tuple(getattr(settings, "REFERENCE_TABLES", ()))


def reads_plainly() -> bool:
    """Whether rows are read by ordinary querysets and serializers, which is slower: `PLAIN_READS`."""
    return bool(getattr(settings, "PLAIN_READS", False))
