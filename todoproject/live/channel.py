"""The channel of Redis on which versions are told: an owner's key and a number in each message, and nothing else."""

from __future__ import annotations

from redis.asyncio.connection import parse_url


def channel_of(url: str) -> str:
    """With the database's number: channels know of none, so another service's owners would be taken for ours."""
    return f"todo:{parse_url(url).get('db', 0)}:versions"


def written(owner: int, version: int) -> str:
    return f"{owner} {version}"


def read(message: bytes) -> tuple[int, int] | None:
    """Owner and version; None for what is none of ours, because others can write to a Redis."""
    owner, _, version = message.partition(b" ")
    is_ours = owner.isdigit() and version.isdigit() and len(message) <= 40
    return (int(owner), int(version)) if is_ours else None
