"""What an open stream is sent, until it has to end: numbers, and comments while there are none."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from django.conf import settings

from todoproject.live.audience import Stream

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

logger = logging.getLogger(__name__)
# Who has not taken a few bytes for so long is not there any more, or means harm.
SEND_SECONDS = 20
# Between two numbers of one stream. Those in between are left out; the last one says all.
PAUSE_SECONDS = 0.1
COMMENT = b":\n\n"


async def follow(stream: Stream, receive: Receive, send: Send) -> None:
    leaving = asyncio.ensure_future(until_gone(receive))
    leaving.add_done_callback(lambda _: stream.end("left"))
    try:
        async for piece in pieces(stream):
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        async with asyncio.timeout(SEND_SECONDS):
            await send({"type": "http.response.body", "body": b""})
    except TimeoutError:
        stream.end("not read")
    finally:
        leaving.cancel()


async def until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def pieces(stream: Stream) -> AsyncIterator[bytes]:
    sent = -1
    while True:
        seconds = left_of(stream)
        if stream.ending or seconds <= 0:
            stream.end("expired")
            return
        if stream.version > sent:
            sent = stream.version
            yield b"data: %d\n\n" % sent
            await asyncio.sleep(PAUSE_SECONDS)
            continue
        stream.news.clear()
        try:
            await asyncio.wait_for(stream.news.wait(), min(seconds, settings.LIVE_HEARTBEAT_SECONDS))
        except TimeoutError:
            yield COMMENT


def left_of(stream: Stream) -> float:
    return stream.token.expires_at.timestamp() - time.time()
