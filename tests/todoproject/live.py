"""What tests of streams play on: `manage.py serve` and `manage.py live` beside each other, and a Redis to be killed."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.test import SimpleTestCase

from scripts.private_postgres import free_port
from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import METRICS_TOKEN, ROOT, ServiceWithoutNginx
from tests.todoproject.test_redis import redis_at

API = "/api/v1"


class Live:
    """`manage.py live` beside a service."""

    def __init__(self, service: ServiceWithoutNginx, port: int = 0) -> None:
        self.service, self.port = service, port or free_port()

    def __enter__(self) -> Live:
        self.process = self.service.manage("live", f"--port={self.port}")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with suppress(OSError):
                if self.get("/livez").status == 200:
                    return self
            time.sleep(0.05)
        raise RuntimeError(self.service.words())

    def __exit__(self, *exception: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def get(self, path: str, token: str = "", **headers: str) -> http.client.HTTPResponse:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        wire.request("GET", path, headers={"Authorization": f"Bearer {token}", **headers} if token else headers)
        return wire.getresponse()

    def open(self, token: str) -> http.client.HTTPResponse:
        return self.get(f"{API}/live", token)

    def counted(self, name: str) -> float:
        page = self.get("/metrics", METRICS_TOKEN).read().decode()
        found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
        return float(found[1]) if found else 0


class Redis:
    """One that is killed, frozen and started again at the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        self.process = redis_at(self.port)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        stat = Path(f"/proc/{self.process.pid}/stat")
        while stat.read_text(encoding="utf-8").rpartition(") ")[2][0] != "T":
            time.sleep(0.01)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class LiveCase(SimpleTestCase):
    """One stage for all tests of a class, on the suite's kind of database; so each test has people of its own."""

    databases = {"default"}
    variables: dict[str, str] = {}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.folder = cls.enterClassContext(TemporaryDirectory())
        cls.redis = Redis()
        cls.addClassCleanup(cls.redis.kill)
        cls.issuer = cls.enterClassContext(FakeBetterAuth())
        variables = {"REDIS_URL": cls.redis.url, "TMPDIR": cls.folder, "LOG_LEVEL": "INFO", **cls.variables}
        service = ServiceWithoutNginx(cls.database(), cls.issuer.url, **variables)
        cls.service = cls.enterClassContext(service)
        cls.live = cls.enterClassContext(Live(cls.service))

    @classmethod
    def database(cls) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{cls.folder}/live.sqlite3"
        name = f"live_{secrets.token_hex(4)}"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        cls.addClassCleanup(cls.drop, name)
        return urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path=f"/{name}").geturl()

    @classmethod
    def drop(cls, name: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def token(self, subject: str, **claims: Any) -> str:
        return self.issuer.token(sub=f"{subject} of {self.id()}", **claims)

    def open(self, token: str) -> http.client.HTTPResponse:
        stream = self.live.open(token)
        self.addCleanup(stream.close)
        return stream

    def heard(self, token: str) -> tuple[http.client.HTTPResponse, int]:
        """A stream, and the version that it begins with."""
        stream = self.open(token)
        return stream, next_version(stream)

    def add(self, token: str, title: str = "Milk") -> dict[str, Any]:
        status, todo = self.service.request("POST", f"{API}/todos", token, {"title": title})
        self.assertEqual(status, 201)
        return todo

    def as_operator(self, script: str) -> None:
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", script]
        subprocess.run(command, cwd=ROOT, env=self.service.environment, check=True)

    def logged(self, request_id: str) -> list[dict[str, Any]]:
        lines = [line for line in self.service.words().splitlines() if request_id in line]
        return [json.loads(line) for line in lines]


def next_version(stream: http.client.HTTPResponse) -> int:
    """EOFError when the stream ends, or tells nothing but comments for a while."""
    deadline = time.monotonic() + 10
    while not (line := stream.readline()).startswith(b"data: "):
        if not line or line.startswith(b"{") or time.monotonic() > deadline:
            raise EOFError(line)
    return int(line.removeprefix(b"data: "))


def ends_within(seconds: float, stream: http.client.HTTPResponse) -> bool:
    """Whatever is told before."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not stream.readline():
            return True
    return False
