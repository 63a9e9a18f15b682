"""Clients that send slowly, and a server that is told to stop while it is busy."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import skipUnless

from django.test import SimpleTestCase

from tests.fake_betterauth import FakeBetterAuth
from tests.faults import only_when_asked
from tests.faults.stage import NGINX, Service

needs_nginx = skipUnless(NGINX, "nginx is not installed")
HALF_OPEN = 300
HEADERS = b"POST /api/v1/todos HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def is_open(wire: socket.socket) -> bool:
    """Whether the other side has neither closed this connection nor answered."""
    with suppress(BlockingIOError):
        wire.recv(1, socket.MSG_DONTWAIT)
        return False
    return True


class ServerCase(SimpleTestCase):
    def setUp(self) -> None:
        folder = Path(self.enterContext(TemporaryDirectory()))
        self.issuer = self.enterContext(FakeBetterAuth())
        self.token = self.issuer.token()
        self.service = Service(f"sqlite:///{folder}/todo.sqlite3", self.issuer.url)


@only_when_asked
@needs_nginx
class SlowClientsHoldNobodyUp(ServerCase):
    @contextmanager
    def half_open(self, beginning: bytes, drip: bytes) -> Iterator[None]:
        """300 clients that connect, send the beginning, and then a little every second."""
        wires = [socket.create_connection(("127.0.0.1", self.service.port)) for _ in range(HALF_OPEN)]
        is_over = threading.Event()

        def send_slowly() -> None:
            data = beginning
            while not is_over.is_set():
                for wire in wires:
                    wire.sendall(data)
                data = drip
                is_over.wait(1)

        sender = threading.Thread(target=send_slowly)
        sender.start()
        time.sleep(1.5)
        try:
            yield
            self.assertTrue(sender.is_alive())
            self.assertEqual(sum(is_open(wire) for wire in wires), HALF_OPEN)
        finally:
            is_over.set()
            sender.join()
            for wire in wires:
                wire.close()

    def slowest_answer(self) -> float:
        slowest = 0.0
        for address in ["/livez", "/api/v1/todos"] * 20:
            started = time.monotonic()
            self.assertEqual(self.service.request("GET", address, self.token, seconds=5)[0], 200, address)
            slowest = max(slowest, time.monotonic() - started)
        return slowest

    def test_300_of_each_kind_leave_normal_requests_below_a_second(self):
        authorized = HEADERS + f"Authorization: Bearer {self.token}\r\n".encode()
        kinds = (
            ("idle", b"", b""),
            ("slow headers", HEADERS, b"X-Slow: yes\r\n"),
            ("slow bodies", authorized + b"Content-Length: 5000\r\n\r\n{", b" "),
        )
        with self.service:
            for kind, beginning, drip in kinds:
                with self.subTest(kind), self.half_open(beginning, drip):
                    self.assertLess(self.slowest_answer(), 1)

    def test_a_request_with_two_ideas_of_its_length_is_refused(self):
        with self.service:
            wire = self.enterContext(socket.create_connection(("127.0.0.1", self.service.port), timeout=5))
            wire.sendall(
                HEADERS + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\n"
            )
            answer = wire.recv(4096).decode()

        self.assertIn(" 400 ", answer.splitlines()[0])

    def test_a_body_that_is_too_large_is_refused_before_it_is_sent(self):
        with self.service:
            wire = self.enterContext(socket.create_connection(("127.0.0.1", self.service.port), timeout=5))
            wire.sendall(HEADERS + b"Content-Length: 12000000\r\n\r\n{")
            answer = wire.recv(4096).decode()

        self.assertIn(" 413 ", answer.splitlines()[0])
        self.assertIn("application/problem+json", answer)


@only_when_asked
@needs_nginx
class StoppingDropsNoRequest(ServerCase):
    def test_every_request_that_was_sent_before_the_end_is_answered(self):
        dropped: list[str] = []
        answered = answered_after_the_end = 0
        asked_to_stop_at = float("inf")
        lock = threading.Lock()

        def keep_asking(token: str) -> None:
            nonlocal answered, answered_after_the_end
            while True:
                wire = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=10)
                try:
                    wire.connect()
                except OSError:
                    return
                try:
                    sent_at = time.monotonic()
                    wire.request("GET", "/api/v1/todos", headers={"Authorization": f"Bearer {token}"})
                    status = wire.getresponse().status
                    with lock:
                        answered += status == 200
                        answered_after_the_end += sent_at < asked_to_stop_at < time.monotonic()
                        dropped.extend([str(status)] if status != 200 else [])
                except (OSError, http.client.HTTPException) as exc:
                    # Sent after the end and taken by nobody: the kernel had it, and nginx was no longer listening.
                    if not (isinstance(exc, ConnectionResetError) and sent_at > asked_to_stop_at):
                        dropped.append(repr(exc))
                    return
                finally:
                    wire.close()

        with self.service:
            # One person alone would ask for too much at once.
            tokens = [self.issuer.token(sub=f"user{number}") for number in range(12)]
            threads = [threading.Thread(target=keep_asking, args=(token,)) for token in tokens]
            for thread in threads:
                thread.start()
            time.sleep(2)
            asked_to_stop_at = time.monotonic()
            self.service.process.terminate()
            for thread in threads:
                thread.join()
        self.assertGreater(answered, len(threads))
        self.assertGreater(answered_after_the_end, 0, "nothing was under way")
        self.assertEqual(dropped, [])
