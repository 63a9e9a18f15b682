"""The service that hostile requests are sent to, with one worker, and what each request cost that process."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from scripts.private_postgres import PrivatePostgres
from tests.faults.stage import Service


class Cost(NamedTuple):
    status: int
    seconds: float
    answer: bytes
    # How much more memory the process had at its worst moment than before.
    mebibytes: float


@contextmanager
def database_url(kind: str) -> Iterator[str]:
    if kind == "SQLite":
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/todo.sqlite3"
    else:
        with PrivatePostgres() as url:
            yield url


class Measured:
    """A running service and the one process of it that answers."""

    def __init__(self, service: Service, token: str) -> None:
        self.service, self.token = service, token
        # One, so that it is the one that answers.
        (self.worker,) = service.workers()

    def send(
        self, method: str, path: str, body: bytes = b"", content_type: str = "application/json", **headers: str
    ) -> Cost:
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type, **headers}
        before = self.start_measuring()
        wire = http.client.HTTPConnection(self.service.host, self.service.port, timeout=60)
        started = time.perf_counter()
        try:
            wire.request(method, path, body, given)
            response = wire.getresponse()
            answer = response.read()
        finally:
            wire.close()
        seconds = time.perf_counter() - started
        return Cost(response.status, seconds, answer, self.memory("VmHWM") - before)

    def start_measuring(self) -> float:
        # Five sets the high-water mark back to what the process has now.
        Path(f"/proc/{self.worker}/clear_refs").write_text("5", encoding="ascii")
        return self.memory("VmRSS")

    def memory(self, what: str) -> float:
        for line in Path(f"/proc/{self.worker}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"The worker has no {what}; has it ended?")
