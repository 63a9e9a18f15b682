"""Wakes those up whose person was cut off by an event. One look a second, for all connections of an event loop."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async

from betterauth_auth import conf, cutoffs
from betterauth_auth.cutoffs import Person

LOOK_SECONDS = 1.0
# Clocks of other machines; who is woken up in vain asks the database and goes on.
CLOCKS_SECONDS = 5.0


class Lookout:
    def __init__(self) -> None:
        self.waiting: dict[Person, set[asyncio.Event]] = {}
        self.seen: dict[Person, float] = {}
        self.looking: asyncio.Task[None] | None = None

    async def wait(self, person: Person, seconds: float) -> None:
        told = asyncio.Event()
        self.waiting.setdefault(person, set()).add(told)
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self.look())
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), seconds)
        finally:
            self.waiting[person].discard(told)
            if not self.waiting[person]:
                del self.waiting[person]

    async def look(self) -> None:
        began = time.time() - CLOCKS_SECONDS
        while self.waiting:
            await asyncio.sleep(LOOK_SECONDS)
            moments = await sync_to_async(cutoffs.moments_of)(list(self.waiting))
            for person, moment in moments.items():
                if moment > max(began, self.seen.get(person, 0)):
                    for told in self.waiting.get(person, ()):
                        told.set()
            self.seen = moments


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Lookout] = WeakKeyDictionary()


async def told_or_over(person: Person, seconds: float) -> None:
    """Comes back when that person was cut off, or after so many seconds."""
    if not conf.current().hears_events:
        await asyncio.sleep(seconds)
        return
    await _of_loop.setdefault(asyncio.get_running_loop(), Lookout()).wait(person, seconds)
