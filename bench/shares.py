"""Where the time of a request goes, as shares: `python -m bench.shares`.

Requests are sent to the WSGI application itself, under cProfile with the process's CPU clock, against a private
PostgreSQL. Time in C functions counts for the layer that calls them. A profiler makes calls dearer than they are, so
layers of many small calls look bigger than they are.
"""

from __future__ import annotations

import cProfile
import io
import json
import os
import pstats
import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from bench.stage import TODOS, Stage, stage, users

REQUESTS = 500
USERS = 200
LAYERS = (
    ("database driver", r"psycopg|/todoproject/postgresql/"),
    ("Django's ORM and connections", r"django/db|asgiref"),
    ("Django REST Framework", r"rest_framework"),
    ("Django: request, response, routing", r"django/(http|core/handlers|urls|dispatch|utils|conf|template)"),
    ("Django: middleware, cache", r"django|corsheaders|whitenoise"),
    ("our middleware, throttle, log", r"/todoproject/|/logging/"),
    ("our authentication", r"/betterauth_auth/"),
    ("our rows and queries", r"/todos/(api/rows|compiled)"),
    ("our views, validation and writes", r"/todos/"),
)


def main() -> None:
    # The log's lines are written too, to nowhere.
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), stage(users(USERS)) as made:
        environ, send = requests_of(made)

        def call(kind: str) -> Callable[[int], None]:
            return lambda number: send(environ(kind, number))

        spent = {kind: shares(call(kind)) for kind in ("list", "detail", "create")}
        from django.test import override_settings

        with override_settings(REMEMBERED_PAGES_MB=0):
            spent["list, read"] = shares(call("list"))
    for kind, seconds in spent.items():
        report(kind, seconds)


Environ = dict[str, Any]


def requests_of(made: Stage) -> tuple[Callable[[str, int], Environ], Callable[[Environ], None]]:
    """What makes a request of a kind, and what sends one to the application."""
    from bench.seed import uid_of
    from todoproject.wsgi import application

    tokens = [made.signer.token(f"user{number}") for number in range(1, USERS + 1)]
    body = json.dumps({"title": "Buy milk", "notes": "As people write them.", "priority": 2}).encode()

    def environ(kind: str, number: int) -> Environ:
        which = number % len(tokens)
        path = f"/api/v1/todos/{uid_of('todo', which + 1, TODOS)}" if kind == "detail" else "/api/v1/todos"
        sent = body if kind == "create" else b""
        return {
            "REQUEST_METHOD": "POST" if kind == "create" else "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "page_size=50" if kind == "list" else "",
            "CONTENT_TYPE": "application/json" if sent else "",
            "CONTENT_LENGTH": str(len(sent) or ""),
            "HTTP_ACCEPT": "application/json",
            "HTTP_AUTHORIZATION": f"Bearer {tokens[which]}",
            "HTTP_HOST": "127.0.0.1",
            "REMOTE_ADDR": "127.0.0.1",
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.input": io.BytesIO(sent),
            "wsgi.url_scheme": "http",
        }

    def send(request: Environ) -> None:
        statuses: list[str] = []
        response = application(request, lambda status, headers, exc=None: statuses.append(status))
        b"".join(response)
        response.close()
        if not statuses[0].startswith("2"):
            raise SystemExit(f"{request['PATH_INFO']} answered {statuses[0]}; nothing is reported.")

    return environ, send


def shares(call: Callable[[int], None]) -> Counter[str]:
    for number in range(400):
        call(number)
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for number in range(REQUESTS):
        call(number)
    profile.disable()
    spent: Counter[str] = Counter()
    for function, (_, _, own, _, callers) in pstats.Stats(profile).stats.items():
        named = layer(function)
        if named:
            spent[named] += own
            continue
        whole = sum(share[2] for share in callers.values()) or 1
        for called_by, share in callers.items():
            spent[layer(called_by) or "Python's library"] += own * share[2] / whole
    return spent


def layer(function: tuple[str, int, str]) -> str:
    return next((name for name, pattern in LAYERS if re.search(pattern, function[0])), "")


def report(kind: str, spent: Counter[str]) -> None:
    print(f"\n{kind}: {spent.total() * 1000 / REQUESTS:.1f} ms under the profiler")
    for name, seconds in spent.most_common():
        print(f"  {name:36} {seconds / spent.total():5.0%}")


if __name__ == "__main__":
    main()
