"""How long a person's calendar takes, whole and when nothing has changed, and what it adds to the worker's memory."""

from __future__ import annotations

import http.client
import json
import statistics
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from bench.stage import stage

SIZES = {"user1": 200, "user2": 5_000, "user3": 50_000}
TIMES = 15


def main() -> None:
    with stage(SIZES) as made, made.our_server("ours", WEB_WORKERS="1") as (base, pid):
        print(f"{'todos':>8}{'octets':>14}{'first octet':>14}{'whole':>12}{'as events':>12}{'304':>10}{'memory':>12}")
        for name, size in SIZES.items():
            path = urlsplit(make(base, made.signer.token(name))).path
            tag, octets = read(base, path)[2:4]
            before = memory_of(pid)
            whole = [read(base, path) for _ in range(TIMES)]
            more = memory_of(pid) - before
            events = [read(base, f"{path}?as=events") for _ in range(TIMES)]
            known = [read(base, path, {"If-None-Match": tag}) for _ in range(TIMES)]
            assert {answer[4] for answer in known} == {304}
            print(
                f"{size:8,}{octets:14,}{middle(whole, 0):11.0f} ms{middle(whole, 1):9.0f} ms"
                f"{middle(events, 1):9.0f} ms{middle(known, 1):7.1f} ms{more:8.1f} MiB"
            )


def make(base: str, token: str) -> str:
    headers = {"Authorization": f"Bearer {token}"}
    with urllib.request.urlopen(urllib.request.Request(f"{base}/api/v1/me/calendar", b"", headers)) as answer:
        return json.load(answer)["address"]


def read(base: str, path: str, headers: dict[str, str] | None = None) -> tuple[float, float, str, int, int]:
    """Milliseconds to the first octet and to the last, the ETag, how many octets, and the status."""
    wire = http.client.HTTPConnection(urlsplit(base).netloc, timeout=120)
    started = time.perf_counter()
    wire.request("GET", path, headers=headers or {})
    answer = wire.getresponse()
    first = answer.read(1)
    begun = time.perf_counter()
    octets = len(first) + len(answer.read())
    done = time.perf_counter()
    wire.close()
    return (begun - started) * 1000, (done - started) * 1000, answer.headers["ETag"], octets, answer.status


def middle(answers: list[tuple[float, float, str, int, int]], which: int) -> float:
    return statistics.median(answer[which] for answer in answers)


def memory_of(pid: int) -> float:
    """What the server's processes have at most had in memory, in MiB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return max(high_water(int(child)) for child in (pid, *children))


def high_water(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
