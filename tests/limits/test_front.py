"""Requests that are no HTTP, or hardly: what stands in front refuses them as an API does, and never with a 500."""

import json
import socket
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from django.test import SimpleTestCase

from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import Service, ServiceWithoutNginx
from tests.faults.test_server import needs_nginx
from tests.limits import only_when_asked
from todoproject.serving.nginx import READ_HEADERS

HOST = b"Host: localhost\r\n"
CHUNKED = HOST + b"Transfer-Encoding: chunked\r\n"


def get(target: bytes) -> bytes:
    return request(b"GET " + target + b" HTTP/1.1")


def request(line: bytes, headers: bytes = HOST, body: bytes = b"") -> bytes:
    return line + b"\r\n" + headers + b"\r\n" + body


def post(headers: bytes, body: bytes = b"") -> bytes:
    return request(b"POST /api/v1/todos HTTP/1.1", headers, body)


REFUSED = {
    "a zero byte, encoded": (400, get(b"/api/v1/todos%00")),
    "a zero byte": (400, get(b"/api/v1/todos\0")),
    "an address of 30 kB": (414, get(b"/" + b"a" * 30_000)),
    "a query of 30 kB": (414, get(b"/api/v1/todos?q=" + b"a" * 30_000)),
    "an address of 100 kB": (414, get(b"/" + b"a" * 100_000)),
    "a method in lower case": (400, request(b"get /livez HTTP/1.1")),
    "a method that is none": (400, request(b"G@T /livez HTTP/1.1")),
    "CONNECT": (400, request(b"CONNECT localhost:443 HTTP/1.1")),
    "CONNECT to a path": (405, request(b"CONNECT /api/v1/todos HTTP/1.1")),
    "TRACE": (405, request(b"TRACE /api/v1/todos HTTP/1.1")),
    "above the root": (400, get(b"/../etc/passwd")),
    "above the root, dots encoded": (400, get(b"/%2e%2e/")),
    "above the root, slash encoded": (400, get(b"/..%2f")),
    "above the root from below": (400, get(b"/api/..%2f..%2f..%2fx")),
    "half an escape": (400, get(b"/%")),
    "no escape": (400, get(b"/%zz")),
    "a space": (400, get(b"/a b")),
    "no path": (400, request(b"GET HTTP/1.1")),
    "a path without its slash": (400, get(b"localhost:80")),
    "a star": (400, request(b"OPTIONS * HTTP/1.1")),
    "no Host": (400, request(b"GET /livez HTTP/1.1", b"")),
    "an empty Host": (400, request(b"GET /livez HTTP/1.1", b"Host:\r\n")),
    "two Hosts": (400, request(b"GET /livez HTTP/1.1", HOST + HOST)),
    "a Host that is none": (400, request(b"GET /livez HTTP/1.1", b"Host: a/b\r\n")),
    "somebody else's Host": (400, request(b"GET /api/v1/todos HTTP/1.1", b"Host: evil.example\r\n")),
    "an absolute address": (401, get(b"http://localhost/api/v1/todos")),
    "an absolute address without a host": (400, get(b"http:///x")),
    "an absolute address with a user": (400, get(b"http://alice@localhost/x")),
    "HTTP/2.0": (400, request(b"GET /livez HTTP/2.0")),
    "HTTP/9.9": (400, request(b"GET /livez HTTP/9.9")),
    "another protocol": (400, request(b"GET /livez FTP/1.1")),
    "the preface of HTTP/2": (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "the beginning of TLS": (400, bytes.fromhex("16030100c8010000c40303") + bytes(190)),
    "no HTTP": (400, b"hello\r\n\r\n"),
    "CR alone": (400, b"GET /livez HTTP/1.1\rHost: localhost\r\r"),
    "a header of 30 kB": (400, request(b"GET /livez HTTP/1.1", HOST + b"X: " + b"a" * 30_000 + b"\r\n")),
    "20,000 headers": (400, request(b"GET /livez HTTP/1.1", HOST + b"X: 1\r\n" * 20_000)),
    "a header without a colon": (400, request(b"GET /livez HTTP/1.1", HOST + b"no colon\r\n")),
    "a header on two lines": (400, request(b"GET /livez HTTP/1.1", HOST + b"X: a\r\n b\r\n")),
    "a zero byte in a header": (400, request(b"GET /livez HTTP/1.1", HOST + b"X: a\0b\r\n")),
    "a negative length": (400, post(HOST + b"Content-Length: -1\r\n")),
    "a length beyond 64 bits": (400, post(HOST + b"Content-Length: 99999999999999999999999\r\n")),
    "a length of 12 MB": (413, post(HOST + b"Content-Length: 12000000\r\n")),
    "two lengths": (400, post(HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n", b"{}")),
    "a length and chunks": (400, post(CHUNKED + b"Content-Length: 4\r\n", b"0\r\n\r\n")),
    "chunks twice": (400, post(CHUNKED + CHUNKED[len(HOST) :], b"0\r\n\r\n")),
    "chunks in HTTP/1.0": (400, request(b"POST /api/v1/todos HTTP/1.0", CHUNKED, b"0\r\n\r\n")),
    "another transfer coding": (400, post(HOST + b"Transfer-Encoding: gzip\r\n")),
    "a chunk without a length": (400, post(CHUNKED, b"zz\r\n")),
    "a chunk beyond 64 bits": (400, post(CHUNKED, b"fffffffffffffffff\r\n")),
    "a chunk of 4 GB": (413, post(CHUNKED, b"ffffffff\r\nx")),
    "the page of an error": (404, get(b"/_problem/503")),
    "a character that wants an escape": (400, get(b"/api/v1/todos?q=<")),
    "a character beyond ASCII": (400, get(b"/api/v1/todos?q=\xc3\xa4")),
}
CONTROL_CHARACTERS = [*range(1, 9), 11, 12, *range(14, 32), 127]


class Answer(NamedTuple):
    status: int
    content_type: str
    body: bytes


class FrontCase(SimpleTestCase):
    kind: type[Service]
    issuer: FakeBetterAuth

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        folder = Path(cls.enterClassContext(TemporaryDirectory()))
        cls.issuer = cls.enterClassContext(FakeBetterAuth())
        cls.service = cls.enterClassContext(cls.kind(f"sqlite:///{folder}/todo.sqlite3", cls.issuer.url))

    def raw(self, data: bytes) -> bytes:
        """What comes back before the connection is closed."""
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=10) as wire:
            wire.sendall(data)
            answer = b""
            while data := wire.recv(65536):
                answer += data
            return answer

    def ask(self, data: bytes) -> Answer | None:
        """The answer to this; None where the connection was closed without one."""
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=10) as wire:
            # It may be refused before it is complete.
            with suppress(ConnectionError):
                wire.sendall(data)
            response = HTTPResponse(wire)
            try:
                response.begin()
                return Answer(response.status, response.headers.get("Content-Type", ""), response.read())
            except (ConnectionError, HTTPException):
                return None


@only_when_asked
@needs_nginx
class NginxRefusesAsTheApiDoes(FrontCase):
    kind = Service

    def assert_is_problem(self, body: bytes, status: int) -> None:
        problem = json.loads(body)
        self.assertEqual(set(problem), {"type", "title", "status", "detail", "code", "request_id"})
        self.assertEqual(problem["status"], status)
        self.assertRegex(problem["request_id"], r"\A[0-9a-f]{32}\Z")

    def test_every_malformed_request_gets_a_problem_document(self):
        for name, (status, data) in REFUSED.items():
            with self.subTest(name):
                answer = self.ask(data)

                self.assertIsNotNone(answer)
                self.assertEqual((answer.status, answer.content_type), (status, "application/problem+json"))
                self.assert_is_problem(answer.body, status)
        self.assertTrue(self.service.is_alive())

    def test_every_byte_in_an_address_is_answered_in_our_form(self):
        for byte in {*range(256)} - {0x0A}:
            for target in (b"/api/v1/x%b", b"/api/v1/todos?q=%b"):
                with self.subTest(byte=hex(byte), target=target):
                    answer = self.ask(get(target % bytes([byte])))

                    self.assertIsNotNone(answer)
                    self.assertIn(answer.status, {400, 401, 404})
                    self.assert_is_problem(answer.body, answer.status)

    def test_control_characters_in_a_header_that_is_read_are_refused(self):
        for name in (*READ_HEADERS, "Host", "X-Forwarded-For"):
            for byte in CONTROL_CHARACTERS:
                with self.subTest(name, byte=hex(byte)):
                    headers = (b"" if name == "Host" else HOST) + b"%b: a%bb\r\n" % (name.encode(), bytes([byte]))

                    self.assert_refused(request(b"GET /api/v1/todos HTTP/1.1", headers))

    def test_control_characters_in_the_name_of_a_header_are_refused(self):
        for byte in CONTROL_CHARACTERS:
            for name in (b"Accept", b"X"):
                with self.subTest(name, byte=hex(byte)):
                    headers = HOST + name + bytes([byte]) + b": x\r\n"

                    self.assert_refused(request(b"GET /api/v1/todos HTTP/1.1", headers))

    def test_control_characters_in_any_other_header_change_nothing(self):
        for byte in CONTROL_CHARACTERS:
            for name in (b"X", b"User-Agent", b"X-Forwarded-Proto", b"Via", b"TE", b"Upgrade", b"Keep-Alive"):
                with self.subTest(name, byte=hex(byte)):
                    answer = self.ask(
                        request(b"GET /api/v1/todos HTTP/1.1", HOST + name + b": a%bb\r\n" % bytes([byte]))
                    )

                    self.assertIsNotNone(answer)
                    self.assertEqual(answer.status, 401)
                    self.assert_is_problem(answer.body, 401)

    def test_bytes_beyond_ascii_in_a_header_are_answered_in_our_form(self):
        for name in READ_HEADERS:
            for value in (b"\x80", b"\xff", "ä".encode(), b"\xc3", "\U0001f600".encode()):
                with self.subTest(name, value=value):
                    answer = self.ask(
                        request(b"GET /api/v1/todos HTTP/1.1", HOST + b"%b: %b\r\n" % (name.encode(), value))
                    )

                    self.assertIsNotNone(answer)
                    self.assertIn(answer.status, {400, 401, 406})
                    self.assert_is_problem(answer.body, answer.status)

    def test_more_headers_than_the_application_server_takes_change_nothing(self):
        answer = self.ask(request(b"GET /livez HTTP/1.1", HOST + b"".join(b"X-%d: x\r\n" % n for n in range(500))))

        self.assertEqual(answer.status, 200)

    def test_an_import_alone_may_be_larger_than_other_bodies(self):
        """The application waits for a body to its end, so whoever refuses one by its length is nginx."""
        length = HOST + b"Content-Length: 6000000\r\n"
        refused = self.ask(post(length))
        let_through = self.ask(request(b"POST /api/v1/me/import HTTP/1.1", length, b" " * 6_000_000))

        self.assertEqual([answer and answer.status for answer in (refused, let_through)], [413, 401])

    def test_what_the_application_refuses_is_said_in_its_words(self):
        authorization = b"Authorization: Bearer %b\r\n" % self.issuer.token().encode()
        answer = self.ask(request(b"GET /api/v1/todos?due=never HTTP/1.1", HOST + authorization))

        self.assertEqual((answer.status, answer.content_type), (400, "application/problem+json"))
        self.assertEqual(json.loads(answer.body)["errors"][0]["pointer"], "/due")

    def assert_refused(self, data: bytes) -> None:
        answer = self.ask(data)

        self.assertIsNotNone(answer)
        self.assertEqual((answer.status, answer.content_type), (400, "application/problem+json"))
        self.assert_is_problem(answer.body, 400)

    def test_a_request_without_a_version_gets_a_body_alone(self):
        self.assertEqual(self.raw(b"GET /livez\r\n"), b'{"status": "ok"}')
        self.assert_is_problem(self.raw(b"GET /%00\r\n"), 400)

    def test_a_method_that_no_address_takes_is_told_which_do(self):
        answer = self.raw(request(b"TRACE /livez HTTP/1.1", HOST + b"Connection: close\r\n"))

        self.assertIn(b"\r\nAllow: GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE\r\n", answer)

    def test_a_refusal_of_head_has_no_body(self):
        head, _, body = self.raw(request(b"HEAD /%00 HTTP/1.1")).partition(b"\r\n\r\n")

        self.assertIn(b" 400 ", head.splitlines()[0])
        self.assertIn(b"\r\nContent-Type: application/problem+json\r\n", head)
        self.assertEqual(body, b"")


@only_when_asked
class TheApplicationServerAlone(FrontCase):
    kind = ServiceWithoutNginx

    def test_no_malformed_request_is_a_500_and_none_stops_it(self):
        statuses = set()
        for name, (_, data) in REFUSED.items():
            with self.subTest(name):
                answer = self.ask(data)

                statuses.add(answer and answer.status)
                self.assertTrue(answer is None or answer.status < 500, answer)
        self.assertLessEqual({400, 401, 404, 413}, statuses)
        self.assertTrue(self.service.is_alive())
