"""What a request costs the database, direct and through PgBouncer: `python -m bench.pooled [--rounds 10]`.

CPU of PostgreSQL's processes, and of PgBouncer beside it, for a list of 50, a single row, a plain create and a changed
title. The ways take turns. Pages are read, none is sent again as it was. `prepared` is left out where PgBouncer is too
old for it (before 1.21).
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg

from bench.load import processes, stat
from bench.stage import TODOS, Stage, stage, users
from scripts.private_pgbouncer import PGBOUNCER, PgBouncer, keeps_statements, version

USERS = 100
REQUESTS = 400


class Way(NamedTuple):
    name: str
    base: str
    pooler: int


class Cost(NamedTuple):
    """Milliseconds of CPU for a request."""

    database: float
    pooler: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    if not PGBOUNCER:
        raise SystemExit("PgBouncer is not installed.")
    with stage(users(USERS)) as made, ExitStack() as running:
        ways = list(started(made, running))
        requests = requests_of(made)
        costs = {
            kind: measured(send, ways, first_process(made.database_url), rounds) for kind, send in requests.items()
        }
    print(f"PgBouncer {'.'.join(map(str, version()))}; milliseconds of CPU for a request: PostgreSQL + PgBouncer")
    for kind, found in costs.items():
        print(
            f"{kind:10}"
            + "".join(f"{name:>12} {cost.database:.2f} + {cost.pooler:.2f}" for name, cost in found.items())
        )


def started(made: Stage, running: ExitStack) -> list[Way]:
    """One thread each, so that there is one connection and nothing is prepared while it is measured."""
    settings = {"REMEMBERED_PAGES_MB": "0", "WEB_WORKERS": "1", "WEB_THREADS": "1"}
    ways = [Way("direct", running.enter_context(made.our_server("direct", **settings))[0], 0)]
    kept = ["plain", "prepared"] if keeps_statements() else ["plain"]
    for name in kept:
        pooler = running.enter_context(
            PgBouncer(made.database_url, "max_prepared_statements = 200" if keeps_statements() else "")
        )
        settings |= {"DATABASE_URL": pooler.url, "DATABASE_POOLED": "true"}
        settings["DATABASE_POOLER_PREPARES"] = str(name == "prepared").lower()
        base, _ = running.enter_context(made.our_server(name, **settings))
        ways.append(Way(name, base, pooler.process.pid))
    return ways


Send = Callable[[http.client.HTTPConnection, int], None]


def requests_of(made: Stage) -> dict[str, Send]:
    from bench.seed import uid_of

    tokens = [made.signer.token(f"user{number}") for number in range(1, USERS + 1)]

    def asking(method: str, path: Callable[[int], str], body: Callable[[int], Any] | None = None) -> Send:
        def send(wire: http.client.HTTPConnection, number: int) -> None:
            headers = {"Authorization": f"Bearer {tokens[number % USERS]}", "Content-Type": "application/json"}
            wire.request(method, f"/api/v1{path(number)}", body and json.dumps(body(number)), headers)
            answer = wire.getresponse()
            answer.read()
            if answer.status not in {200, 201}:
                raise SystemExit(f"{method} {path(number)} was answered {answer.status}; nothing is reported.")

        return send

    def row(number: int) -> str:
        return f"/todos/{uid_of('todo', number % USERS + 1, TODOS)}"

    return {
        "list": asking("GET", lambda number: "/todos?page_size=50"),
        "row": asking("GET", row),
        "create": asking("POST", lambda number: "/todos", lambda number: {"title": "Buy milk", "priority": 2}),
        "change": asking("PATCH", row, lambda number: {"title": f"Buy milk {time.monotonic()}"}),
    }


def measured(send: Send, ways: list[Way], postgres: int, rounds: int) -> dict[str, Cost]:
    """Medians over the rounds; the first warms up."""
    costs: dict[str, list[Cost]] = {way.name: [] for way in ways}
    for turn in range(rounds + 1):
        for way in ways if turn % 2 else ways[::-1]:
            before = cpu_seconds(postgres), cpu_seconds(way.pooler)
            ask(send, way)
            after = cpu_seconds(postgres), cpu_seconds(way.pooler)
            spent = [(then - now) * 1000 / REQUESTS for now, then in zip(before, after, strict=True)]
            costs[way.name] += [Cost(*spent)] if turn else []
    return {name: Cost(*map(statistics.median, zip(*found, strict=True))) for name, found in costs.items()}


def ask(send: Send, way: Way) -> None:
    address = urlsplit(way.base)
    wire = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    for number in range(REQUESTS):
        send(wire, number)
    wire.close()


def first_process(database_url: str) -> int:
    """PostgreSQL's; the process of a connection is its child."""
    with psycopg.connect(database_url) as connection:
        return int(stat(Path(f"/proc/{connection.info.backend_pid}/stat"))[1])


def cpu_seconds(pid: int) -> float:
    """Of a process and everything that it started, by the scheduler's own account, which counts nanoseconds."""
    if not pid:
        return 0.0
    accounts = (Path(f"/proc/{process}/schedstat").read_text(encoding="ascii") for process in processes(pid))
    return sum(int(account.split()[0]) for account in accounts) / 1e9


if __name__ == "__main__":
    main()
