"""Counts of every process of the server, added up and written as Prometheus text at /metrics.

Each process counts in a memory-mapped file of its own; whoever answers /metrics adds the files up. A file outlives its
process, so that a worker that was replaced does not take its counts away.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from hmac import compare_digest
from pathlib import Path

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from betterauth_auth import counters, status

SLOT = struct.Struct("<504sd")
SLOTS = 4096
KEY_BYTES = 504
FAMILIES = {
    "requests_total": ("counter", "Answers by method, route and status."),
    "request_seconds": ("histogram", "Time from the first middleware to the answer."),
    "database_connect_retries_total": ("counter", "Attempts to connect that failed and were repeated."),
    "database_reads_repeated_total": ("counter", "Reads run again because their connection died."),
    "database_unavailable_total": ("counter", "Requests answered 503 because of the database."),
    "too_many_at_once_total": ("counter", "Requests refused because half of the threads worked for their person."),
    "live_streams": ("gauge", "Open streams of `manage.py live`."),
    "live_failures_total": ("counter", "Attempts of streams' parts that failed: telling, hearing, looking."),
    "refused_tokens_total": ("counter", "Tokens answered 401, by reason."),
    "events_total": ("counter", "Events of Better Auth, by outcome: taken, unavailable or why one was refused."),
    "key_set_fetches_total": ("counter", "Attempts to fetch a key set, by outcome."),
    "key_set_fetched_timestamp_seconds": (
        "gauge",
        "When the keys of an issuer were last fetched; time() - this is their age.",
    ),
}
# Series that are known beforehand are told from the start: their first rise would else be no rise to Prometheus.
FROM_THE_START = (
    *("database_connect_retries_total", "database_reads_repeated_total", "database_unavailable_total"),
    *("too_many_at_once_total", "live_streams"),
    *(f'live_failures_total{{part="{part}"}}' for part in ("telling", "hearing", "looking")),
)
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class ProcessCounts:
    """A fixed number of slots, each a Prometheus sample's name with labels and its value."""

    def __init__(self, folder: Path) -> None:
        self.lock = threading.Lock()
        self.offsets: dict[str, int] = {}
        with (folder / f"{os.getpid()}.counts").open("w+b") as file:
            file.truncate(SLOT.size * SLOTS)
            self.memory = mmap.mmap(file.fileno(), 0)

    def add(self, key: str, amount: float) -> None:
        with self.lock:
            offset = self.offset(key)
            if offset is not None:
                (value,) = struct.unpack_from("<d", self.memory, offset + KEY_BYTES)
                struct.pack_into("<d", self.memory, offset + KEY_BYTES, value + amount)

    def set(self, key: str, value: float) -> None:
        with self.lock:
            offset = self.offset(key)
            if offset is not None:
                struct.pack_into("<d", self.memory, offset + KEY_BYTES, value)

    def offset(self, key: str) -> int | None:
        """Where this sample is kept; None when there is no more room, which only a flood of labels could cause."""
        if key in self.offsets:
            return self.offsets[key]
        name = key.encode()
        if len(self.offsets) == SLOTS or len(name) >= KEY_BYTES:
            return None
        offset = self.offsets[key] = len(self.offsets) * SLOT.size
        # The first byte comes last: a reader takes a slot that begins with zero for an empty one.
        self.memory[offset + 1 : offset + len(name)] = name[1:]
        self.memory[offset] = name[0]
        return offset


def fresh_folder() -> str:
    """An empty folder for the processes of a server that is about to start; nothing where nothing is counted."""
    if not settings.METRICS_TOKEN:
        return ""
    folder().mkdir(parents=True, exist_ok=True)
    for path in folder().glob("*.counts"):
        path.unlink()
    return str(folder())


@cache
def folder() -> Path:
    return Path(settings.METRICS_DIRECTORY or tempfile.mkdtemp(prefix="todo-metrics-"))


_making = threading.Lock()
_counts: dict[int, ProcessCounts] = {}


def counts_of(pid: int) -> ProcessCounts:
    """Those of this process, made once: a second file would end the first, and the process that has it in memory."""
    counts = _counts.get(pid)
    if counts is None:
        with _making:
            counts = _counts.get(pid) or _counts.setdefault(pid, ProcessCounts(folder()))
    return counts


def forget_counts() -> None:
    """For tests, which begin with none."""
    _counts.clear()
    folder.cache_clear()


def count(name: str, amount: float = 1, /, **labels: object) -> None:
    if settings.METRICS_TOKEN:
        counts_of(os.getpid()).add(sample(name, labels), amount)


def record(name: str, value: float, /, **labels: object) -> None:
    """A value that replaces the one before. Over several processes the largest counts."""
    if settings.METRICS_TOKEN:
        counts_of(os.getpid()).set(sample(name, labels), value)


def observe(name: str, seconds: float, /, **labels: object) -> None:
    bound = next((bucket for bucket in BUCKETS if seconds <= bucket), "+Inf")
    count(f"{name}_bucket", 1, **labels, le=bound)
    count(f"{name}_sum", seconds, **labels)


def sample(name: str, labels: dict[str, object]) -> str:
    if not labels:
        return f"todo_{name}"
    pairs = ",".join(f'{label}="{escaped(str(value))}"' for label, value in labels.items())
    return f"todo_{name}{{{pairs}}}"


def escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def exposition() -> str:
    """The text that Prometheus reads: every family with its type, its help and its samples."""
    totals = added_up()
    lines = []
    for family, (kind, meaning) in FAMILIES.items():
        lines += [f"# HELP todo_{family} {meaning}", f"# TYPE todo_{family} {kind}"]
        if kind == "histogram":
            lines += histogram(f"todo_{family}", totals)
        else:
            lines += [f"{key} {totals[key]:.15g}" for key in sorted(totals) if family_of(key) == f"todo_{family}"]
    return "\n".join([*lines, ""])


def added_up() -> dict[str, float]:
    totals: dict[str, float] = defaultdict(float, {f"todo_{series}": 0 for series in FROM_THE_START})
    for path in sorted(folder().glob("*.counts")):
        for key, value in samples_in(path):
            if family_of(key).endswith("_timestamp_seconds"):
                totals[key] = max(totals[key], value)
            else:
                totals[key] += value
    return totals


def samples_in(path: Path) -> Iterator[tuple[str, float]]:
    for name, value in SLOT.iter_unpack(path.read_bytes()):
        if not name[0]:
            return
        yield name.rstrip(b"\0").decode(), value


def histogram(name: str, totals: dict[str, float]) -> Iterator[str]:
    """Buckets are counted one by one and told as Prometheus wants them: each with all that is below it."""
    for sum_key in sorted(key for key in totals if family_of(key) == f"{name}_sum"):
        labels = sum_key.removeprefix(f"{name}_sum{{").removesuffix("}")
        running = 0.0
        for bound in (*BUCKETS, "+Inf"):
            running += totals.get(f'{name}_bucket{{{labels},le="{bound}"}}', 0)
            yield f'{name}_bucket{{{labels},le="{bound}"}} {running:.15g}'
        yield f"{sum_key} {totals[sum_key]:.15g}"
        yield f"{name}_count{{{labels}}} {running:.15g}"


def family_of(key: str) -> str:
    return key.partition("{")[0]


def record_tokens_and_keys() -> None:
    """What betterauth_auth has counted in this process so far."""
    for reason, number in counters.refused_tokens().items():
        record("refused_tokens_total", number, reason=reason)
    for outcome, number in counters.events().items():
        record("events_total", number, outcome=outcome)
    for outcome, number in counters.fetches().items():
        record("key_set_fetches_total", number, outcome=outcome)
    for key_set in status.key_sets():
        if key_set.age_seconds is not None:
            record("key_set_fetched_timestamp_seconds", time.time() - key_set.age_seconds, issuer=key_set.issuers[0])


class MetricsMiddleware:
    """/metrics for whoever has the token; without one configured there is no such page.

    Answered before the host check, because scrapers come by address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != "/metrics":
            response = self.get_response(request)
            record_tokens_and_keys()
            return response
        given = request.META.get("HTTP_AUTHORIZATION", "").encode()
        if not compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
        return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")
