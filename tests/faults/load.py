"""Users who keep reading and writing while something breaks, and what became of their requests."""

from __future__ import annotations

import atexit
import http.client
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.faults.stage import Service

READERS = 6
WRITERS = 2
GIVE_UP_SECONDS = 40


@dataclass
class Figures:
    """One scenario's outcome. A failed write that the client sent again successfully is no loss, only a 503."""

    scenario: str
    reads: int = 0
    reads_failed: int = 0
    writes: int = 0
    writes_unavailable: int = 0
    errors_500: int = 0
    lost: int = 0
    duplicates: int = 0
    slowest: float = 0
    # When each answer came, and from when to when each request took that was not answered 200 or 201.
    answered_at: list[float] = field(default_factory=list)
    failed: list[tuple[float, float, int]] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)


all_figures: list[Figures] = []


class Load:
    """`with Load(service, tokens, "restart") as figures:` keeps users busy until the block ends."""

    def __init__(self, service: Service, tokens: list[str], scenario: str, readers: int = READERS) -> None:
        self.service, self.tokens, self.readers = service, tokens, readers
        self.figures = Figures(scenario)
        self.acknowledged: list[tuple[str, str]] = []
        self.is_over = threading.Event()
        self.lock = threading.Lock()

    def __enter__(self) -> Figures:
        actions = [self.read] * self.readers + [self.write] * (len(self.tokens) - self.readers)
        self.threads = [
            threading.Thread(target=self.repeat, args=(action, token), daemon=True)
            for action, token in zip(actions, self.tokens, strict=True)
        ]
        for thread in self.threads:
            thread.start()
        time.sleep(0.5)
        return self.figures

    def __exit__(self, *exception: object) -> None:
        time.sleep(0.5)
        if not all(thread.is_alive() for thread in self.threads):
            raise RuntimeError("A user stopped before the end; the load was not what it should be.")
        self.is_over.set()
        for thread in self.threads:
            thread.join(timeout=90)
        self.audit()
        all_figures.append(self.figures)

    def repeat(self, action: Callable[[str], None], token: str) -> None:
        while not self.is_over.is_set():
            action(token)

    def send(self, method: str, path: str, token: str, body: object = None) -> int:
        started = time.monotonic()
        try:
            status, answer = self.service.request(method, path, token, body)
        except (OSError, http.client.HTTPException) as exc:
            status, answer = 0, repr(exc)
        ended = time.monotonic()
        with self.lock:
            self.figures.slowest = max(self.figures.slowest, ended - started)
            if status in {200, 201}:
                self.figures.answered_at.append(ended)
            else:
                self.figures.failed.append((started, ended, status))
            self.figures.errors_500 += status == 500
            if status not in {200, 201, 503}:
                self.figures.surprises.append(f"{method} {status} {answer}"[:300])
        return status

    def read(self, token: str) -> None:
        status = self.send("GET", "/api/v1/todos?page_size=5", token)
        with self.lock:
            self.figures.reads += 1
            self.figures.reads_failed += status != 200

    def write(self, token: str) -> None:
        """Sends one todo until it is acknowledged, as a client that chose the id may."""
        todo = str(uuid.uuid4())
        deadline = time.monotonic() + GIVE_UP_SECONDS
        self.figures.writes += 1
        while time.monotonic() < deadline:
            if self.send("POST", "/api/v1/todos", token, {"id": todo, "title": todo}) in {200, 201}:
                with self.lock:
                    self.acknowledged.append((token, todo))
                return
            with self.lock:
                self.figures.writes_unavailable += 1
            time.sleep(0.1)

    def audit(self) -> None:
        """Every acknowledged todo is there, and once."""
        for token in {token for token, _ in self.acknowledged}:
            there = list(self.everything(token))
            mine = [todo for owner, todo in self.acknowledged if owner == token]
            self.figures.lost += len(set(mine) - set(there))
            self.figures.duplicates += len(there) - len(set(there))

    def everything(self, token: str) -> Iterable[str]:
        path = "/api/v1/todos?page_size=200"
        while path:
            status, page = self.service.request("GET", path, token)
            if status != 200:
                raise RuntimeError(f"The audit was answered {status}: {page}")
            yield from (todo["title"] for todo in page["results"])
            path = page["next"] and "/" + page["next"].split("/", 3)[3]


@atexit.register
def print_figures() -> None:
    if not all_figures:
        return
    columns = "reads", "reads_failed", "writes", "writes_unavailable", "errors_500", "lost", "duplicates"
    names = "reads", "failed", "writes", "503, sent again", "500", "lost", "twice"
    width = max(len(figures.scenario) for figures in all_figures)
    print("\n" + " " * width, *(f"{name:>{max(len(name), 6)}}" for name in names), "slowest")
    for figures in all_figures:
        values = (
            f"{getattr(figures, column):>{max(len(name), 6)}}" for column, name in zip(columns, names, strict=True)
        )
        print(f"{figures.scenario:<{width}}", *values, f"{figures.slowest:6.1f} s")
