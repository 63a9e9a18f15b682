"""What streams cost: `python -m bench.live [--rounds 7] [--seconds 3] [--connections 16]`.

1,000 people with a stream each at a `manage.py live` that is held to one core; then changes, some at a time and as many
as there can be. A change is late by the time from the request that makes it to the number that is heard, so what the
request itself takes is in it. After that `manage.py serve` with REDIS_URL and one who listens beside the same without,
as ratios. Exits with 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import re
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bench import load
from bench.against import HEADING, KINDS, ratio_reported, rounds
from bench.run import BODY, write_requests
from bench.shared_keys import redis
from bench.stage import ROOT, USERS, Stage, stage, users
from scripts.private_postgres import free_port

STREAMS = 1000
# Changes a second, and how many in all; then as many at once, by so many threads.
PER_SECOND, CHANGES, THREADS = 20, 400, 8
MEMORY_BAR_MIB, LATE_BAR_MS, RATIO_BAR = 200, 300, 0.97


class Change(NamedTuple):
    number: int
    version: int
    asked_at: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (STREAMS * 2, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with ExitStack() as running:
        made, address = running.enter_context(stage(users(USERS))), running.enter_context(redis())
        ours = running.enter_context(made.our_server("with", REDIS_URL=address))
        base, pid = running.enter_context(live(made, address))
        missed = asyncio.run(streams(made, ours[0], base, pid))
        files = {kind: str(path) for kind, path in write_requests(made).items()}
        without = running.enter_context(made.our_server("without"))
        sides = [{"files": files, "ours": server} for server in (ours, without)]
        missed += asyncio.run(beside(made, base, *sides, options))
    return int(missed > 0)


@contextmanager
def live(made: Stage, address: str) -> Iterator[tuple[str, int]]:
    port = free_port()
    command = ["taskset", "--cpu-list", "0", sys.executable, "manage.py", "live", f"--port={port}"]
    with made.server("live", command, ROOT, port, REDIS_URL=address) as running:
        yield running


class Ear:
    """Open streams, and when each number was heard on them."""

    def __init__(self, made: Stage, base: str) -> None:
        self.made, self.at = made, urlsplit(base)
        self.heard: dict[int, list[tuple[float, int]]] = defaultdict(list)
        self.tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def listening(self, numbers: range) -> AsyncIterator[None]:
        for number in numbers:
            reader, writer = await asyncio.open_connection(self.at.hostname, self.at.port)
            token = self.made.signer.token(f"user{number}")
            head = f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
            writer.write(head.encode())
            if b" 200 " not in await reader.readline():
                raise SystemExit("A stream was refused; nothing is reported.")
            self.tasks.append(asyncio.create_task(self.hear(number, reader, writer)))
        while len(self.heard) < len(numbers):
            await asyncio.sleep(0.05)
        yield
        for task in self.tasks:
            task.cancel()

    async def hear(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                if line.startswith(b"data: "):
                    self.heard[number].append((time.perf_counter(), int(line[6:])))
            raise SystemExit("A stream ended; nothing is reported.")
        finally:
            writer.close()

    def late_ms(self, change: Change) -> float | None:
        """None while it was not heard."""
        heard_at = (at for at, version in self.heard[change.number] if version >= change.version)
        found = next(heard_at, None)
        return found and (found - change.asked_at) * 1000


async def streams(made: Stage, service: str, base: str, pid: int) -> int:
    """How many bars were missed."""
    ear = Ear(made, base)
    missed = 0
    async with ear.listening(range(1, STREAMS + 1)):
        await asyncio.sleep(5)
        resident = sum(resident_mib(process) for process in load.processes(pid))
        print(f"{STREAMS} open streams: {resident:.0f} MiB resident  (bar {MEMORY_BAR_MIB})")
        missed += resident > MEMORY_BAR_MIB
        before = load.cpu_seconds(pid)
        await asyncio.sleep(10)
        print(f"of one core without news: {(load.cpu_seconds(pid) - before) / 10:.1%}")
        for what, threads, pause in ((f"{PER_SECOND} changes a second", 1, 1 / PER_SECOND), ("a burst", THREADS, 0.0)):
            began = time.perf_counter()
            changes = await asyncio.to_thread(make_changes, made, service, threads, pause)
            rate = len(changes) / (time.perf_counter() - began)
            missed += report(what, rate, await lateness(ear, changes))
    return missed


def resident_mib(process: int) -> float:
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmRSS:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def make_changes(made: Stage, service: str, threads: int, pause: float) -> list[Change]:
    """By people in turn, so that no two threads write for one person at the same time."""

    def make(first: int) -> list[Change]:
        wire = http.client.HTTPConnection(urlsplit(service).netloc, timeout=30)
        return [change(made, wire, number, pause) for number in range(first, CHANGES + 1, threads)]

    with ThreadPoolExecutor(threads) as pool:
        return [each for some in pool.map(make, range(1, threads + 1)) for each in some]


def change(made: Stage, wire: http.client.HTTPConnection, number: int, pause: float) -> Change:
    time.sleep(pause)
    headers = {"Authorization": f"Bearer {made.signer.token(f'user{number}')}", "Content-Type": "application/json"}
    asked_at = time.perf_counter()
    wire.request("POST", "/api/v1/todos", BODY, headers)
    answer = wire.getresponse()
    return Change(number, json.load(answer)["version"], asked_at)


async def lateness(ear: Ear, changes: list[Change]) -> list[float]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        late = [ms for ms in map(ear.late_ms, changes) if ms is not None]
        if len(late) == len(changes):
            return sorted(late)
        await asyncio.sleep(0.1)
    raise SystemExit("A change was not heard; nothing is reported.")


def report(what: str, rate: float, late: list[float]) -> bool:
    """Whether the bar was missed."""
    p50, p99 = statistics.median(late), late[len(late) * 99 // 100]
    print(f"{what} ({rate:.0f}/s): heard after {p50:.0f} ms, p99 {p99:.0f}, last {late[-1]:.0f}  (bar {LATE_BAR_MS})")
    return p99 > LATE_BAR_MS


async def beside(made: Stage, base: str, ours: Any, without: Any, options: argparse.Namespace) -> int:
    """How many kinds of requests are slower with a listener than the bar allows."""
    missed = 0
    print(HEADING)
    # Of the users who are written for in the bench of requests, one listens.
    async with Ear(made, base).listening(range(201, 202)):
        for kind in (kind for kind in KINDS if kind != "read"):
            pairs = await asyncio.to_thread(lambda kind: list(rounds(kind, ours, without, options)), kind)
            missed += ratio_reported(kind, pairs) < RATIO_BAR
    return missed


if __name__ == "__main__":
    sys.exit(main())
