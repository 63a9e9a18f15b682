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
        self.worker = worker_of(service.process.pid)

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


def worker_of(pid: int) -> int:
    """The process that runs the application: the last of granian's, which has no children of its own."""
    tree = {pid: children_of(pid)}
    for parent in list(tree):
        grow(tree, parent)
    found = [process for process, below in tree.items() if not below and b"granian" in command_of(process)]
    if len(found) != 1:
        raise RuntimeError(f"There should be one worker, but there are {found}")
    return found[0]


def grow(tree: dict[int, list[int]], parent: int) -> None:
    for child in tree[parent]:
        tree[child] = children_of(child)
        grow(tree, child)


def children_of(pid: int) -> list[int]:
    # A fork belongs to the thread that made it.
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text(encoding="ascii").split()]


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
