"""Base64url and JSON without the leniency that lets two readers see two different tokens."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeAlias

# Whoever uses a member has to look first at what it is.
JsonObject: TypeAlias = dict[str, object]
Claims: TypeAlias = Mapping[str, object]

MAX_DEPTH = 16
# No claim needs more, and Python takes quadratic time to read long numbers.
MAX_DIGITS = 64


def decode_base64url(segment: bytes) -> bytes:
    """The bytes of a canonical, unpadded base64url text; ValueError for everything else."""
    try:
        decoded = base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    except binascii.Error as exc:
        raise ValueError("not base64url") from exc
    # Python skips foreign characters and ignores left-over bits; only the canonical spelling survives this.
    if encode_base64url(decoded) != segment:
        raise ValueError("not canonical base64url")
    return decoded


def encode_base64url(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


def load_object(text: bytes) -> JsonObject:
    """The JSON object in these bytes; ValueError unless every reader of JSON would see the same one."""
    decoded = text.decode("utf-8")
    value = _parsed(decoded, _STRICT)
    # Counting brackets is a cheap upper bound of the depth; only a suspect text is walked.
    if decoded.count("{") + decoded.count("[") > MAX_DEPTH:
        _refuse_deep_nesting(value)
    if "\\u" in decoded:
        _refuse_lone_surrogates(value)
    return value


def load_document(text: bytes) -> JsonObject:
    """The JSON object in these bytes, where whatever is ambiguous is None, so that it spoils nothing beside it.

    Depth and half characters are for `refuse_unreadable` to judge, part by part.
    """
    return _parsed(text.decode("utf-8"), _FORGIVING)


def refuse_unreadable(value: object) -> None:
    """ValueError for what `load_object` would not accept as a part of anything."""
    _refuse_deep_nesting(value)
    _refuse_lone_surrogates(value)


def frozen(claims: JsonObject) -> Claims:
    # Cached tokens are shared between requests, so nobody may change them.
    members = dict(claims)
    for name, value in claims.items():
        if type(value) is list or type(value) is dict:
            members[name] = frozen_value(value)
    return MappingProxyType(members)


def frozen_value(value: object) -> object:
    if isinstance(value, dict):
        return frozen(value)
    return tuple(map(frozen_value, value)) if isinstance(value, list) else value


def _parsed(text: str, decoder: json.JSONDecoder) -> JsonObject:
    try:
        value = decoder.decode(text)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc
    if type(value) is not dict:
        raise ValueError("not a JSON object")
    return value


def _refuse_deep_nesting(value: object) -> None:
    level = _containers([value])
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _containers(node.values() if isinstance(node, dict) else node)]
        if not level:
            return
    raise ValueError("nested too deeply")


def _containers(members: Iterable[object]) -> list[JsonObject | list[object]]:
    return [member for member in members if isinstance(member, dict | list)]


def _refuse_lone_surrogates(value: object) -> None:
    # Half a character, which no database stores and no other text equals. UnicodeEncodeError is a ValueError.
    json.dumps(value, ensure_ascii=False).encode("utf-8")


def _unique(pairs: list[tuple[str, object]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member")
    return members


def _unique_or_none(pairs: list[tuple[str, object]]) -> JsonObject | None:
    members = dict(pairs)
    return members if len(members) == len(pairs) else None


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("number too long")
    return int(digits)


def _integer_or_none(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_DIGITS else None


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_finite, parse_constant=_refuse_constant
)
_FORGIVING = json.JSONDecoder(
    object_pairs_hook=_unique_or_none, parse_int=_integer_or_none, parse_constant=lambda name: None
)
