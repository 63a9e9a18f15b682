"""What the fault suite plays on: the service as it ships, a private PostgreSQL, and things that stand in between."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from scripts.private_postgres import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
METRICS_TOKEN = "only-for-this-test"
TROUBLE = (
    "todo_database_connect_retries_total",
    "todo_database_reads_repeated_total",
    "todo_database_unavailable_total",
)
FOLDER = tempfile.TemporaryDirectory()
MIGRATED = Path(FOLDER.name, "migrated.sqlite3")
SERVER_GIVES_UP = b"SFATAL\0VFATAL\x00C57P03\0Mthe database system is starting up\0\0"


class Service:
    """`manage.py serve` with two workers of four threads, behind nginx where there is one."""

    wrapper: tuple[str, ...] = ()
    options: tuple[str, ...] = ("--behind-nginx",) if NGINX else ()
    host = "127.0.0.1"

    def __init__(self, database_url: str, issuer_url: str, **variables: str) -> None:
        self.port = free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "only-for-this-test-0123456789abcdefghijklmnopqrstuvwxyz",
            "ALLOWED_HOSTS": f"{self.host},localhost",
            "HTTPS_ONLY": "false",
            "LOG_LEVEL": "ERROR",
            "METRICS_TOKEN": METRICS_TOKEN,
            "RATE_LIMIT_USER": "0",
            "RATE_LIMIT_ADDRESS": "0",
            "WEB_WORKERS": "2",
            "WEB_THREADS": "4",
            "BETTER_AUTH_API_URL": issuer_url,
            "DATABASE_URL": database_url,
            **variables,
        }

    def manage(self, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        command = [*self.wrapper, sys.executable, "manage.py", *arguments]
        environment = {**self.environment, **variables}
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=self.log, stderr=self.log)

    def __enter__(self) -> Service:
        self.log = tempfile.TemporaryFile()
        self.migrate()
        self.process = self.manage("serve", f"--host={self.host}", f"--port={self.port}", *self.options)
        deadline = time.monotonic() + 30
        while not self.is_alive():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self.words())
            time.sleep(0.05)
        return self

    def migrate(self) -> None:
        """A new file of SQLite's is a copy of one that was migrated once, which takes seconds."""
        file = Path(self.environment["DATABASE_URL"].removeprefix("sqlite:///"))
        is_new = self.environment["DATABASE_URL"].startswith("sqlite:") and not file.exists()
        if not (is_new and MIGRATED.exists()):
            variables = {"DATABASE_URL": f"sqlite:///{MIGRATED}"} if is_new else {}
            if self.manage("migrate", "--verbosity=0", **variables).wait():
                raise RuntimeError(self.words())
        if is_new:
            shutil.copyfile(MIGRATED, file)

    def __exit__(self, *exception: object) -> None:
        self.process.terminate()
        status = self.process.wait(timeout=60)
        if status != 0 and exception[0] is None:
            raise RuntimeError(f"The service ended with {status}: {self.words()}")
        self.log.close()

    def is_alive(self) -> bool:
        try:
            return self.request("GET", "/livez", seconds=2)[0] == 200
        except OSError:
            return False

    def words(self) -> str:
        # `seek` would also move the place at which the service writes.
        log = self.log.fileno()
        return os.pread(log, os.fstat(log).st_size, 0).decode()

    def request(
        self, method: str, path: str, token: str = "", body: Any = None, seconds: float = 60
    ) -> tuple[int, Any]:
        wire = http.client.HTTPConnection(self.host, self.port, timeout=seconds)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            wire.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = wire.getresponse()
            content = response.read()
            return response.status, json.loads(content) if content[:1] in {b"{", b"["} else content
        finally:
            wire.close()

    def trouble(self) -> int:
        """How often the service has noticed by now that something is wrong with its database."""
        lines = self.request("GET", "/metrics", METRICS_TOKEN)[1].decode().splitlines()
        return sum(int(float(line.split()[-1])) for line in lines if line.startswith(TROUBLE))

    def workers(self) -> list[int]:
        """The processes that run the application, the oldest first."""
        return [pid for pid, command in self.children() if b"nginx:" not in command]

    def nginx(self) -> int:
        """The process that started nginx's others."""
        return next(pid for pid, command in self.children() if b"nginx: master" in command)

    def children(self) -> list[tuple[int, bytes]]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                state, parent, *rest = (folder / "stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
                if int(parent) == self.process.pid and state != "Z":
                    found.append((int(rest[17]), int(folder.name), (folder / "cmdline").read_bytes()))
        return [(pid, command) for _, pid, command in sorted(found)]


class ServiceWithoutNginx(Service):
    options = ()


class Doorman:
    """A listener in front of the database that lets through, holds, refuses, or answers that it is starting up."""

    def __init__(self, port_behind: int, host: str = "127.0.0.1") -> None:
        self.port_behind, self.host = port_behind, host
        self.port = free_port()
        self.mode = "open"
        self.commits_lost = 0
        self.listener: socket.socket | None = None
        self.pairs: list[tuple[socket.socket, socket.socket]] = []

    def __enter__(self) -> Doorman:
        self.set("open")
        return self

    def __exit__(self, *exception: object) -> None:
        self.set("refuse")

    def set(self, mode: str) -> None:
        """Changes what happens to new connections; anything but `open` also ends the present ones."""
        self.mode = mode
        if mode != "open":
            self.cut_all()
        if mode == "refuse" and self.listener:
            # shutdown wakes the thread that waits in accept; close alone would not.
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        elif mode != "refuse" and not self.listener:
            self.listener = socket.create_server((self.host, self.port), backlog=100)
            threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def cut_all(self) -> None:
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for end in pair:
                hang_up(end)

    def accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        while self.mode == "hold":
            time.sleep(0.02)
        if self.mode == "error":
            client.recv(4096)
            client.sendall(b"E" + (len(SERVER_GIVES_UP) + 4).to_bytes(4, "big") + SERVER_GIVES_UP)
            client.close()
            return
        try:
            server = socket.create_connection(("127.0.0.1", self.port_behind))
        except OSError:
            client.close()
            return
        self.pairs.append((client, server))
        threading.Thread(target=self.carry, args=(client, server, True), daemon=True).start()
        self.carry(server, client, is_request=False)

    def carry(self, source: socket.socket, target: socket.socket, is_request: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
                if is_request and self.mode == "lose commit" and b"COMMIT" in data:
                    # The server has the COMMIT and will obey; its answer never arrives.
                    self.commits_lost += 1
                    hang_up(source)
        hang_up(source)
        hang_up(target)


def hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
