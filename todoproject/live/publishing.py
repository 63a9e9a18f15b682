"""The writers' side: each version that is committed goes to Redis, in a thread that no request waits for."""

from __future__ import annotations

import os
import threading
import time
from functools import cached_property

import redis
from django.conf import settings
from django.dispatch import receiver
from redis.backoff import NoBackoff
from redis.retry import Retry

from todoproject.live.channel import channel_of, written
from todoproject.live.trouble import Trouble
from todos.signals import version_raised

# How long a Redis that failed is left alone, and how long one that hangs is waited for.
REST_SECONDS = ANSWER_SECONDS = 1
# After each batch, so that many changes at once become few.
PAUSE_SECONDS = 0.1
# People whose versions wait for Redis. Of those beyond nothing is told; whoever listens looks for himself now and then.
MAX_WAITING = 10_000


class Publisher:
    """Of each owner the last version waits, so that a Redis that is away costs a bounded place and no time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.waiting: dict[int, int] = {}
        self.lock = threading.Lock()
        self.is_any = threading.Event()
        self.thread: threading.Thread | None = None
        self.trouble = Trouble("telling", "Telling versions through Redis", redis.RedisError, OSError)

    def tell(self, versions: dict[int, int]) -> None:
        """They come in any order: of two requests the later one may be here first."""
        with self.lock:
            for owner, version in versions.items():
                if owner in self.waiting or len(self.waiting) < MAX_WAITING:
                    self.waiting[owner] = max(version, self.waiting.get(owner, 0))
            if self.thread is None:
                self.thread = threading.Thread(target=self.run, name="live", daemon=True)
                self.thread.start()
        self.is_any.set()

    def run(self) -> None:
        while True:
            self.is_any.wait()
            self.is_any.clear()
            with self.trouble.ends_here():
                self.publish()
            time.sleep(REST_SECONDS if self.trouble.kinds else PAUSE_SECONDS)

    def publish(self) -> None:
        with self.lock:
            versions, self.waiting = self.waiting, {}
        try:
            self.client.publish(channel_of(self.url), written(versions))
        except BaseException:
            self.tell(versions)
            raise
        self.trouble.is_over()

    @cached_property
    def client(self) -> redis.Redis:
        timeouts = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        return redis.Redis.from_url(self.url, retry=Retry(NoBackoff(), 0), **timeouts)


_publishers: dict[str, Publisher] = {}
# A process that is forked has none of its parent's threads, and a lock that one of them held is never let go of.
os.register_at_fork(after_in_child=_publishers.clear)


@receiver(version_raised)
def publish(*, owner: int, version: int, **kwargs: object) -> None:
    """Without Redis nobody listens."""
    url = settings.REDIS_URL
    if url:
        publisher = _publishers.get(url) or _publishers.setdefault(url, Publisher(url))
        publisher.tell({owner: version})
