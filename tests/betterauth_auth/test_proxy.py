"""Keys through a proxy that the settings name, and through none that the environment names."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from unittest.mock import patch

from betterauth_auth import conf
from betterauth_auth.jwks import keyset
from tests.betterauth_auth.listener import Listener
from tests.betterauth_auth.test_tls import TlsCase

NOWHERE = "http://127.0.0.1:1"
REFUSAL = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
AMBIENT = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class Proxy(Listener):
    """Opens tunnels and passes plain requests on."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        """Each with its headers."""
        self.answer = b""
        """Sent instead of doing what is asked, if there is any; slowly."""

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.handle, args=(connection,), daemon=True).start()

    def handle(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            request = client.recv(65536)
            self.requests.append(request)
            for at in range(len(self.answer)):
                client.sendall(self.answer[at : at + 1])
                time.sleep(0.01)
            if self.answer:
                return
            method, target, _ = request.split(b" ", 2)
            host, _, port = target.removeprefix(b"http://").partition(b"/")[0].partition(b":")
            with socket.create_connection((host.decode(), int(port))) as server:
                if method == b"CONNECT":
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    server.sendall(request.replace(b"http://" + host + b":" + port, b"", 1))
                self.carry(client, server)

    def carry(self, client: socket.socket, server: socket.socket) -> None:
        while True:
            for source in select.select([client, server], [], [])[0]:
                data = source.recv(65536)
                if not data:
                    return
                (server if source is client else client).sendall(data)


class ProxyTests(TlsCase):
    def setUp(self) -> None:
        super().setUp()
        self.proxy = self.enterContext(Proxy())

    def test_keys_come_through_it_encrypted(self):
        self.configure(**self.serve_with(), PROXY=self.proxy.url)

        self.assert_answers(self.get_with("/stateless"), 200)
        self.assertEqual(len(self.proxy.requests), 1)
        self.assertTrue(self.proxy.requests[0].startswith(f"CONNECT {self.issuer.url[7:]} ".encode()))

    def test_a_server_behind_it_that_nobody_vouches_for_is_refused(self):
        self.configure(**{**self.serve_with(), "CA_BUNDLE": ""}, PROXY=self.proxy.url)

        self.assert_no_connection()
        self.assertEqual(len(self.proxy.requests), 1)

    def test_keys_come_through_it_in_the_clear(self):
        self.configure(PROXY=self.proxy.url)

        self.assert_answers(self.get_with("/stateless"), 200)
        self.assertTrue(self.proxy.requests[0].startswith(f"GET {self.issuer.url}/api/auth/jwks ".encode()))

    def test_it_is_told_its_password_and_nobody_else(self):
        self.configure(**self.serve_with(), PROXY=self.proxy.url.replace("//", "//us:hunter2@"))

        self.assert_answers(self.get_with("/stateless"), 200)
        self.assertIn(b"Proxy-Authorization: Basic dXM6aHVudGVyMg==", self.proxy.requests[0])
        self.assertNotIn("Proxy-Authorization", self.issuer.request_headers)
        self.assertNotIn("hunter2", repr(conf.current()))

    def test_where_it_refuses_or_is_away_nothing_goes_around_it(self):
        self.proxy.answer = REFUSAL
        trusted = self.serve_with()
        for address in (self.proxy.url, NOWHERE):
            self.configure(**trusted, PROXY=address)
            with self.subTest(address):
                self.assert_no_connection()

    def test_one_that_drips_is_cut_off(self):
        self.proxy.answer = b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200
        self.configure(**self.serve_with(), PROXY=self.proxy.url, FETCH_SECONDS=0.3)

        self.assert_answers(self.get_with("/stateless"), 503)
        refresher = keyset.of(conf.current().policies[0].source).refresher
        deadline = time.monotonic() + 2
        while refresher.running is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual((refresher.outcome.reason, self.issuer.requests), ("timeout", 0))

    def test_one_that_the_environment_names_is_not_asked(self):
        with patch.dict(os.environ, dict.fromkeys(AMBIENT, self.proxy.url)):
            self.assert_answers(self.get_with("/stateless"), 200)
        self.assertEqual(self.proxy.requests, [])

    def test_the_environment_makes_no_exceptions_from_it(self):
        self.configure(PROXY=self.proxy.url)
        with patch.dict(os.environ, dict.fromkeys(("NO_PROXY", "no_proxy"), "*")):
            self.assert_answers(self.get_with("/stateless"), 200)
        self.assertEqual(len(self.proxy.requests), 1)
