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
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

SLOT = struct.Struct("<504sd")
SLOTS = 4096
KEY_BYTES = 504
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


@cache
def folder() -> Path:
    return Path(settings.METRICS_DIRECTORY or tempfile.mkdtemp(prefix="todo-metrics-"))


@cache
def counts_of(pid: int) -> ProcessCounts:
    return ProcessCounts(folder())


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


def samples_in(path: Path) -> Iterator[tuple[str, float]]:
    for name, value in SLOT.iter_unpack(path.read_bytes()):
        if not name[0]:
            return
        yield name.rstrip(b"\0").decode(), value
