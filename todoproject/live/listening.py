"""The readers' side: one subscription for the whole process, which comes back when Redis does."""

from __future__ import annotations

from asyncio import sleep
from typing import Any

from redis import RedisError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from todoproject.live.audience import Audience
from todoproject.live.channel import channel_of, read
from todoproject.live.looking import Lookout
from todoproject.live.trouble import Trouble

# How soon it is tried again, and after how long a silence Redis is asked whether it is there, and given up.
AGAIN_SECONDS, SILENCE_SECONDS = 1, 10


class Listener:
    def __init__(self, url: str, audience: Audience, lookout: Lookout) -> None:
        self.url, self.audience, self.lookout = url, audience, lookout
        self.trouble = Trouble("hearing", "Hearing of versions through Redis", RedisError, OSError)

    async def run(self) -> None:
        while True:
            with self.trouble.ends_here():
                await self.listen()
            await sleep(AGAIN_SECONDS)

    async def listen(self) -> None:
        client = Redis.from_url(self.url, socket_connect_timeout=SILENCE_SECONDS, retry=Retry(NoBackoff(), 0))
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(channel_of(self.url))
            is_asked = False
            while True:
                message = await subscription.get_message(timeout=SILENCE_SECONDS)
                if message:
                    self.take(message)
                elif is_asked:
                    raise TimeoutError
                else:
                    await subscription.ping()
                is_asked = message is None

    def take(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            # What was told while nobody listened.
            self.lookout.asked.set()
            self.trouble.is_over()
        elif message["type"] == "message":
            for owner, version in read(message["data"]).items():
                self.audience.hear(owner, version)
