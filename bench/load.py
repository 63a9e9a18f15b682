"""Load from wrk, and what it cost the processes of the server: time, CPU, memory."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Run(NamedTuple):
    per_second: float
    p50: float
    p99: float
    cpu: float
    errors: int


def run(base: str, method: str, lines: Path, body: str, pid: int, *, seconds: int, connections: int) -> Run:
    """One run of wrk against a server, whose first process is `pid`; times in milliseconds."""
    before = cpu_seconds(pid)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(HERE / "requests.lua")]
    arguments = [method, str(lines), *([body] if body else [])]
    done = subprocess.run([*command, base, "--", *arguments], capture_output=True, text=True, check=True)
    found = re.search(r"DONE (\d+) (\d+) (\d+) (\S+) (\S+)", done.stderr)
    if not found or not int(found[1]):
        raise SystemExit(f"No answers from {base}.\n{done.stdout}{done.stderr}")
    requests, microseconds, errors = (int(number) for number in found.groups()[:3])
    cpu = (cpu_seconds(pid) - before) * 1000 / requests if pid else 0.0
    return Run(requests * 1e6 / microseconds, float(found[4]) / 1000, float(found[5]) / 1000, cpu, errors)


def processes(pid: int) -> list[int]:
    """A process and everything that it started."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            children.setdefault(int(stat(path)[1]), []).append(int(path.parent.name))
        except OSError:
            continue
    found = [pid]
    for process in found:
        found += children.get(process, [])
    return found


def stat(path: Path) -> list[str]:
    """What follows the name, which may hold spaces."""
    return path.read_text(encoding="utf-8").rpartition(") ")[2].split()


def cpu_seconds(pid: int) -> float:
    if not pid:
        return 0.0
    fields = (stat(Path(f"/proc/{process}/stat")) for process in processes(pid))
    return sum(int(user) + int(system) for user, system in (field[11:13] for field in fields)) / TICKS_PER_SECOND


def mebibytes(pid: int) -> list[float]:
    """What each process has to itself, shared memory divided by those who share it."""
    sizes = []
    for process in processes(pid):
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
        found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        sizes.append(int(found[1]) / 1024 if found else 0.0)
    return sizes


def free_share(seconds: float = 0.5) -> float:
    """How much of the machine nobody uses at present."""
    first = cpu_line()
    time.sleep(seconds)
    spent = [now - then for now, then in zip(cpu_line(), first, strict=True)]
    return (spent[3] + spent[4]) / max(sum(spent), 1)


def cpu_line() -> list[int]:
    return [int(number) for number in Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()[1:9]]
