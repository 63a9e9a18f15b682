"""Bodies of legal size that were made to cost as much as they can, and the addresses that they are sent to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, get_resolver

from tests.todos.matrix import BODIES, NEW, OPERATIONS, OWN_ROW, PREFIX, PUBLIC, Document, at, kind, routes

WRITING = ("POST", "PUT", "PATCH")
LARGEST = 5_000_000
# As many values as a body may have, and a few less.
MANY = 45_000
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class Attack(NamedTuple):
    method: str
    path: str
    name: str
    body: bytes
    content_type: str = JSON

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.name}"


def repeated(unit: bytes, before: bytes = b"[", after: bytes = b"]", count: int = LARGEST) -> bytes:
    """As many of these as fit, with commas between them."""
    fitting = (LARGEST - len(before) - len(after)) // (len(unit) + 1)
    return before + b",".join([unit] * min(count, fitting)) + after


def filled(before: bytes, unit: bytes, after: bytes, spare: int = 0) -> bytes:
    return before + unit * ((LARGEST - spare - len(before) - len(after)) // len(unit)) + after


def members(count: int, width: int) -> bytes:
    return b"{" + b",".join(b'"%0*d":1' % (width, number) for number in range(count)) + b"}"


ODD = b"\\u0001~/" * 24_000
EMOJI = "\U0001f600".encode()
WHOLE = {
    "ones": repeated(b"1"),
    "nulls": repeated(b"null"),
    "lists": repeated(b"[]"),
    "objects": repeated(b'{"a":1}'),
    "deep lists": repeated(b"[" * 30 + b"]" * 30),
    "deeper than can be": filled(b"", b"[", b""),
    "380,000 members": members(380_000, 8),
    "20,000 members of long names": members(20_000, 240),
    "the same member again and again": repeated(b'"title":1', b"{", b"}", MANY // 2),
    "one name": filled(b'{"', b"n", b'":1}'),
    "names of odd letters": b"{%s}" % b",".join(b'"%d%s":1' % (number, ODD) for number in range(25)),
    "one text": filled(b'"', b"x", b'"'),
    "one number": filled(b'{"priority":', b"9", b"}"),
    "blanks": filled(b"", b" ", b"{}"),
    "the end is missing": repeated(b"1", after=b""),
    "a text without end": filled(b'{"title":"' + EMOJI, b"x", b""),
    "something after the end": filled(b'{"title":"' + EMOJI, b"x", b'"}x'),
    "quotes": filled(b"[", b'"",', b"1]"),
    "backslashes": filled(b'{"title":"', b"\\\\", b'"}'),
}
# Of a single member; the others need some room.
REST = 1_000
VALUES = {
    "wide letters": filled(b'"' + EMOJI, b"x", b'"', REST),
    "blanks around it": filled(b'" ' + EMOJI, b"x", b' "', REST),
    "invisible letters": filled(b'"', "\u200b".encode(), b'"', REST),
    "control characters": filled(b'"', b"\\u0001", b'"', REST),
    "many ones": repeated(b"1", count=MANY),
    "many objects": repeated(b'{"a":1}', count=MANY // 3),
    "long texts": repeated(b'"' + EMOJI + b"x" * 120_000 + b'"', count=40),
    "members": members(20_000, 240),
}


def attacks() -> Iterator[Attack]:
    """Whatever the URLconf has, with every shape."""
    document = Document()
    for route in (*routes(), *PUBLIC):
        path = f"/{PREFIX}{at(route, OWN_ROW.get(kind(route), ''))}"
        for method in WRITING:
            is_known = (method, route) in BODIES
            for name in WHOLE if is_known else ("380,000 members", "one text"):
                yield Attack(method, path, name, WHOLE[name])
            if is_known:
                yield from with_members(method, path, route, document)
    yield from hundreds()
    for path in pages():
        for method in WRITING:
            yield Attack(method, path, "a form", filled(b"username=", b'"', b""), FORM)
            yield Attack(method, path, "a smaller form", b"username=" + b'"' * 490_000, FORM)
            yield Attack(method, path, "a form of many fields", b"a=1&" * 120_000, FORM)
            yield Attack(method, path, "a small form", b"username=" + b'"' * 7_900, FORM)


def with_members(method: str, path: str, route: str, document: Document) -> Iterator[Attack]:
    body = BODIES[method, route]
    described = document.operation(method, route).get("requestBody")
    if described is None:
        return
    schema = document.resolved(described["content"]["application/json"]["schema"])
    for member in schema["properties"]:
        for name, value in VALUES.items():
            yield Attack(method, path, f"{member}: {name}", with_member(body, member, value))
    items = document.resolved(schema["properties"].get("operations", {}).get("items", {}))
    for op, reference in items.get("discriminator", {}).get("mapping", {}).items():
        for member in document.resolved({"$ref": reference})["properties"]:
            for name, value in VALUES.items():
                operation = with_member({"op": op, **OPERATIONS[op]}, member, value)
                yield Attack(method, path, f"{op}.{member}: {name}", b'{"operations":[' + operation + b"]}")


def with_member(body: dict[str, Any], name: str, value: bytes) -> bytes:
    others = {key: given for key, given in body.items() if key != name}
    return json.dumps(others).encode()[:-1] + (b"," if others else b"") + b'"%s":' % name.encode() + value + b"}"


def hundreds() -> Iterator[Attack]:
    """Faults in each of a hundred operations, and in each of a hundred edits."""
    for name, operation in {
        "members": {"op": "create", "title": "x", **{f"{number:0200}": 1 for number in range(200)}},
        "tags": {"op": "create", "title": "x", "tags": ["x" * 900] * 50},
        "numbers for tags": {"op": "create", "title": "x", "tags": [1] * 50},
        "everything": {"op": "update", "id": NEW, "title": {}, "notes": {}, "list": {}, "parent": {}, "tags": {}},
        "bases": {"op": "update", "id": NEW, "title": "x", "base": {f"{number}": 1 for number in range(200)}},
    }.items():
        edits = [{"id": NEW, **operation, "kind": "todo"}] * 100
        for path, how, body in (
            ("todos/bulk", "together", {"operations": [operation] * 100}),
            ("todos/bulk", "each by itself", {"operations": [operation] * 100, "mode": "each"}),
            ("changes", "each by itself", {"changes": edits}),
        ):
            what = f"a hundred with faulty {name}, {how}"
            yield Attack("POST", f"/{PREFIX}{path}", what, json.dumps(body).encode()[:LARGEST])


def pages(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Every address that is not the API's, with 1 for what varies in it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + re.sub(r"<[^>]*>|\(\?P.*\)", "1", str(pattern.pattern)).strip("^$")
        if not isinstance(pattern, URLPattern):
            yield from pages(pattern.url_patterns, path)
        elif not path.startswith(PREFIX):
            yield f"/{path}"
