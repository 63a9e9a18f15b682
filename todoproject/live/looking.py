"""What the database says of those who listen: their versions, and who of them may not any more.

One look every few seconds for all of them. So a message that was lost, or a Redis that is away, costs a few seconds;
whoever was shut out is gone after as many, whichever way that came about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.db import InterfaceError, OperationalError, close_old_connections

from betterauth_auth import users
from betterauth_auth.exceptions import InvalidToken
from betterauth_auth.models import Identity
from todoproject.live.audience import Audience, Stream, owners_of
from todoproject.live.trouble import Trouble
from todos.models import Account

LOOK_SECONDS = 5
# Of owners in one statement.
AT_A_TIME = 500


class Look:
    def __init__(self) -> None:
        self.versions: dict[int, int] = {}
        self.identities: dict[tuple[str, str], Identity] = {}

    def at(self, owners: Collection[int]) -> None:
        self.versions.update(Account.objects.filter(owner_id__in=owners).values_list("owner_id", "version"))
        for identity in users.identities_of(owners):
            self.identities[identity.issuer, identity.subject] = identity

    def is_shut_out(self, stream: Stream) -> bool:
        identity = self.identities.get((stream.token.identity_issuer, stream.token.subject))
        if identity is None or identity.user_id != stream.owner:
            return True
        try:
            users.refuse_if_shut_out(identity, stream.token)
        except InvalidToken:
            return True
        return False


class Lookout:
    """Looks again and again, and sooner when asked to."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.asked = asyncio.Event()
        # A thread of its own, so that it has its turn however many people want to come in.
        self.thread = ThreadPoolExecutor(1, "look")
        self.trouble = Trouble("looking", "Looking at who listens", OperationalError, InterfaceError)

    async def run(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.asked.wait(), LOOK_SECONDS)
            self.asked.clear()
            with self.trouble.ends_here():
                await self.look()

    async def look(self) -> None:
        """With the database down this fails, and streams outlive it."""
        streams = self.audience.streams()
        look = await asyncio.get_running_loop().run_in_executor(self.thread, looked, owners_of(streams))
        for stream in streams:
            tell(stream, look)
        self.trouble.is_over()


def tell(stream: Stream, look: Look) -> None:
    if look.is_shut_out(stream):
        stream.end("shut out")
    else:
        stream.hear(look.versions.get(stream.owner, 0))


def looked(owners: list[int]) -> Look:
    look = Look()
    close_old_connections()
    try:
        for start in range(0, len(owners), AT_A_TIME):
            look.at(owners[start : start + AT_A_TIME])
    finally:
        close_old_connections()
    return look


def version_of(owner: int) -> int:
    return Account.objects.filter(owner_id=owner).values_list("version", flat=True).first() or 0
