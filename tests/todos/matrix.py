"""Every request that the API knows, made from the URLconf and the OpenAPI document.

A route, a method or a reference in a body that nobody thought of is in here by itself; what needs a thought of its
own (the smallest body that is accepted) is asked for by `test_isolation`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import SchemaGenerator

PREFIX = "api/v1/"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
# Anybody may read the OpenAPI document, and the calendar whoever has its address, without a token.
PUBLIC = {"schema", "calendar/<str:secret>.ics"}


def uid(number: int) -> str:
    return str(UUID(int=number))


# Mallory's rows, Alice's rows, and what is nobody's.
MINE = {name: uid(100 + i) for i, name in enumerate(("todo", "sibling", "subtask", "trashed", "list", "tag", "view"))}
HERS = {
    name: uid(200 + i)
    for i, name in enumerate(("todo", "subtask", "trashed", "list", "archived", "gone", "tag", "view"))
}
NEW, ABSENT, MALFORMED = uid(300), uid(400), "0"
IDS = (
    *(MINE[name] for name in ("todo", "trashed", "list")),
    *(HERS[name] for name in ("todo", "trashed", "list", "gone", "tag", "view")),
    *(ABSENT, MALFORMED),
)
OWN_ROW = {"todos": MINE["todo"], "lists": MINE["list"], "tags": MINE["tag"], "views": MINE["view"]}
HER_ROW = {"todos": HERS["todo"], "lists": HERS["list"], "tags": HERS["tag"], "views": HERS["view"]}

# The smallest body with which each request is accepted when the row in its address is one's own.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "todos"): {"id": NEW, "title": "new"},
    ("POST", "todos/bulk"): {"operations": [{"op": "create", "id": NEW, "title": "new"}]},
    ("POST", "changes"): {"changes": [{"kind": "todo", "id": NEW, "title": "new"}]},
    ("POST", "todos/quick"): {"id": NEW, "text": "new"},
    ("PUT", "todos/<str:id>"): {"title": "new"},
    ("PATCH", "todos/<str:id>"): {"title": "new"},
    ("POST", "todos/<str:id>/complete"): {},
    ("POST", "todos/<str:id>/reopen"): {},
    ("POST", "todos/<str:id>/skip"): {},
    ("POST", "todos/<str:id>/unskip"): {},
    ("POST", "todos/<str:id>/restore"): {},
    ("POST", "todos/<str:id>/move"): {},
    ("POST", "lists"): {"id": NEW, "name": "new"},
    ("PUT", "lists/<str:id>"): {"name": "new"},
    ("PATCH", "lists/<str:id>"): {"name": "new"},
    ("POST", "lists/<str:id>/restore"): {},
    ("POST", "lists/<str:id>/move"): {},
    ("POST", "tags"): {"id": NEW, "name": "new"},
    ("PUT", "tags/<str:id>"): {"name": "new"},
    ("PATCH", "tags/<str:id>"): {"name": "new"},
    ("POST", "views"): {"id": NEW, "name": "new", "query": {}},
    ("PUT", "views/<str:id>"): {"name": "new", "query": {}},
    ("PATCH", "views/<str:id>"): {"name": "new"},
    ("POST", "views/<str:id>/move"): {},
    ("PATCH", "me"): {"week_start": 7},
    ("POST", "me/calendar"): {},
    ("POST", "me/import"): {"format": "todos", "version": 1, "todos": [{"id": NEW, "title": "new", "tags": ["both"]}]},
}
# What an address needs besides.
QUERIES = {
    ("DELETE", "todos"): "?status=trashed",
    **{(method, "occurrences"): "?rrule=FREQ%3DDAILY&due_date=2026-11-27" for method in ("GET", "HEAD")},
}
OPERATIONS: dict[str, dict[str, Any]] = {
    "create": {"id": NEW, "title": "new"},
    "update": {"id": MINE["todo"], "title": "new"},
    **{op: {"id": MINE["todo"]} for op in ("complete", "reopen", "skip", "unskip", "delete", "restore", "move")},
}


class Sent(NamedTuple):
    method: str
    path: str
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} /{self.path} {'' if self.body is None else json.dumps(self.body)}"


def routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Every address under the API's prefix, as it is written in the URLconf."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern.url_patterns, path)
        elif path.startswith(PREFIX) and path.removeprefix(PREFIX) not in PUBLIC:
            yield path.removeprefix(PREFIX)


def at(route: str, row: str) -> str:
    return route.replace("<str:id>", row)


def kind(route: str) -> str:
    return route.partition("/")[0]


class Document:
    """What the OpenAPI document says about requests."""

    def __init__(self) -> None:
        self.document = SchemaGenerator().get_schema(request=None, public=True)

    def operation(self, method: str, route: str) -> dict[str, Any]:
        path = "/" + PREFIX + route.replace("<str:", "{").replace(">", "}")
        return self.document["paths"][path][method.lower()]

    def parameters(self, method: str, route: str) -> list[str]:
        """The names of its query parameters."""
        given = self.operation(method, route).get("parameters", [])
        return [parameter["name"] for parameter in given if parameter["in"] == "query"]

    def references(self, method: str, route: str) -> list[tuple[str, str]]:
        """The members of the body that hold an id, each with the operation of a bulk that it belongs to, if any."""
        body = self.operation(method, route).get("requestBody")
        if body is None:
            return []
        schema = self.resolved(body["content"]["application/json"]["schema"])
        items = self.resolved(schema["properties"].get("operations", {}).get("items", {}))
        kinds = items.get("discriminator", {}).get("mapping", {"": None})
        return [
            (op, name)
            for op, ref in kinds.items()
            for name in self.ids(self.resolved({"$ref": ref}) if ref else schema)
        ]

    def ids(self, schema: dict[str, Any]) -> list[str]:
        names = [name for name, value in schema["properties"].items() if value.get("format") == "uuid"]
        hidden = json.dumps(schema).count('"uuid"') - len(names)
        assert not hidden, f"a reference deeper in the body than this looks: {schema}"
        return names

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        ref = schema.get("$ref")
        return self.document["components"]["schemas"][ref.rpartition("/")[2]] if ref else schema


def requests(allowed: dict[str, set[str]], document: Document) -> Iterator[Sent]:
    for route, methods in allowed.items():
        for method in METHODS:
            is_known = method in methods
            rows = (IDS if is_known else (HER_ROW[kind(route)], ABSENT)) if "<" in route else ("",)
            body = BODIES.get((method, route))
            yield from (Sent(method, at(route, row), body) for row in rows)
            if is_known and method not in {"HEAD", "OPTIONS"}:
                yield from with_references(method, route, body, document)
                yield from with_parameters(method, route, document)


def with_references(method: str, route: str, body: Any, document: Document) -> Iterator[Sent]:
    path = at(route, OWN_ROW.get(kind(route), ""))
    for op, name in document.references(method, route):
        for row in IDS:
            yield Sent(
                method, path, {"operations": [{"op": op, **OPERATIONS[op], name: row}]} if op else {**body, name: row}
            )


def with_parameters(method: str, route: str, document: Document) -> Iterator[Sent]:
    path = at(route, OWN_ROW.get(kind(route), ""))
    for name in document.parameters(method, route):
        for value in (MINE["list"], HERS["list"], HERS["todo"], HERS["archived"], HERS["view"], ABSENT, "hers"):
            yield Sent(method, f"{path}?{name}={value}")
