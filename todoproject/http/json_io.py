"""JSON in and out. orjson refuses by itself NaN, invalid UTF-8, lone surrogates and absurd depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any, TypeAlias

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from todos.exceptions import Code

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"

MAX_DEPTH = 32
# The largest bulk, a hundred todos of fifty tags, has 8,000 values and names. Each takes up to 250 bytes of memory, so
# a body of five megabytes could take gigabytes.
MAX_VALUES = 50_000
# Every value but the outermost one follows one of these.
MARKS = (b",", b":", b"[", b"{")


class Malformed(ParseError):
    default_code = "malformed"


class TooManyValues(Malformed):
    default_code = "too_many_values"


def dump(value: object) -> bytes:
    """JSON bytes of a value; datetimes in UTC end in Z."""
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


def load(body: bytes) -> JsonValue:
    """The value of a JSON text, or Malformed. Every string in it is storable and every level reachable."""
    refuse_crowds(body)
    try:
        value: JsonValue = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        # The parser's own words are a programmer's.
        place = {"line": exc.lineno, "column": exc.colno}
        text = "This is not valid JSON in UTF-8; see line {line}, column {column}.".format(**place)
        raise Malformed(text, Code("malformed", **place)) from exc
    refuse_deep_nesting(value)
    return value


def refuse_crowds(body: bytes) -> None:
    """Counts before anything is made of the body."""
    # A value takes a mark and a letter. Most bodies are over with this, and most others with the next line.
    if len(body) <= 2 * MAX_VALUES or marks_in(body) < MAX_VALUES:
        return
    # Marks within strings are text. Without escapes, every other part between quotes is a string.
    bare = body.replace(rb"\\", b"").replace(rb"\"", b"")
    if bare.count(b'"') > 2 * MAX_VALUES or marks_in(b"".join(bare.split(b'"')[::2])) >= MAX_VALUES:
        text = f"This has more than {MAX_VALUES:,} values."
        raise TooManyValues(text, Code("too_many_values", max=MAX_VALUES))


def marks_in(text: bytes) -> int:
    return sum(map(text.count, MARKS))


def refuse_deep_nesting(value: JsonValue) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for node in level if isinstance(node, dict | list) for child in children(node)]
        if not level:
            return
    text = f"This is nested more than {MAX_DEPTH} levels deep."
    raise Malformed(text, Code("too_deep", max=MAX_DEPTH))


def children(node: dict[str, JsonValue] | list[JsonValue]) -> list[JsonValue]:
    return list(node.values()) if isinstance(node, dict) else node


class CacheSerializer:
    """For a cache that others might write to: reading from it runs no code, as unpickling would."""

    def dumps(self, value: object) -> int | bytes:
        # Redis counts with plain integers only.
        return value if type(value) is int else dump(value)

    def loads(self, stored: bytes) -> JsonValue:
        value: JsonValue = orjson.loads(stored)
        return value


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(  # type: ignore[override] # JSON need not be an object
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> JsonValue:
        charset = (parser_context or {}).get("encoding", "utf-8")
        if charset.lower() not in {"utf-8", "utf8"}:
            raise Malformed("JSON is read as UTF-8 only.", "unsupported_charset")
        return load(stream.read())


class MergePatchParser(JSONParser):
    """PATCH bodies may name their format (RFC 7396); they are read alike."""

    media_type = "application/merge-patch+json"


class JSONNegotiation(DefaultContentNegotiation):
    """DRF's, which takes longer than a query, only for clients that ask for something particular."""

    def select_renderer(  # type: ignore[override] # DRF gives a list
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        is_plain = request.META.get("HTTP_ACCEPT", "*/*") in {"*/*", "application/json", ""}
        if is_plain and format_suffix is None and "format" not in request.query_params:
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: object, accepted_media_type: str | None = None, renderer_context: object = None) -> bytes:
        return b"" if data is None else dump(data)
