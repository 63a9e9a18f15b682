"""The writers' side: each version that is committed goes to Redis, in a thread that no request waits for."""

from __future__ import annotations

import logging
import threading
import time

import redis
from django.conf import settings
from django.dispatch import receiver
from redis.backoff import NoBackoff
from redis.retry import Retry

from todoproject.live.channel import channel_of, written
from todoproject.monitoring import metrics
from todos.signals import version_raised

logger = logging.getLogger(__name__)
# How long a Redis that failed is left alone, and how long one that hangs is waited for.
REST_SECONDS, ANSWER_SECONDS = 5, 1
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
        self.is_failing = False

    def tell(self, owner: int, version: int) -> None:
        with self.lock:
            if owner in self.waiting or len(self.waiting) < MAX_WAITING:
                self.waiting[owner] = max(version, self.waiting.get(owner, 0))
            # A process that was forked has none of its parent's threads.
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self.run, name="live", daemon=True)
                self.thread.start()
        self.is_any.set()

    def run(self) -> None:
        retry = Retry(NoBackoff(), 0)
        client = redis.Redis.from_url(
            self.url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, retry=retry
        )
        while True:
            self.is_any.wait()
            self.is_any.clear()
            with self.lock:
                versions, self.waiting = self.waiting, {}
            try:
                self.publish(client, versions)
            except (redis.RedisError, OSError) as exc:
                self.note_failure(exc)
                self.keep(versions)
                time.sleep(REST_SECONDS)

    def publish(self, client: redis.Redis, versions: dict[int, int]) -> None:
        pipeline = client.pipeline(transaction=False)
        for owner, version in versions.items():
            pipeline.publish(channel_of(self.url), written(owner, version))
        pipeline.execute()
        if self.is_failing:
            self.is_failing = False
            logger.warning("Versions are told through Redis again.")

    def note_failure(self, exc: Exception) -> None:
        metrics.count("live_failures_total")
        if not self.is_failing:
            self.is_failing = True
            logger.warning("Redis is out of reach; streams hear of changes late: %s", type(exc).__name__)

    def keep(self, versions: dict[int, int]) -> None:
        """What could not be told waits for the next attempt."""
        with self.lock:
            self.waiting = {**versions, **self.waiting}
        self.is_any.set()


_publishers: dict[str, Publisher] = {}


@receiver(version_raised)
def publish(*, owner: int, version: int, **kwargs: object) -> None:
    """Without Redis nobody listens."""
    url = settings.REDIS_URL
    if url:
        publisher = _publishers.get(url) or _publishers.setdefault(url, Publisher(url))
        publisher.tell(owner, version)
