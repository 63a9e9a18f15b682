"""Scripts for a server of keys, as the runner plays them.

A script is a list of parts: `send` is text of which each letter is a byte, sent `times` times and, with `every`, in
pieces of `piece` bytes with so many seconds between them; `wait` says nothing for so many seconds; `reset` cuts the
connection. After the last part the connection is closed.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from tests.corpus.keys import KEYS
from tests.corpus.maker import SHOULD
from tests.corpus.server import Script

Step = dict[str, Any]
GOOD, NEW, MALLORY = KEYS["main-EdDSA"], KEYS["older-EdDSA"], KEYS["mallory-EdDSA"]
REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found"}


class Server(NamedTuple):
    id: str
    says: str
    steps: list[Step]
    category: str
    level: str = SHOULD


def document(*keys: Any) -> bytes:
    return json.dumps({"keys": [key.jwk for key in keys or (GOOD,)]}, separators=(",", ":")).encode()


def head(status: int = 200, **headers: Any) -> str:
    usual = {"Content-Type": "application/json", "Connection": "close"}
    named = {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status} {REASONS.get(status, 'Whatever')}", *lines, "", ""])


def answer(body: bytes = b"", status: int = 200, **headers: Any) -> Script:
    """An ordinary answer; underscores in header names stand for hyphens, None takes a header away."""
    return sent(head(status, **{"Content_Length": len(body), **headers}).encode("latin-1") + body)


def sent(raw: bytes | str, **more: Any) -> Script:
    return [{"send": raw if isinstance(raw, str) else raw.decode("latin-1"), **more}]


def asked(token: str, expect: str, reason: str = "") -> Step:
    return {"token": token, "expect": expect, "reason": reason}
