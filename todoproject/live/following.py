"""What an open stream is sent, until it has to end: numbers, and comments while there are none."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, TypeAlias

from django.conf import settings

from todoproject.live.audience import Stream, left_of
from todoproject.monitoring.request_log import current_request_id

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

logger = logging.getLogger(__name__)
# Who has not taken a few bytes for so long is not there any more, or means harm.
SEND_SECONDS = 20
# Numbers and comments in one stream. granian takes what it is given whether or not the client reads, so this is what a
# client that never does can make it keep: some 200 KB.
MAX_PIECES = 10_000
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
    for _ in range(MAX_PIECES):
        if stream.version <= sent and not stream.ending:
            stream.news.clear()
            with suppress(TimeoutError):
                seconds = min(left_of(stream.token), settings.LIVE_HEARTBEAT_SECONDS)
                await asyncio.wait_for(stream.news.wait(), seconds)
        if left_of(stream.token) <= 0:
            stream.end("expired")
        if stream.ending:
            return
        if stream.version > sent:
            sent = stream.version
            yield b"data: %d\n\n" % sent
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            yield COMMENT
    stream.end("long")


def log_end(stream: Stream, request_id: str) -> None:
    """As the line of a request, under the id that the client was shown when the stream opened."""
    fields = {"owner": stream.owner, "reason": stream.ending, "seconds": round(time.monotonic() - stream.opened_at, 1)}
    reset = current_request_id.set(request_id)
    logger.info("A stream ended: %s after %.1f s", stream.ending, fields["seconds"], extra=fields)
    current_request_id.reset(reset)
