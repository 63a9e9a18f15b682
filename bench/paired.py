"""This checkout beside another commit of it, or on partitioned tables beside whole ones, request by request.

    python -m bench.paired COMMIT [--pairs 1500]
    python -m bench.paired --partitions 8

Two servers, each with a PostgreSQL of its own and the same rows, are asked in turn for the same thing. A figure is the
median of the ratios of times pair by pair, so that whatever else keeps the machine busy meets both: unlike
`bench.against` it needs no calm, and says nothing of how many requests fit into a second.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.against import BODY, KINDS, checkout, servers
from bench.stage import ROOT

WARM_UP = 200


class Asker:
    """One connection to one server, which goes through the requests that were made for it."""

    def __init__(self, side: Any, kind: str) -> None:
        server, requests = KINDS[kind]
        base, _ = side[server]
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
        self.lines = Path(side["files"][requests]).read_text(encoding="utf-8").splitlines()
        self.method, self.body = ("POST", BODY) if kind == "create" else ("GET", None)

    def milliseconds(self, turn: int) -> float:
        path, token = self.lines[turn % len(self.lines)].split()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        began = time.perf_counter()
        self.connection.request(self.method, path, self.body, headers)
        answer = self.connection.getresponse()
        answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{self.method} {path}: {answer.status}; nothing is reported.")
        return (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    against = parser.add_mutually_exclusive_group(required=True)
    against.add_argument("commit", nargs="?")
    against.add_argument("--partitions", default="")
    parser.add_argument("--pairs", type=int, default=1500)
    options = parser.parse_args()
    with ExitStack() as running:
        ours = running.enter_context(servers(ROOT, options.partitions))
        other = running.enter_context(checkout(options.commit)) if options.commit else ROOT
        theirs = running.enter_context(servers(other))
        print(f"{'':8} {'theirs':>9} {'ours':>9} {'ratio':>7}")
        for kind in KINDS:
            pairs = measured(Asker(ours, kind), Asker(theirs, kind), options.pairs)
            medians = [statistics.median(times) for times in zip(*pairs, strict=True)]
            ratio = statistics.median(mine / other for mine, other in pairs)
            print(f"{kind:8} {medians[1]:6.2f} ms {medians[0]:6.2f} ms {ratio:7.3f}", flush=True)


def measured(ours: Asker, theirs: Asker, count: int) -> list[tuple[float, float]]:
    pairs = []
    for turn in range(-WARM_UP, count):
        if turn % 2:
            mine, other = ours.milliseconds(turn), theirs.milliseconds(turn)
        else:
            other, mine = theirs.milliseconds(turn), ours.milliseconds(turn)
        if turn >= 0:
            pairs.append((mine, other))
    return pairs


if __name__ == "__main__":
    main()
