"""A server of keys that does to the letter what a script says, on loopback."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from collections import Counter
from typing import Any

Script = list[dict[str, Any]]
# Enough for every script; who waits for more has hung.
LONGEST_SECONDS = 40


class KeyServer:
    """Each place has a script of its own: `play("x", script)` is what `url_of("x")` answers from now on."""

    def __init__(self, port: int = 0) -> None:
        self.scripts: dict[str, Script] = {}
        self.fetches: Counter[str] = Counter()
        self.released = threading.Event()
        self.listener = Listener(("127.0.0.1", port), Connection)
        self.listener.keys = self

    def __enter__(self) -> KeyServer:
        threading.Thread(target=self.listener.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.released.set()
        self.listener.shutdown()
        self.listener.server_close()

    def url_of(self, place: str) -> str:
        return f"http://127.0.0.1:{self.listener.server_address[1]}/{place}/jwks"

    def play(self, place: str, script: Script, elsewhere: Script | None = None) -> None:
        self.scripts[f"/{place}/jwks"] = script
        self.scripts[f"/{place}/elsewhere"] = elsewhere or []

    def fetches_of(self, place: str) -> int:
        return self.fetches[f"/{place}/jwks"]


class Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    keys: KeyServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what many scripts are about."""


class Connection(socketserver.StreamRequestHandler):
    server: Listener

    def handle(self) -> None:
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        path = self.rfile.readline(65_537).decode("latin-1").split(" ")[1]
        while self.rfile.readline(65_537).strip():
            continue
        self.server.keys.fetches[path] += 1
        self.ends = time.monotonic() + LONGEST_SECONDS
        for part in self.server.keys.scripts.get(path, []):
            self.do(part)

    def do(self, part: dict[str, Any]) -> None:
        if part.get("reset"):
            # Closed without lingering, which makes a reset of it.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        self.pause(part.get("wait", 0))
        for _ in range(part.get("times", 1)):
            self.send(part.get("send", "").encode("latin-1"), part.get("every", 0), part.get("piece", 1))

    def send(self, raw: bytes, every: float, piece: int) -> None:
        size = piece if every else max(1, len(raw))
        for start in range(0, len(raw), size):
            self.connection.sendall(raw[start : start + size])
            self.pause(every)

    def pause(self, seconds: float) -> None:
        if seconds and (self.server.keys.released.wait(seconds) or time.monotonic() > self.ends):
            raise ConnectionAbortedError
