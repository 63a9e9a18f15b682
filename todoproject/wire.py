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


class Malformed(ParseError):
    default_code = "malformed"


def dump(value: Any) -> bytes:
    """JSON bytes of a value; datetimes in UTC end in Z."""
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


def load(body: bytes) -> Any:
    """The value of a JSON text, or Malformed. Every string in it is storable and every level reachable."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise Malformed(f"The body is not valid JSON: {exc.msg}, line {exc.lineno} column {exc.colno}.") from exc
    refuse_deep_nesting(value)
    return value


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
