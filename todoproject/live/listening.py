"""The readers' side: one subscription for the whole process, which comes back when Redis does."""

from __future__ import annotations

import logging
from asyncio import sleep

import redis
from redis.asyncio import Redis

from todoproject.live.audience import Audience
from todoproject.live.channel import channel_of, read
from todoproject.live.looking import Lookout

logger = logging.getLogger(__name__)
# How soon it is tried again, and after how long a silence Redis is asked whether it is there.
AGAIN_SECONDS, SILENCE_SECONDS = 1, 10


class Listener:
    def __init__(self, url: str, audience: Audience, lookout: Lookout) -> None:
        self.url, self.audience, self.lookout = url, audience, lookout
        self.is_failing = False

    async def run(self) -> None:
        while True:
            try:
                await self.listen()
            except (redis.RedisError, OSError) as exc:
                if not self.is_failing:
                    self.is_failing = True
                    logger.warning("Redis is out of reach; changes are heard of late: %s", type(exc).__name__)
            await sleep(AGAIN_SECONDS)

    async def listen(self) -> None:
        client = Redis.from_url(self.url, health_check_interval=SILENCE_SECONDS, socket_connect_timeout=5)
        async with client, client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(channel_of(self.url))
            # What was told while nobody listened.
            self.lookout.asked.set()
            if self.is_failing:
                self.is_failing = False
                logger.warning("Changes are heard of through Redis again.")
            while True:
                message = await subscription.get_message(timeout=SILENCE_SECONDS)
                if message and (told := read(message["data"])):
                    self.audience.hear(*told)
