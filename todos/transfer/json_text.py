"""JSON that somebody brings along, read within bounds."""

from __future__ import annotations

from typing import Any

import orjson

from todos.exceptions import Code, Invalid

BOM = b"\xef\xbb\xbf"
# 10,000 rows of 28 members have 570,000 values and names, and their moments colons of their own.
MOST_VALUES = 900_000
MOST_LEVELS = 32
# Every value but the outermost one follows one of these. Within texts they count as well: notes have few.
MARKS = (b",", b":", b"[", b"{")


def load(body: bytes) -> Any:
    if sum(map(body.count, MARKS)) > MOST_VALUES:
        text = f"This has more than {MOST_VALUES:,} values."
        raise Invalid(Code("too_many_values", max=MOST_VALUES), text)
    try:
        value = orjson.loads(body.removeprefix(BOM))
    except orjson.JSONDecodeError as exc:
        place = {"line": exc.lineno, "column": exc.colno}
        text = "This is not valid JSON in UTF-8; see line {line}, column {column}.".format(**place)
        raise Invalid(Code("malformed", **place), text) from exc
    refuse_depth(value)
    return value


def refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [child for node in level if isinstance(node, dict | list) for child in children(node)]
        if not level:
            return
    raise Invalid(Code("too_deep", max=MOST_LEVELS), f"This is nested more than {MOST_LEVELS} levels deep.")


def children(node: Any) -> Any:
    return node.values() if isinstance(node, dict) else node
