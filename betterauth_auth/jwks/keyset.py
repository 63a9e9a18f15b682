"""The keys of one issuer: fast to read, and alive when the issuer is not.

Who has a key does not wait at all; who needs a new one asks `refresh` for a fetch and waits for it as `waiting` does.
"""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable

from betterauth_auth.conf import Source
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.jwks.fetch import load_what_is_needed
from betterauth_auth.jwks.keys import Key
from betterauth_auth.jwks.limits import Bucket
from betterauth_auth.jwks.refresh import Refresher
from betterauth_auth.jwks.snapshot import NEVER
from betterauth_auth.jwks.waiting import Steps, WaitingRoom, blocking

# Short, because a key made meanwhile under an expected kid is refused for so long.
ABSENT_KID_SECONDS = 1
MAX_ABSENT_KIDS = 1024
BAD_SIGNATURE_SECONDS = 30


class KeySet:
    def __init__(self, source: Source, clock: Callable[[], float] = time.monotonic) -> None:
        load_what_is_needed(source)
        self.source = source
        self.refresher = Refresher(source, clock)
        self.waiting_room = WaitingRoom(self.refresher)
        self.unknown_kids = Bucket(source.unknown_kid_burst, source.unknown_kid_seconds)
        self.bad_signatures = Bucket(1, BAD_SIGNATURE_SECONDS)
        self.absent_until: dict[str, float] = {}
        _all.add(self)

    def find(self, kid: str) -> Key:
        return blocking(self.steps_to_find(kid))

    def steps_to_find(self, kid: str) -> Steps[Key]:
        """The key of this kid; InvalidToken if the issuer has none, KeysUnavailable if nobody can tell."""
        refresher = self.refresher
        arrived = refresher.clock()
        snapshot = refresher.snapshot
        if arrived >= snapshot.hard_until:
            yield from self.waiting_room.wait_for(refresher.join_or_start(), arrived)
            snapshot = refresher.snapshot
        elif arrived >= snapshot.soft_until:
            refresher.refresh_in_background()
        return snapshot.keys.get(kid) or (yield from self.steps_to_find_unknown(kid, arrived))

    def holds(self, key: Key) -> bool:
        refresher = self.refresher
        snapshot, now = refresher.snapshot, refresher.clock()
        if now >= snapshot.soft_until:
            # Nobody else may notice that the set is old while all tokens come from the cache.
            refresher.refresh_in_background()
        return snapshot.keys.get(key.kid) is key and now < snapshot.hard_until

    def steps_to_find_unknown(self, kid: str, arrived: float) -> Steps[Key]:
        refresher = self.refresher
        # Twice, because a fetch that was already under way may have been answered before this key was made.
        for _ in range(2):
            self.refuse_absent(kid, arrived)
            yield from self.waiting_room.wait_in_crowd(refresher.join_or_start(kid, self.unknown_kids), arrived)
            if key := refresher.snapshot.keys.get(kid):
                return key
        self.refuse_absent(kid, arrived)
        raise KeysUnavailable("key set keeps changing")

    def refuse_absent(self, kid: str, arrived: float) -> None:
        """InvalidToken if the set was asked for after the token came, or just before, and has no such kid."""
        if self.absent_until.get(kid, NEVER) <= arrived:
            if self.refresher.snapshot.asked_at < arrived:
                return
            self.remember_absent(kid)
        raise InvalidToken("unknown_kid", f"the issuer's key set has no key with kid {kid!r}")

    def remember_absent(self, kid: str) -> None:
        if len(self.absent_until) >= MAX_ABSENT_KIDS:
            self.absent_until = {}
        self.absent_until[kid] = self.refresher.clock() + ABSENT_KID_SECONDS

    def steps_to_find_replacement(self, key: Key) -> Steps[Key | None]:
        """Another key under the same kid, if the issuer now has one: a re-created database numbers its keys anew."""
        refresher = self.refresher
        arrived = refresher.clock()
        try:
            yield from self.waiting_room.wait_in_crowd(refresher.join_or_start(key.kid, self.bad_signatures), arrived)
        except KeysUnavailable:
            return None
        found = refresher.snapshot.keys.get(key.kid)
        return None if found is key else found

    def renew_after_fork(self) -> None:
        self.refresher.renew_after_fork()
        self.waiting_room.renew_after_fork()


_all: weakref.WeakSet[KeySet] = weakref.WeakSet()
_of_source: dict[Source, KeySet] = {}


def of(source: Source) -> KeySet:
    found = _of_source.get(source)
    return found if found is not None else _of_source.setdefault(source, KeySet(source))


def forget(*, setting: str, **kwargs: object) -> None:
    """Receiver of Django's `setting_changed`: tests start with nothing fetched."""
    if setting == "BETTER_AUTH":
        _of_source.clear()


def _renew_all_after_fork() -> None:
    for keyset in list(_all):
        keyset.renew_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all_after_fork)
