"""One request of every kind that writes, found by walking the URLconf, for what has to hold for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.todos.matrix import ABSENT, BODIES, MINE, NEW, OWN_ROW, QUERIES, Document, Sent, at, kind, routes

# Rows that the requests are about, in the order in which they can be made.
ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("lists", {"id": MINE["list"], "name": "a list"}),
    ("tags", {"id": MINE["tag"], "name": "a tag"}),
    ("views", {"id": MINE["view"], "name": "a view", "query": {"tag": ["a tag"]}}),
    ("todos", {"id": MINE["todo"], "title": "a todo", "list": MINE["list"], "tags": ["a tag"]}),
)
# What the shortest body of each address does not reach.
MORE = (
    Sent("POST", "todos", {"title": "in a list", "list": MINE["list"]}),
    Sent("POST", "todos", {"title": "tagged", "tags": ["a tag", "another"]}),
    Sent("POST", "todos", {"title": "once"}, (("Idempotency-Key", "one"),)),
    Sent("POST", "lists", {"name": "once"}, (("Idempotency-Key", "two"),)),
    Sent("PUT", f"todos/{ABSENT}", {"title": "put"}),
    Sent("PUT", f"lists/{ABSENT}", {"name": "put"}),
    Sent("PUT", f"tags/{ABSENT}", {"name": "put"}),
    Sent("PUT", f"views/{ABSENT}", {"name": "put", "query": {}}),
    Sent("PATCH", f"views/{MINE['view']}", {"query": {"due": ["none"]}}),
    Sent("POST", "todos/bulk", {"operations": [{"op": "create", "id": NEW, "title": "x", "tags": ["another"]}]}),
    Sent("PATCH", "me", {"time_zone": "Asia/Tokyo", "default_list": MINE["list"]}),
)


def writes() -> Iterator[Sent]:
    document = Document()
    for route in routes():
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            try:
                document.operation(method, route)
            except KeyError:
                continue
            path = at(route, OWN_ROW.get(kind(route), "")) + QUERIES.get((method, route), "")
            yield Sent(method, path, BODIES.get((method, route)))
    yield from MORE
