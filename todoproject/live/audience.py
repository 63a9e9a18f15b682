"""Who listens: the open streams by the person whose they are, and how many there may be."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable

from django.conf import settings
from rest_framework.exceptions import APIException

from betterauth_auth.tokens import VerifiedToken
from todoproject.monitoring import metrics


class TooManyStreams(APIException):
    status_code = 429
    default_code = "too_many_streams"
    default_detail = "You have as many streams open as one person may. Close one, or ask /api/v1/changes now and then."
    wait = 60


class NoRoom(APIException):
    status_code = 503
    default_code = "live_full"
    default_detail = "As many streams are open as there is room for. Ask /api/v1/changes now and then, and try again."
    wait = 60


class Stream:
    """One answer that stays open. All but making it happens in the event loop."""

    def __init__(self, owner: int, token: VerifiedToken) -> None:
        self.owner, self.token = owner, token
        self.opened_at = time.monotonic()
        self.version = -1
        self.ending = ""
        self.news = asyncio.Event()

    def hear(self, version: int) -> None:
        """Numbers may come late, by one way or the other."""
        if version > self.version:
            self.version = version
            self.news.set()

    def end(self, reason: str) -> None:
        self.ending = self.ending or reason
        self.news.set()


class Audience:
    """People come in by threads, which ask the database, and hear and leave in the event loop."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.people: dict[int, list[Stream]] = {}
        self.count = 0

    def enter(self, owner: int, token: VerifiedToken) -> Stream:
        with self.lock:
            own = self.people.get(owner, [])
            if len(own) >= settings.LIVE_STREAMS_PER_USER:
                raise TooManyStreams
            if self.count >= settings.LIVE_STREAMS:
                raise NoRoom
            stream = Stream(owner, token)
            self.people[owner] = [*own, stream]
            self.count += 1
        metrics.count("live_streams", 1)
        return stream

    def leave(self, stream: Stream) -> None:
        with self.lock:
            others = [each for each in self.people[stream.owner] if each is not stream]
            if others:
                self.people[stream.owner] = others
            else:
                del self.people[stream.owner]
            self.count -= 1
        metrics.count("live_streams", -1)

    def hear(self, owner: int, version: int) -> None:
        for stream in self.people.get(owner, ()):
            stream.hear(version)

    def streams(self) -> list[Stream]:
        with self.lock:
            return [stream for own in self.people.values() for stream in own]


def left_of(token: VerifiedToken) -> float:
    """Seconds. No stream outlives its token."""
    return token.expires_at.timestamp() - time.time()


def owners_of(streams: Iterable[Stream]) -> list[int]:
    return sorted({stream.owner for stream in streams})


# Of this process.
audience = Audience()
