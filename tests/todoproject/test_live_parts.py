"""What no request can bring about: failures that nobody foresaw, and servers and clients that hang."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest import skipUnless
from unittest.mock import patch

import redis
from django.test import SimpleTestCase, override_settings

from tests.todoproject.live import Redis
from tests.todoproject.test_redis import SERVER
from tests.todoproject.test_settings import PRODUCTION, manage
from tests.waiting import wait_for
from todoproject.live import following, listening
from todoproject.live.application import MAX_WAITING, Live
from todoproject.live.audience import Audience, Stream
from todoproject.live.channel import channel_of, read
from todoproject.live.following import follow
from todoproject.live.listening import Listener
from todoproject.live.looking import Lookout
from todoproject.live.publishing import MAX_WAITING as MAX_OWNERS
from todoproject.live.publishing import Publisher

LOGGER = "todoproject.live.trouble"
# A URL by which redis-py raises what nobody would expect of a connection.
UNREADABLE = "redis://127.0.0.1:no-port/0"
# As a worker of a server that is forked while another thread tells a version.
FORKED = """
import os, signal, time
from todoproject.live import publishing
publishing.publish(owner=1, version=1)
time.sleep(0.5)
(publisher,) = publishing._publishers.values()
publisher.lock.acquire()
if os.fork() == 0:
    signal.alarm(5)
    publishing.publish(owner=1, version=2)
    time.sleep(0.5)
    os._exit(0)
os.wait()
print("done")
"""


class Crowd(SimpleTestCase):
    @override_settings(CORS_ALLOWED_ORIGINS=["https://app.example"])
    def test_who_comes_when_too_many_wait_is_told_so_as_by_the_gate(self):
        *others, last = asyncio.run(self.answers(MAX_WAITING + 1))

        self.assertEqual([answer[0]["status"] for answer in others], [401] * MAX_WAITING)
        headers, problem = dict(last[0]["headers"]), json.loads(last[1]["body"])
        self.assertEqual((last[0]["status"], problem["status"], problem["code"]), (503, 503, "unavailable"))
        self.assertEqual((headers[b"content-type"], headers[b"retry-after"]), (b"application/problem+json", b"5"))
        self.assertEqual(headers[b"access-control-allow-origin"], b"https://app.example")
        self.assertEqual(headers[b"x-request-id"].decode(), problem["request_id"])

    async def answers(self, count: int) -> list[list[Any]]:
        live = Live(Audience())
        return await asyncio.gather(*(self.answer(live) for _ in range(count)))

    async def answer(self, live: Live) -> list[Any]:
        headers = [(b"host", b"localhost"), (b"origin", b"https://app.example")]
        scope = {"type": "http", "method": "GET", "path": "/api/v1/live", "query_string": b"", "headers": headers}
        sent: list[Any] = []
        await live(scope, asyncio.Event().wait, collect(sent))
        return sent


def collect(sent: list[Any]) -> Callable[[Any], Awaitable[None]]:
    async def send(message: Any) -> None:
        sent.append(message)

    return send


class WhoNeverReads(SimpleTestCase):
    def follow(self, send: Callable[[Any], Awaitable[None]]) -> Stream:
        async def followed() -> Stream:
            expires_at = datetime.now(UTC) + timedelta(minutes=1)
            stream = Stream(1, SimpleNamespace(expires_at=expires_at))
            self.hear = stream.hear
            stream.hear(1)
            await asyncio.wait_for(follow(stream, asyncio.Event().wait, send), 5)
            return stream

        return asyncio.run(followed())

    @patch.object(following, "SEND_SECONDS", 0.1)
    def test_is_given_up_where_the_server_waits_for_him(self):
        async def send(message: Any) -> None:
            await asyncio.Event().wait()

        self.assertEqual(self.follow(send).ending, "not read")

    @patch.object(following, "PAUSE_SECONDS", 0)
    @patch.object(following, "MAX_PIECES", 20)
    def test_makes_a_server_that_does_not_wait_keep_only_so_much(self):
        sent = []

        async def send(message: Any) -> None:
            sent.append(message["body"])
            self.hear(len(sent) + 1)

        self.assertEqual(self.follow(send).ending, "long")
        self.assertEqual(sent, [*(b"data: %d\n\n" % number for number in range(1, 21)), b""])


class NothingEndsALoop(SimpleTestCase):
    def messages(self, act: Callable[[], None]) -> list[str]:
        with self.assertLogs(LOGGER) as logs:
            act()
        self.assertIsNotNone(logs.records[0].exc_info)
        return [f"{record.levelname} {record.getMessage()}" for record in logs.records]

    def test_of_looking(self):
        class Moody(Audience):
            looks = 0

            def streams(self) -> list[Stream]:
                self.looks += 1
                if self.looks <= 2:
                    raise LookupError
                return []

        audience = Moody()

        async def look_thrice() -> None:
            lookout = Lookout(audience)
            task = asyncio.create_task(lookout.run())
            for _ in range(3):
                lookout.asked.set()
                await asyncio.sleep(0.05)
            self.assertFalse(task.done())
            task.cancel()

        said = self.messages(lambda: asyncio.run(look_thrice()))
        self.assertEqual(audience.looks, 3)
        fails, works = "Looking at who listens fails: LookupError.", "Looking at who listens works again."
        self.assertEqual(said, [f"ERROR {fails}", f"WARNING {works}"])

    @patch.object(listening, "AGAIN_SECONDS", 0.05)
    def test_of_hearing(self):
        async def hear() -> None:
            listener = Listener(UNREADABLE, Audience(), Lookout(Audience()))
            task = asyncio.create_task(listener.run())
            await asyncio.sleep(0.2)
            self.assertFalse(task.done())
            task.cancel()

        said = self.messages(lambda: asyncio.run(hear()))
        self.assertEqual(said, ["ERROR Hearing of versions through Redis fails: ValueError."])

    def test_of_telling(self):
        publisher = Publisher(UNREADABLE)

        def tell() -> None:
            publisher.tell({1: 1})
            time.sleep(0.2)

        self.assertEqual(self.messages(tell), ["ERROR Telling versions through Redis fails: ValueError."])
        self.assertTrue(publisher.thread and publisher.thread.is_alive())
        self.assertEqual(publisher.waiting, {1: 1})

    def test_and_a_redis_that_is_away_costs_a_bounded_place(self):
        publisher = Publisher("redis://127.0.0.1:1/0")
        with self.assertLogs(LOGGER, "WARNING") as said:
            publisher.tell(dict.fromkeys(range(MAX_OWNERS + 5), 1))
            wait_for(lambda: said.output)

        self.assertEqual(len(publisher.waiting), MAX_OWNERS)


@skipUnless(SERVER, "redis-server is not installed")
class BesideARedis(SimpleTestCase):
    def setUp(self) -> None:
        self.redis = Redis()
        self.addCleanup(self.redis.kill)
        client = self.enterContext(redis.Redis.from_url(self.redis.url))
        self.subscription = self.enterContext(client.pubsub())

    def subscribe(self) -> None:
        self.subscription.subscribe(channel_of(self.redis.url))
        self.assertEqual(self.subscription.get_message(timeout=5)["type"], "subscribe")

    def told(self, seconds: float = 5) -> dict[int, int]:
        message = self.subscription.get_message(timeout=seconds)
        return read(message["data"]) if message else {}

    def test_of_two_versions_the_higher_one_is_told_in_whichever_order_they_come(self):
        publisher = Publisher(self.redis.url)
        self.redis.freeze()
        with self.assertLogs(LOGGER, "WARNING"):
            publisher.tell({7: 5})
            # Five is on its way, and will not arrive.
            time.sleep(0.2)
            self.assertEqual(publisher.waiting, {})
            publisher.tell({7: 4})
            self.redis.kill()
            self.redis.start()
            self.subscribe()
            self.assertEqual(self.told(), {7: 5})

    def test_a_burst_becomes_few_batches(self):
        self.subscribe()
        publisher = Publisher(self.redis.url)
        batches = patch.object(publisher, "publish", wraps=publisher.publish)
        with batches as publish:
            # Apart from each other, so that without a rest each would be a batch.
            for number in range(1, 101):
                publisher.tell({number: 1})
                time.sleep(0.002)
            heard = self.told()
            while len(heard) < 100 and (more := self.told()):
                heard |= more

        self.assertEqual(heard, dict.fromkeys(range(1, 101), 1))
        self.assertLess(publish.call_count, 20)

    def test_a_process_that_was_forked_meanwhile_tells_too(self):
        self.subscribe()
        run = threading.Thread(target=self.run_forked)
        run.start()
        heard = [self.told(10), self.told(10)]
        run.join()

        self.assertEqual(heard, [{1: 1}, {1: 2}])

    def run_forked(self) -> None:
        variables = {**PRODUCTION, "DATABASE_URL": "", "REDIS_URL": self.redis.url}
        manage("shell", "--no-imports", "-c", FORKED, **variables)

    @patch.object(listening, "SILENCE_SECONDS", 0.2)
    @patch.object(listening, "AGAIN_SECONDS", 0.1)
    def test_a_redis_that_falls_silent_is_given_up_and_found_again(self):
        with self.assertLogs(LOGGER, "WARNING") as logs:
            asyncio.run(self.hear_through_a_silence())

        said = [record.getMessage() for record in logs.records]
        work = "Hearing of versions through Redis"
        self.assertEqual(said, [f"{work} fails: TimeoutError.", f"{work} works again."])

    async def hear_through_a_silence(self) -> None:
        lookout = Lookout(Audience())
        listener = Listener(self.redis.url, Audience(), lookout)
        task = asyncio.create_task(listener.run())
        await asyncio.wait_for(lookout.asked.wait(), 5)
        # Silence alone is no failure.
        await asyncio.sleep(0.7)
        self.assertEqual(listener.trouble.kinds, set())
        lookout.asked.clear()
        self.redis.freeze()
        await asyncio.sleep(0.7)
        self.redis.thaw()
        await asyncio.wait_for(lookout.asked.wait(), 5)
        task.cancel()
