"""JSON in and out. orjson refuses by itself NaN, invalid UTF-8, lone surrogates and absurd depth."""

from __future__ import annotations

from typing import Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

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


def dump(value: Any) -> bytes:
    """JSON bytes of a value; datetimes in UTC end in Z."""
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


def load(body: bytes) -> Any:
    """The value of a JSON text, or Malformed. Every string in it is storable and every level reachable."""
    refuse_crowds(body)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise Malformed(f"The body is not valid JSON: {exc.msg}, line {exc.lineno} column {exc.colno}.") from exc
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
        raise TooManyValues(f"The body has more than {MAX_VALUES} values; no request needs as many.")


def marks_in(text: bytes) -> int:
    return sum(map(text.count, MARKS))


def refuse_deep_nesting(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for node in level if isinstance(node, dict | list) for child in children(node)]
        if not level:
            return
    raise Malformed(f"The body is nested more than {MAX_DEPTH} levels deep.")


def children(node: dict[str, Any] | list[Any]) -> list[Any]:
    return list(node.values()) if isinstance(node, dict) else node


class CacheSerializer:
    """For a cache that others might write to: reading from it runs no code, as unpickling would."""

    def dumps(self, value: Any) -> Any:
        # Redis counts with plain integers only.
        return value if type(value) is int else dump(value)

    def loads(self, stored: bytes) -> Any:
        return orjson.loads(stored)


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        charset = (parser_context or {}).get("encoding", "utf-8")
        if charset.lower() not in {"utf-8", "utf8"}:
            raise Malformed("JSON is read as UTF-8 only.")
        return load(stream.read())


class MergePatchParser(JSONParser):
    """PATCH bodies may name their format (RFC 7396); they are read alike."""

    media_type = "application/merge-patch+json"


class JSONNegotiation(DefaultContentNegotiation):
    """DRF's, which takes longer than a query, only for clients that ask for something particular."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        is_plain = request.META.get("HTTP_ACCEPT", "*/*") in {"*/*", "application/json", ""}
        if is_plain and format_suffix is None and "format" not in request.query_params:
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dump(data)
