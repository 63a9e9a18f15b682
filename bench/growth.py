"""How answers slow down as one user's todos grow in number: a user with few is 1."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from bench.stage import GROWTH, TODOS, Stage

TIMES = 40
USERS = {"user1": TODOS, **GROWTH}


def report(base: str, made: Stage) -> None:
    tokens = {name: made.signer.token(name) for name in USERS}
    found = {name: milliseconds(base, tokens[name], size) for name, size in USERS.items()}
    print("\n" + f"{'todos':14}" + "".join(f"{size:>10,}" for size in USERS.values()))
    for kind in found["user1"]:
        values = [found[name][kind] for name in USERS]
        print(f"{kind:14}" + "".join(f"{value / values[0]:10.2f}" for value in values) + f"   1 = {values[0]:.1f} ms")
    deepest = found["most"]["deep page"] / found["most"]["first page"]
    print(f"deep page / first page with {GROWTH['most']:,} todos: {deepest:.2f}")


def milliseconds(base: str, token: str, size: int) -> dict[str, float]:
    def ask(path: str) -> Any:
        address = path if path.startswith("http") else f"{base}/api/v1{path}"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    deep = "/todos?page_size=200"
    for _ in range(int(size * 0.9) // 200):
        deep = ask(deep)["next"] or deep
    deep = deep.replace("page_size=200", "page_size=50")
    paths = {
        "first page": "/todos?page_size=50",
        "deep page": deep,
        "filter": "/todos?status=open&priority_gte=3&tag=calls",
        "due today": "/todos?due=today",
        "list": f"/todos?list={ask('/lists')['results'][1]['id']}",
        "summary": "/summary",
        "sync": f"/changes?since={size - 50}",
    }
    return {name: middle(lambda path=path: ask(path)) for name, path in paths.items()}


def middle(call: Callable[[], Any]) -> float:
    call()
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)
