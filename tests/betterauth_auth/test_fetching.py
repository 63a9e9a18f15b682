"""What stands between a request for the keys and its answer: informational answers, and the library that reads them."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from betterauth_auth import conf
from betterauth_auth.checks import check_settings
from betterauth_auth.jwks import keyset
from tests.betterauth_auth.case import IssuerCase
from tests.betterauth_auth.listener import Listener
from tests.betterauth_auth.test_development import run_badly

EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nContent-Length: 7\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
UNHEARD_OF = b"HTTP/1.1 199 \r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


class RawServer(Listener):
    """Sends these bytes to whoever asks, whatever HTTP says about them."""

    path = "/jwks"

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts
        self.sent = 0
        """How many parts went out."""

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                self.answer(connection)

    def answer(self, connection: socket.socket) -> None:
        for part in self.parts:
            # Counted before the client can have it.
            self.sent += 1
            connection.sendall(part)
            # In packets of their own.
            time.sleep(0.01)


class EndlessServer(RawServer):
    def __init__(self, part: bytes, pause: float) -> None:
        super().__init__(part)
        self.pause = pause

    def answer(self, connection: socket.socket) -> None:
        while True:
            connection.sendall(self.parts[0])
            self.sent += 1
            time.sleep(self.pause)


class FetchingCase(IssuerCase):
    def final(self) -> bytes:
        body = json.dumps({"keys": [self.issuer.key.jwk]}).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nCache-Control: max-age=77\r\n\r\n%s" % (len(body), body)

    def asked(self, server: RawServer, **settings: Any) -> Any:
        """The answer to a request whose keys come from that server."""
        self.configure(JWKS_URL=server.url, **settings)
        return self.get_with("/stateless")

    @property
    def keys(self) -> keyset.KeySet:
        return keyset.of(conf.current().policies[0].source)

    def outcome(self, seconds: float = 5) -> str:
        deadline = time.monotonic() + seconds
        while self.keys.refresher.running is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertIsNone(self.keys.refresher.running)
        return self.keys.refresher.outcome.reason


class InformationalAnswerTests(FetchingCase):
    def test_they_are_skipped(self):
        cases: dict[str, list[bytes]] = {
            "103": [EARLY_HINTS],
            "102": [PROCESSING],
            "100": [CONTINUE],
            "one that nobody has heard of": [UNHEARD_OF],
            "all of them, twice": [CONTINUE, PROCESSING, EARLY_HINTS, UNHEARD_OF] * 2,
            "thirty": [EARLY_HINTS] * 30,
        }
        for name, informational in cases.items():
            with self.subTest(name), RawServer(*informational, self.final()) as server:
                self.assert_answers(self.asked(server), 200)
                self.assertEqual(server.sent, len(informational) + 1)
                # The headers are those of the answer itself.
                snapshot = self.keys.refresher.snapshot
                self.assertAlmostEqual(snapshot.soft_until - snapshot.asked_at, 77)

    def test_they_are_skipped_when_they_come_in_one_packet(self):
        with RawServer(EARLY_HINTS + PROCESSING + self.final()) as server:
            self.assert_answers(self.asked(server), 200)

    def test_what_follows_counts_whatever_it_is(self):
        answers = {
            "status_500": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
            "status_101": SWITCHING,
            "connection": b"",
        }
        for outcome, answer in answers.items():
            with self.subTest(outcome), RawServer(EARLY_HINTS, answer) as server:
                self.assert_answers(self.asked(server), 503)
                self.assertEqual(self.outcome(), outcome)

    def test_without_an_end_they_are_cut_off_in_time(self):
        for part in (EARLY_HINTS, PROCESSING, CONTINUE):
            for pause in (0.05, 0):
                with self.subTest(part=part[9:12], pause=pause), EndlessServer(part, pause) as server:
                    started = time.perf_counter()
                    self.assert_answers(self.asked(server, FETCH_SECONDS=0.5), 503)
                    self.assertEqual(self.outcome(), "timeout")
                    self.assertLess(time.perf_counter() - started, 5)
                    self.assertGreater(server.sent, 3)


class UnclearLengthTests(FetchingCase):
    def test_a_length_that_is_none_discards_the_answer(self):
        for lie in (b"-5", b"a few", b"145, 40"):
            with self.subTest(lie), RawServer(re.sub(rb"(?<=Content-Length: )\d+", lie, self.final())) as server:
                self.assert_answers(self.asked(server), 503)
                self.assertEqual((self.outcome(), server.sent), ("connection", 1))


class OldLibraryTests(FetchingCase):
    """urllib3 below 2.2 has no `read1`: every fetch would fail, and nobody would know why."""

    def with_versions(self, *versions: str) -> Iterator[str]:
        for version in versions:
            with self.subTest(version), patch("urllib3.__version__", version):
                yield version

    def found(self, **settings: Any) -> list[str]:
        self.configure(**settings)
        return [f"{message.id} {message.msg}" for message in check_settings(None)]

    def test_the_check_refuses_it_and_names_the_version(self):
        for version in self.with_versions("1.26.20", "2.0.7", "2.1.0", "2.1", "2.1.1rc1"):
            (fault,) = self.found()
            self.assertIn("betterauth_auth.E013", fault)
            self.assertIn(version, fault)
            self.assertIn("urllib3>=2.2", fault)

    def test_newer_ones_pass(self):
        for _ in self.with_versions("2.2.0", "2.2", "2.10.0", "3.0", "2.2.0rc1"):
            self.assertEqual(self.found(), [])

    def test_keys_that_nobody_fetches_need_no_library(self):
        for _ in self.with_versions("1.26.20"):
            own = {"ISSUER": [self.issuer.url], "AUDIENCE": [self.issuer.url]}
            self.assertEqual(self.found(JWKS={"keys": [self.issuer.key.jwk]}, **own), [])
            self.assert_answers(self.get_with("/stateless"), 200)

    def test_where_no_check_was_made_the_first_use_says_it(self):
        for version in self.with_versions("2.1.0"):
            self.configure()
            with self.assertLogs("betterauth_auth.jwks.refresh", "WARNING") as logs:
                self.assert_answers(self.get_with("/stateless"), 503)
            self.assertIn(f"urllib3 {version} is too old", logs.output[0])
            self.assertEqual((self.keys.refresher.outcome.reason, self.issuer.requests), ("urllib3", 0))

    def test_the_doctor_says_it(self):
        for version in self.with_versions("2.1.0"):
            report = run_badly("doctor")
            self.assertIn("betterauth_auth.E013", report)
            self.assertIn(f"urllib3 {version} is too old", report)
