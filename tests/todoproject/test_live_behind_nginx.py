"""Streams through the nginx of `manage.py serve`, as they ship: real nginx, real Redis, a real `manage.py live`."""

import http.client
import json
import os
import signal
import socket
import time
from contextlib import suppress
from tempfile import TemporaryDirectory
from unittest import skipUnless

from django.test import SimpleTestCase

from scripts.private_postgres import free_port
from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import NGINX, Service
from tests.todoproject.live import Live, next_version
from tests.todoproject.test_redis import SERVER, start_redis
from tests.waiting import wait_for

Answer = http.client.HTTPResponse


@skipUnless(NGINX and SERVER, "nginx and redis-server are needed")
class StreamsBehindNginx(SimpleTestCase):
    def setUp(self) -> None:
        self.issuer = self.enterContext(FakeBetterAuth())
        self.live_port = free_port()
        url = f"sqlite:///{self.enterContext(TemporaryDirectory())}/live.sqlite3"
        upstream = f"127.0.0.1:{self.live_port}"
        self.service = self.enterContext(
            Service(url, self.issuer.url, REDIS_URL=start_redis(self), LIVE_UPSTREAM=upstream)
        )

    def live(self) -> Live:
        return Live(self.service, self.live_port)

    def listen(self, subject: str = "alice") -> Answer:
        wire = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=10)
        wire.request("GET", "/api/v1/live", headers={"Authorization": f"Bearer {self.issuer.token(sub=subject)}"})
        return wire.getresponse()

    def test_a_change_is_heard_within_a_second(self):
        with self.live():
            stream = self.listen()
            self.assertEqual((stream.status, stream.headers["Content-Type"]), (200, "text/event-stream"))
            before = next_version(stream)
            started = time.monotonic()
            status, _ = self.service.request("POST", "/api/v1/todos", self.issuer.token(sub="alice"), {"title": "Milk"})

            self.assertEqual((status, next_version(stream)), (201, before + 1))
            self.assertLess(time.monotonic() - started, 1)

    def test_a_stop_waits_for_requests_and_not_for_streams(self):
        with self.live():
            streams = [self.listen(f"listener{number}") for number in range(3)]
            for stream in streams:
                next_version(stream)
            body = json.dumps({"title": "On its way"}).encode()
            wire = self.enterContext(socket.create_connection(("127.0.0.1", self.service.port), timeout=10))
            wire.sendall(self.head(len(body)) + body[:5])
            time.sleep(0.5)

            self.service.process.terminate()
            for stream in streams:
                self.assertRaises((EOFError, http.client.HTTPException, OSError), next_version, stream)
            wait_for(self.is_deaf, 30)
            time.sleep(1)
            self.assertIsNone(self.service.process.poll())
            wire.sendall(body[5:])
            answer = wire.recv(65536)
            wire.close()
            answered = time.monotonic()

            self.assertEqual(answer.split()[1], b"201")
            self.assertEqual(self.service.process.wait(timeout=20), 0)
            self.assertLess(time.monotonic() - answered, 4)

    def head(self, length: int) -> bytes:
        lines = [
            *("POST /api/v1/todos HTTP/1.1", "Host: localhost", "Connection: close"),
            *(f"Authorization: Bearer {self.issuer.token()}", "Content-Type: application/json"),
            f"Content-Length: {length}",
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    def is_deaf(self) -> bool:
        """Whether nobody is let in any more."""
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.service.port)).close()
            return False
        return True

    def test_without_live_there_are_no_streams_and_all_else(self):
        token = self.issuer.token(sub="alice")
        status, problem = self.service.request("GET", "/api/v1/live", token)
        self.assertEqual((status, problem["code"]), (503, "unavailable"))
        self.assertEqual(self.service.request("GET", "/api/v1/todos", token)[0], 200)

        with self.live():
            self.assertEqual(self.listen().status, 200)

    def test_what_live_refuses_is_said_in_its_words(self):
        with self.live():
            status, problem = self.service.request("GET", "/api/v1/live")

            self.assertEqual((status, problem["code"]), (401, "unauthenticated"))

    def test_what_passes_them_on_is_started_again_when_it_is_killed(self):
        with self.live():
            stream = self.listen()
            next_version(stream)
            masters = [pid for pid, command in self.service.children() if b"nginx: master" in command]
            self.assertEqual(len(masters), 2)

            os.kill(masters[1], signal.SIGKILL)
            self.assertRaises((EOFError, http.client.HTTPException, OSError), next_version, stream)
            wait_for(lambda: "nginx for streams is up again" in self.service.words(), 30)
            wait_for(lambda: self.listen().status == 200, 30)

            self.assertEqual(self.service.nginx(), masters[0])
