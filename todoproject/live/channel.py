"""The channel of Redis on which versions are told: owners' keys, each with a number, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from redis.asyncio.connection import parse_url

LINE = re.compile(rb"\d{1,19} \d{1,19}")
LONGEST_MESSAGE = 1_000_000


def channel_of(url: str) -> str:
    """With the database's number: channels know of none, so another service's owners would be taken for ours."""
    return f"todo:{parse_url(url).get('db', 0)}:versions"


def written(versions: Mapping[int, int]) -> str:
    return "\n".join(f"{owner} {version}" for owner, version in versions.items())


def read(message: bytes) -> dict[int, int]:
    """Versions by their owners; nothing of what is none of ours, because others can write to a Redis."""
    lines = message[:LONGEST_MESSAGE].split(b"\n")
    pairs = (line.split(b" ") for line in lines if LINE.fullmatch(line))
    return {int(owner): int(version) for owner, version in pairs}
