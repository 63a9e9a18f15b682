"""`make bench`: our server beside plain Django REST Framework, and beside any other that is named, as ratios.

    python -m bench.run [NAME=URL …] [--rounds 5] [--seconds 4] [--connections 16] [--keep]

Another server is expected to read the same database, verify the same tokens and answer GET URL/todos?page_size=50,
GET URL/todos/{id} and POST URL/todos like ours; --keep says where both are and waits, so that it can be started.
`reading` is our server again, remembering no page, so that each list is read. The servers take turns. A run with
errors, with other load on the machine, or of a server whose answers mean something else is not reported.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from bench import growth, load
from bench.stage import GROWTH, TODOS, USERS, Stage, stage, users

CALLERS = 200
BODY = json.dumps({"title": "Buy milk and call the plumber", "notes": "As people write them.", "priority": 2})
MEANING = ("title", "notes", "priority", "completed_at", "due_date")
CALM = 0.85
KINDS = ("list", "detail", "create")


class Server(NamedTuple):
    name: str
    base: str
    pid: int


def main() -> None:
    options = parsed()
    with stage(users(USERS) | GROWTH) as made, ExitStack() as running:
        files = write_requests(made)
        servers = [Server("ours", *running.enter_context(made.our_server("ours")))]
        servers.append(Server("plain", *running.enter_context(made.plain_server())))
        reading = Server("reading", *running.enter_context(made.our_server("reading", REMEMBERED_PAGES_MB="0")))
        servers.append(reading)
        if options.keep:
            input(f"{made.database_url}\n{made.folder / 'jwks.json'}\nPress Enter when the other servers run. ")
        servers += [Server(name, url, 0) for name, _, url in (other.partition("=") for other in options.servers)]
        refuse_other_meanings(servers, files)
        for kind in KINDS:
            report(kind, servers, measured(kind, servers, files, options))
        for server in servers[:2]:
            sizes = [size for size in load.mebibytes(server.pid) if size > 20]
            memory = ", ".join(f"{size:.0f} MiB" for size in sizes)
            print(f"{server.name}: first answer after {made.started[server.name]:.1f} s; memory {memory}")
        growth.report(reading.base, made)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("servers", nargs="*", metavar="NAME=URL")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def write_requests(made: Stage) -> dict[str, Path]:
    """For each kind of request a file of paths and tokens; whoever creates is nobody who is read."""
    from bench.seed import uid_of

    tokens = {number: made.signer.token(f"user{number}") for number in range(1, 2 * CALLERS + 1)}
    readers, writers = range(1, CALLERS + 1), range(CALLERS + 1, 2 * CALLERS + 1)
    lines = {
        "list": [f"/todos?page_size=50 {tokens[number]}" for number in readers],
        "detail": [f"/todos/{uid_of('todo', number, TODOS)} {tokens[number]}" for number in readers],
        "create": [f"/todos {tokens[number]}" for number in writers],
    }
    files = {}
    for kind, requests in lines.items():
        files[kind] = made.folder / f"{kind}.txt"
        files[kind].write_text("".join(f"/api/v1{request}\n" for request in requests), encoding="utf-8")
    return files


def get(base: str, line: str) -> Any:
    path, token = line.split()
    request = urllib.request.Request(base + path, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def refuse_other_meanings(servers: list[Server], files: dict[str, Path]) -> None:
    def meaning(server: Server, at: int) -> list[Any]:
        lists = [get(server.base, line) for line in files["list"].read_text(encoding="utf-8").splitlines()[at : at + 3]]
        rows = [row for answer in lists for row in answer["results"]]
        rows += [
            get(server.base, line) for line in files["detail"].read_text(encoding="utf-8").splitlines()[at : at + 3]
        ]
        return [{name: row.get(name) for name in MEANING} for row in rows]

    for server in servers[1:]:
        for at in (0, 80, 197):
            if meaning(servers[0], at) != meaning(server, at):
                raise SystemExit(f"{server.name} answers something else than {servers[0].name}; nothing is reported.")


def measured(kind: str, servers: list[Server], files: dict[str, Path], options: Any) -> dict[str, list[load.Run]]:
    method, body = ("POST", BODY) if kind == "create" else ("GET", "")
    runs: dict[str, list[load.Run]] = {server.name: [] for server in servers}
    for turn in range(-1, options.rounds):
        for server in servers if turn % 2 else servers[::-1]:
            wait_until_calm()
            seconds = options.seconds if turn >= 0 else 2
            done = load.run(
                server.base, method, files[kind], body, server.pid, seconds=seconds, connections=options.connections
            )
            if done.errors:
                raise SystemExit(f"{server.name} had {done.errors} errors in {kind}; nothing is reported.")
            # The first turn warms up.
            runs[server.name] += [done] if turn >= 0 else []
    return runs


def wait_until_calm() -> None:
    for _ in range(120):
        if load.free_share() > CALM:
            return
        time.sleep(1)
    raise SystemExit("Something else keeps this machine busy; nothing is reported.")


def report(kind: str, servers: list[Server], runs: dict[str, list[load.Run]]) -> None:
    """Medians of the ratios round by round, the plain server being 1; CPU also in milliseconds."""
    print(f"\n{kind:10} {'requests/s':>11} {'p50':>7} {'p99':>7} {'CPU':>7} {'CPU ms':>8}")
    for server in servers:
        ratios = [
            statistics.median(
                getattr(mine, field) / (getattr(other, field) or 1)
                for mine, other in zip(runs[server.name], runs["plain"], strict=True)
            )
            for field in ("per_second", "p50", "p99", "cpu")
        ]
        cpu = statistics.median(run.cpu for run in runs[server.name])
        print(f"{server.name:10} {ratios[0]:11.2f} {ratios[1]:7.2f} {ratios[2]:7.2f} {ratios[3]:7.2f} {cpu:8.2f}")


if __name__ == "__main__":
    main()
