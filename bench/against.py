"""`make bench-against COMMIT=…`: this checkout beside another commit of it, as ratios.

    python -m bench.against COMMIT [--rounds 7] [--seconds 3] [--connections 16]
    python -m bench.against --partitions 8    # instead of a commit: this checkout on tables without partitions

Each has a PostgreSQL of its own, with tables by its own migrations and the same rows. The two take turns; a figure is
the median of the ratios round by round, ours by theirs. `read` is a list with no page remembered.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench import load
from bench.run import BODY, wait_until_calm
from bench.stage import ROOT

FIELDS = ("per_second", "p50", "p99", "cpu")
HEADING = f"{'':8} {'requests/s':>11} {'p50':>7} {'p99':>7} {'CPU':>7}"
# What runs in each checkout, with that checkout's own code.
PROGRAM = """
import json, os, sys
from bench.run import write_requests
from bench.stage import USERS, stage, users
with stage(users(USERS)) as made:
    if count := os.environ.get("BENCH_PARTITIONS"):
        made.manage("distribute", "--partitions", count)
    files = {kind: str(path) for kind, path in write_requests(made).items()}
    with made.our_server("ours") as ours, made.our_server("reading", REMEMBERED_PAGES_MB="0") as reading:
        print(json.dumps({"files": files, "ours": ours, "reading": reading}), flush=True)
        sys.stdin.read()
"""
# Which server is asked, with which file of requests.
KINDS = {"list": ("ours", "list"), "read": ("reading", "list"), "row": ("ours", "detail"), "create": ("ours", "create")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    against = parser.add_mutually_exclusive_group(required=True)
    against.add_argument("commit", nargs="?")
    against.add_argument("--partitions", default="")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    with ExitStack() as running:
        ours = running.enter_context(servers(ROOT, options.partitions))
        other = running.enter_context(checkout(options.commit)) if options.commit else ROOT
        theirs = running.enter_context(servers(other))
        print(HEADING)
        for kind in KINDS:
            ratio_reported(kind, rounds(kind, ours, theirs, options))


def ratio_reported(kind: str, pairs: Iterable[tuple[load.Run, load.Run]]) -> float:
    """Prints a line of the table; returns the ratio of requests a second."""
    ratios = [[getattr(mine, field) / (getattr(other, field) or 1) for field in FIELDS] for mine, other in pairs]
    medians = [statistics.median(column) for column in zip(*ratios, strict=True)]
    print(f"{kind:8} {medians[0]:11.3f} {medians[1]:7.2f} {medians[2]:7.2f} {medians[3]:7.2f}", flush=True)
    return medians[0]


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-against-") as folder:
        place = Path(folder) / "checkout"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(place), commit], cwd=ROOT, check=True)
        try:
            yield place
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(place)], cwd=ROOT, check=True)


@contextmanager
def servers(folder: Path, partitions: str = "") -> Iterator[dict[str, Any]]:
    """The servers of one checkout, until the block ends."""
    command = [sys.executable, "-c", PROGRAM]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "BENCH_PARTITIONS": partitions},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"The servers of {folder} did not start.")
        yield json.loads(line)
    finally:
        process.stdin.close()
        process.wait()


def rounds(kind: str, ours: Any, theirs: Any, options: Any) -> Iterator[tuple[load.Run, load.Run]]:
    server, requests = KINDS[kind]
    method, body = ("POST", BODY) if kind == "create" else ("GET", "")

    def run(side: Any, seconds: int) -> load.Run:
        base, pid = side[server]
        lines = Path(side["files"][requests])
        done = load.run(base, method, lines, body, pid, seconds=seconds, connections=options.connections)
        if done.errors:
            raise SystemExit(f"{done.errors} errors in {kind}; nothing is reported.")
        return done

    for side in (ours, theirs):
        run(side, 2)
    for turn in range(options.rounds):
        wait_until_calm()
        order = (ours, theirs) if turn % 2 else (theirs, ours)
        first, second = (run(side, options.seconds) for side in order)
        yield (first, second) if turn % 2 else (second, first)


if __name__ == "__main__":
    main()
