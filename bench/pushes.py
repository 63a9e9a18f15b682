"""What a change of a push takes beside an operation of a bulk, by turns: `python -m bench.pushes`."""

from __future__ import annotations

import http.client
import json
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bench.stage import stage

SIZE, PUSHED, IN_BULK, TURNS = 2_000, 200, 100, 25
Json = dict[str, Any]


def creation(number: int) -> Json:
    return {"op": "create", "id": str(uuid.uuid4()), "title": f"Something to do, number {number}"}


class Device:
    def __init__(self, base: str, token: str) -> None:
        self.wire = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.rows = self.ask("GET", "todos?page_size=200")["results"]

    def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        self.wire.request(method, f"/api/v1/{path}", body and json.dumps(body), self.headers)
        answer = self.wire.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {text!r}")
        return json.loads(text)

    def change(self, number: int) -> Json:
        return {"op": "update", "id": self.rows[number]["id"], "title": f"Changed {time.time_ns()}"}

    def microseconds_a_row(self, path: str, body: Json, rows: int) -> float:
        began = time.perf_counter()
        answer = self.ask("POST", path, body)
        taken = (time.perf_counter() - began) * 1e6 / rows
        # A bulk is taken as a whole, and says nothing of each.
        if any(result.get("status", "applied") != "applied" for result in answer["results"]):
            raise SystemExit("Something was refused; nothing is reported.")
        return taken

    def bulk(self, make: Callable[[int], Json]) -> float:
        return self.microseconds_a_row("todos/bulk", {"operations": [make(n) for n in range(IN_BULK)]}, IN_BULK)

    def push(self, make: Callable[[int], Json], **more: int) -> float:
        changes = [{"kind": "todo", **make(n)} for n in range(PUSHED)]
        return self.microseconds_a_row("changes", {"changes": changes, **more}, PUSHED)


def main() -> None:
    with stage({"user1": SIZE}) as made, made.our_server("ours") as (base, _):
        device = Device(base, made.signer.token("user1"))
        print(f"{'µs a row':24}{'bulk':>8}{'push':>8}{'ratio':>8}{'with since':>12}{'ratio':>8}")
        for name, make in {"creations": creation, "changes of titles": device.change}.items():
            turns = [(device.bulk(make), device.push(make), pushed_with_news(device, make)) for _ in range(TURNS)]
            bulk, push, news = (statistics.median(times) for times in zip(*turns, strict=True))
            ratios = [statistics.median(turn[which] / turn[0] for turn in turns) for which in (1, 2)]
            print(f"{name:24}{bulk:8.0f}{push:8.0f}{ratios[0]:8.2f}{news:12.0f}{ratios[1]:8.2f}")


def pushed_with_news(device: Device, make: Callable[[int], Json]) -> float:
    """By a device that has missed nothing."""
    since = device.ask("GET", "summary")["version"]
    return device.push(make, since=since)


if __name__ == "__main__":
    main()
