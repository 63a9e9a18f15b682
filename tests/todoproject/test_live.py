import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import skipUnless

import redis
from django.test import SimpleTestCase

from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import ServiceWithoutNginx
from tests.todoproject.live import API, Live, LiveCase, ends_within, next_version
from tests.todoproject.test_redis import SERVER
from tests.waiting import wait_for
from todoproject.live.channel import channel_of, read
from todoproject.live.looking import LOOK_SECONDS

STREAMS, STREAMS_PER_USER = 8, 2
SHUT_OUT = """
from betterauth_auth import users
from betterauth_auth.models import Identity
for identity in Identity.objects.select_related("user"):
    if identity.subject.startswith("deactivated"):
        users.deactivate(identity.user)
    if identity.subject.startswith("cut off"):
        users.cut_off(identity.user)
"""
HEARING_FAILS, HEARING_WORKS = (f"Hearing of versions through Redis {how}" for how in ("fails", "works again"))


@skipUnless(SERVER, "redis-server is not installed")
class Streams(LiveCase):
    variables = {
        "LIVE_STREAMS": str(STREAMS),
        "LIVE_STREAMS_PER_USER": str(STREAMS_PER_USER),
        "LIVE_HEARTBEAT_SECONDS": "1",
        "CORS_ALLOWED_ORIGINS": "https://app.example",
    }

    def setUp(self) -> None:
        wait_for(lambda: self.live.counted("todo_live_streams") == 0, 10)

    def test_a_commit_by_another_request_is_heard_by_its_owner_alone(self):
        alice, mallory = self.token("alice"), self.token("mallory")
        (hers, before), (others, theirs) = self.heard(alice), self.heard(mallory)
        self.assertEqual((hers.status, hers.headers["Content-Type"]), (200, "text/event-stream"))
        began = time.monotonic()
        self.add(alice)

        self.assertEqual(next_version(hers), before + 1)
        self.assertLess(time.monotonic() - began, 1)
        self.add(mallory)
        self.assertEqual(next_version(others), theirs + 1)

    def test_what_comes_to_nothing_is_not_told(self):
        token = self.token("idle")
        with self.telling() as told:
            todo = self.add(token)
            self.assertEqual(told(5), todo["version"])
            same = self.service.request("PATCH", f"{API}/todos/{todo['id']}", token, {"title": "Milk"})
            self.assertEqual((same[0], same[1]["version"]), (200, todo["version"]))
            nowhere = {"op": "complete", "id": "00000000-0000-4000-8000-000000000000"}
            undone = {"operations": [{"op": "create", "title": "Bread"}, nowhere]}
            self.assertEqual(self.service.request("POST", f"{API}/todos/bulk", token, undone)[0], 400)
            self.assertEqual(self.add(token, "Eggs")["version"], todo["version"] + 1)

            self.assertEqual(told(5), todo["version"] + 1)
            self.assertIsNone(told(0.3))

    @contextmanager
    def telling(self) -> Iterator:
        """What is told through Redis next, and None when that takes too long."""
        with redis.Redis.from_url(self.redis.url) as client, client.pubsub() as subscription:
            subscription.subscribe(channel_of(self.redis.url))
            self.assertEqual(subscription.get_message(timeout=5)["type"], "subscribe")

            def told(seconds: float) -> int | None:
                message = subscription.get_message(timeout=seconds)
                return message and max(read(message["data"]).values())

            yield told

    def test_one_ends_when_its_token_expires(self):
        expires_at = int(time.time()) + 2
        stream, _ = self.heard(self.token("short", exp=expires_at))

        self.assertTrue(ends_within(5, stream))
        self.assertAlmostEqual(time.time(), expires_at, delta=0.5)
        self.assertEqual(self.end(stream)["reason"], "expired")

    def test_none_begins_that_would_end_at_once(self):
        now = int(time.time())
        expired = self.token("late", iat=now - 60, exp=now - 2)

        self.assertEqual(self.service.request("GET", f"{API}/todos", expired)[0], 200, "The leeway is over already.")
        self.assertEqual(self.live.get(f"{API}/live", expired).status, 401)

    def test_one_ends_soon_after_its_owner_is_shut_out(self):
        names = ("deactivated", "cut off", "erased")
        tokens = {name: self.token(name) for name in names}
        streams = {name: self.heard(tokens[name])[0] for name in names}
        still, before = self.heard(self.token("welcome"))
        self.as_operator(SHUT_OUT)
        self.assertEqual(self.service.request("DELETE", f"{API}/me", tokens["erased"])[0], 204)
        ends_at = time.monotonic() + LOOK_SECONDS + 1

        for name in names:
            with self.subTest(name):
                self.assertTrue(ends_within(ends_at - time.monotonic(), streams[name]))
                self.assertEqual(self.open(tokens[name]).status, 401)
        self.add(self.token("welcome"))
        self.assertEqual(next_version(still), before + 1)

    def test_one_says_something_while_there_is_nothing_to_say(self):
        stream, _ = self.heard(self.token("quiet"))
        began = time.monotonic()

        self.assertEqual([stream.readline() for _ in range(5)], [b"\n", b":\n", b"\n", b":\n", b"\n"])
        self.assertAlmostEqual(time.monotonic() - began, 2, delta=0.5)

    def test_beyond_the_limits_one_polls(self):
        alice = self.token("alice")
        crowd = [self.open(self.token(f"one of {number}")) for number in range(STREAMS - STREAMS_PER_USER)]
        crowd += [self.open(alice) for _ in range(STREAMS_PER_USER)]
        self.assertEqual({stream.status for stream in crowd}, {200})

        for token, status, code in ((alice, 429, "too_many_streams"), (self.token("late"), 503, "live_full")):
            refused = self.open(token)
            self.assertEqual((refused.status, refused.headers["Retry-After"]), (status, "60"))
            self.assertEqual(json.load(refused)["code"], code)

    def test_a_page_that_is_loaded_anew_finds_its_place_free(self):
        token, waits = self.token("restless"), []
        for _ in range(10):
            self.heard(token)[0].close()
            waits.append(wait_for(lambda: self.live.counted("todo_live_streams") == 0, 10))

        # And not at the next comment, by which it would be noticed anyway.
        self.assertLess(max(waits), 0.5)

    def test_a_redis_that_dies_costs_no_stream_and_no_version(self):
        token = self.token("patient")
        stream, before = self.heard(token)
        said = self.said(HEARING_FAILS)
        self.redis.kill()
        self.add(token)
        self.assertEqual(next_version(stream), before + 1)
        wait_for(lambda: self.live.counted('todo_live_failures_total{part="hearing"}') > 2, 10)
        self.assertEqual((self.said(HEARING_FAILS), self.said(HEARING_WORKS)), (said + 1, said))
        self.redis.start()
        wait_for(lambda: self.said(HEARING_WORKS) == said + 1, 10)
        began = time.monotonic()
        self.add(token)

        self.assertEqual(next_version(stream), before + 2)
        # By the next look it would come too.
        self.assertLess(time.monotonic() - began, 2)

    def end(self, stream: http.client.HTTPResponse) -> dict[str, Any]:
        """The line that it leaves."""
        request_id = stream.headers["X-Request-ID"]
        wait_for(lambda: len(self.logged(request_id)) == 2, 10)
        return self.logged(request_id)[1]

    def said(self, words: str) -> int:
        return self.service.words().count(words)

    def test_a_writer_does_not_wait_for_a_redis_that_hangs_and_is_told_of_later(self):
        token = self.token("quick")
        with self.telling() as told:
            before = self.add(token)["version"]
            self.assertEqual(told(5), before)
            self.redis.freeze()
            try:
                began = time.monotonic()
                self.add(token)
                self.assertLess(time.monotonic() - began, 1)
                wait_for(lambda: "Telling versions through Redis fails: TimeoutError" in self.service.words(), 10)
            finally:
                self.redis.thaw()

            self.assertEqual(told(5), before + 1)

    def test_nobody_hears_anything_without_a_token(self):
        self.assertEqual(self.live.get(f"{API}/live").status, 401)
        self.assertEqual(self.live.get(f"{API}/todos", self.token("alice")).status, 404)

    def test_a_page_on_another_origin_may_read_what_it_is_told_and_why_it_is_not(self):
        for path, status in ((f"{API}/live", 200), (f"{API}/live?since=3", 400)):
            answer = self.live.get(path, self.token("alice"), Origin="https://app.example")
            self.addCleanup(answer.close)
            self.assertEqual(answer.status, status)
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "https://app.example")
        self.assertEqual(json.load(answer)["errors"][0]["code"], "unknown_parameter")

    def test_the_service_itself_says_to_poll(self):
        status, problem = self.service.request("GET", f"{API}/live", self.token("alice"))

        self.assertEqual((status, problem["code"]), (503, "not_live"))

    def test_its_end_leaves_a_line_under_the_id_of_its_beginning_and_no_token(self):
        token = self.token("secret")
        stream, _ = self.heard(token)
        stream.close()
        end = self.end(stream)
        beginning = self.logged(end["request_id"])[0]

        self.assertEqual((beginning["route"], beginning["status"]), (f"{API}/live", 200))
        self.assertEqual((end["reason"], end["level"], type(end["owner"])), ("left", "info", int))
        self.assertLess(end["seconds"], 5)
        self.assertNotIn(token.rpartition(".")[2], self.service.words())


class WithoutRedis(SimpleTestCase):
    def test_there_are_no_streams_and_nothing_is_left_behind(self):
        issuer, folder = self.enterContext(FakeBetterAuth()), self.enterContext(TemporaryDirectory())
        url = f"sqlite:///{folder}/live.sqlite3"
        service = self.enterContext(ServiceWithoutNginx(url, issuer.url, TMPDIR=folder))
        with Live(service) as live:
            answer = live.open(issuer.token(sub="alice"))
            self.assertEqual(answer.status, 503)
            self.assertEqual(json.load(answer)["code"], "not_live")
            self.assertEqual(len([*Path(folder).glob("todo-live-metrics-*/*.counts")]), 1)

        self.assertEqual([*Path(folder).glob("todo-live-*")], [])
