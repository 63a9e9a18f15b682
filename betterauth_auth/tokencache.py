"""Verified tokens by the SHA-256 of their text, in this process, for at most a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from betterauth_auth.conf import Settings
    from betterauth_auth.jwks.keys import Key
    from betterauth_auth.jwks.keyset import KeySet
    from betterauth_auth.tokens import VerifiedToken

# Tokens may carry pictures; their sum is bounded as well as their number.
MAX_BYTES = 8 * 1024 * 1024


class Entry(NamedTuple):
    settings: Settings
    token: VerifiedToken
    keys: KeySet
    key: Key
    until: float


class TokenCache:
    """Two dictionaries: when the young one is half of the bound it becomes the old one, and the old one is gone.

    So nothing is sorted or locked. A race between threads can only lose entries, which are then verified again.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.young: dict[bytes, Entry] = {}
        self.old: dict[bytes, Entry] = {}
        self.young_bytes = 0

    def keep(self, digest: bytes, entry: Entry, size: int, max_entries: int) -> None:
        if len(self.young) * 2 >= max_entries or self.young_bytes * 2 >= MAX_BYTES:
            self.old, self.young, self.young_bytes = self.young, {}, 0
        self.young[digest] = entry
        self.young_bytes += size
