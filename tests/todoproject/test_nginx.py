"""Which headers nginx lets through. What it does about hostile ones is in `tests.limits.test_front`."""

import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import skipUnless

from django.test import SimpleTestCase

from scripts.private_postgres import free_port
from todoproject.serving import nginx

HAS_NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
READERS = (
    *("todos", "todoproject", "betterauth_auth", "corsheaders", "whitenoise", "rest_framework"),
    *(f"django.{part}" for part in ("conf", "contrib", "core.handlers", "http", "middleware", "views")),
)
READS = (r"""HTTP_([A-Z_]+)["']""", r"""request\.headers(?:\.get\(|\[)["']([A-Za-z-]+)["']""")
WRITTEN_BY_NGINX = {"HOST", "X_FORWARDED_FOR", "X_FORWARDED_PROTO", "CONTENT_LENGTH"}
# Of Django and DRF: mails about broken links, other languages, hosts from headers, uploads, conversion of names.
NOT_USED_HERE = {"USER_AGENT", "ACCEPT_LANGUAGE", "X_FORWARDED_HOST", "X_FORWARDED_PORT", "CONTENT_DISPOSITION"}


def headers_that_are_read() -> set[str]:
    found = set()
    for package in READERS:
        for folder in find_spec(package).submodule_search_locations:
            for path in Path(folder).rglob("*.py"):
                code = path.read_text(encoding="utf-8")
                found |= {name.upper().replace("-", "_") for pattern in READS for name in re.findall(pattern, code)}
    return found


class ListOfHeaders(SimpleTestCase):
    def test_what_is_read_is_passed_on(self):
        passed = {name.upper().replace("-", "_") for name in nginx.READ_HEADERS}

        read = headers_that_are_read()

        self.assertEqual(read - passed - WRITTEN_BY_NGINX - NOT_USED_HERE, set())
        self.assertLess({"AUTHORIZATION", "IF_MATCH", "IDEMPOTENCY_KEY", "ORIGIN", "X_CSRFTOKEN"}, read)


class NginxCase(SimpleTestCase):
    def setUp(self) -> None:
        folder = Path(self.enterContext(TemporaryDirectory()))
        self.application = self.enterContext(socket.socket(socket.AF_UNIX))
        self.application.bind(str(folder / "application.sock"))
        self.application.listen()
        self.came = []
        thread = threading.Thread(target=self.serve, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        # Whoever waits in `accept` would not notice that the socket is closed.
        self.addCleanup(self.application.shutdown, socket.SHUT_RDWR)
        self.port = free_port()
        command = nginx.command(folder, f"127.0.0.1:{self.port}", max_body_bytes=1_000, max_import_bytes=2_000)
        # It tells of every body that is too large.
        proxy = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self.addCleanup(proxy.wait)
        self.addCleanup(proxy.terminate)
        while not (folder / "nginx.pid").exists():
            time.sleep(0.01)

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                wire, _ = self.application.accept()
                with wire:
                    self.came.append(wire.recv(65536))
                    wire.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    def answered(self, request: bytes) -> tuple[int, list[bytes]]:
        """The answer's status, and what came to the application for it."""
        self.came.clear()
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as wire:
            wire.sendall(request)
            return int(wire.recv(65536).split()[1]), self.came


@skipUnless(HAS_NGINX, "nginx is not installed")
class HeadersThatArePassedOn(NginxCase):
    def arrived(self, request: bytes) -> dict[str, str]:
        """The headers with which a request comes to the application."""
        status, (came,) = self.answered(request)
        self.assertEqual(status, 204)
        return dict(line.split(": ", 1) for line in came.decode().split("\r\n\r\n")[0].split("\r\n")[1:])

    def test_all_that_are_read_and_no_others(self):
        sent = {name: f"value of {name}" for name in nginx.READ_HEADERS}
        lines = [f"{name}: {value}" for name, value in {**sent, "User-Agent": "x", "X-Forwarded-Host": "y"}.items()]

        arrived = self.arrived(
            "\r\n".join(["PUT /x HTTP/1.1", "Host: a", "Content-Length: 2", *lines, "", "{}"]).encode()
        )

        written = {"Host": "a", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "Content-Length": "2"}
        self.assertEqual(arrived, {**sent, **written})

    def test_to_a_calendar_the_same_ones_go(self):
        line = b"GET /api/v1/calendar/x.ics HTTP/1.1\r\nHost: a\r\nIf-None-Match: b\r\nUser-Agent: c\r\n\r\n"

        written = {"Host": "a", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http"}
        self.assertEqual(self.arrived(line), {"If-None-Match": "b", **written})

    def test_to_whoever_asks_for_a_stream_the_application_answers_where_there_is_none(self):
        self.assertIn("Host", self.arrived(b"GET /api/v1/live HTTP/1.1\r\nHost: a\r\n\r\n"))

    def test_what_was_not_sent_does_not_arrive_empty(self):
        self.assertEqual(
            self.arrived(
                b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n\r\n"
            ),
            {"Host": "a", "X-Forwarded-For": "192.0.2.1, 192.0.2.2, 127.0.0.1", "X-Forwarded-Proto": "http"},
        )


@skipUnless(HAS_NGINX, "nginx is not installed")
class HowMuchIsPassedOn(NginxCase):
    def sent(self, path: str, size: int) -> tuple[int, int]:
        """The status for a body of that size, and how many requests came to the application."""
        line = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n".encode()
        status, came = self.answered(line + b" " * size)
        return status, len(came)

    def test_an_import_may_have_its_own_size_and_nothing_else_may(self):
        for path in ("/api/v1/me/import", "/api/v1/me/import/", "/api/v1/me/%69mport"):
            with self.subTest(path):
                self.assertEqual([self.sent(path, size) for size in (2_000, 2_001)], [(204, 1), (413, 0)])
        for path in ("/api/v1/todos", "/api/v1/me/import/x", "/api/v1/me/imports", "/x/api/v1/me/import"):
            with self.subTest(path):
                self.assertEqual([self.sent(path, size) for size in (1_000, 1_001)], [(204, 1), (413, 0)])

    def test_to_an_import_the_same_headers_go(self):
        line = b"POST /api/v1/me/import HTTP/1.1\r\nHost: a\r\nIf-Match: b\r\nVia: c\r\nContent-Length: 0\r\n\r\n"

        _, (arrived,) = self.answered(line)

        self.assertIn(b"\r\nIf-Match: b\r\n", arrived)
        self.assertIn(b"\r\nX-Forwarded-For: 127.0.0.1\r\n", arrived)
        self.assertNotIn(b"Via", arrived)

    def test_what_the_application_server_would_not_read_is_refused_everywhere(self):
        for path in ("/api/v1/todos", "/api/v1/me/import", "/api/v1/calendar/x.ics", "/api/v1/live"):
            for target, header in ((f"{path}?a=<", "b"), (path, "b\x01")):
                with self.subTest(target, header=header):
                    line = f"POST {target} HTTP/1.1\r\nHost: a\r\nAccept: {header}\r\nContent-Length: 0\r\n\r\n"

                    self.assertEqual(self.answered(line.encode()), (400, []))


@skipUnless(HAS_NGINX, "nginx is not installed")
class WhatNginxSaysOfFailures(SimpleTestCase):
    def test_the_address_of_a_calendar_is_not_in_it(self):
        """Whatever the application does: here it is not there."""
        with TemporaryDirectory() as folder:
            port = free_port()
            command = nginx.command(Path(folder), f"127.0.0.1:{port}", max_body_bytes=1_000, max_import_bytes=2_000)
            proxy = subprocess.Popen(command, stderr=subprocess.PIPE)
            while not (Path(folder) / "nginx.pid").exists():
                time.sleep(0.01)
            secret = "s3cret.ics"
            paths = ("/an/address", f"/api/v1/calendar/{secret}", f"/api/v1/%63alendar/{secret}")
            answers = [self.asked(port, path) for path in paths]
            proxy.terminate()
            said = proxy.communicate(timeout=10)[1].decode()

        self.assertEqual([b" 503 " in answer for answer in answers], [True] * 3)
        self.assertIn("/an/address", said)
        self.assertNotIn(secret, said)

    @staticmethod
    def asked(port: int, path: str) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
            wire.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            return wire.recv(65536)
