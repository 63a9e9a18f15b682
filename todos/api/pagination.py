"""Pages by key: each begins after a row, not after a number of rows, so nothing is skipped or repeated."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import QuerySet, UUIDField
from django.utils.functional import cached_property
from rest_framework.pagination import BasePagination
from rest_framework.request import Request

from todos.api.errors import query_fault
from todos.compiled.shapes import Placeholder
from todos.models.expressions import After

DEFAULT_SIZE, MAX_SIZE = 50, 200
SIGNATURE_BYTES = 16
PARAMETERS = ("cursor", "page_size", "ordering")


class Cursor(NamedTuple):
    """Where a page begins: beyond this row, or with it; looking back or ahead."""

    value: Any
    uid: str
    is_back: bool = False
    is_inclusive: bool = False

    def seal(self, context: str) -> str:
        payload = orjson.dumps(tuple(self))
        return base64.urlsafe_b64encode(signature(payload, context) + payload).rstrip(b"=").decode()


def unseal(text: str, context: str) -> Cursor:
    """The cursor in a parameter, if it was made for this user, ordering and filters."""
    fault = query_fault("cursor", "bad_cursor", "This cursor was not made for this request. Start without one.")
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as exc:
        raise fault from exc
    given, payload = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    if not hmac.compare_digest(given, signature(payload, context)):
        raise fault
    return Cursor(*orjson.loads(payload))


def signature(payload: bytes, context: str) -> bytes:
    key = key_from(settings.SECRET_KEY)
    # With a key, BLAKE2 is a MAC by itself.
    return hashlib.blake2b(payload + b"\0" + context.encode(), key=key, digest_size=SIGNATURE_BYTES).digest()


@cache
def key_from(secret: str) -> bytes:
    return hashlib.sha256(b"todos.cursor" + secret.encode()).digest()


class KeysetPagination(BasePagination):
    """The view's `orderings` maps each name that clients use to a column that is never null."""

    def __init__(self, view: Any = None) -> None:
        # Whoever writes the OpenAPI document has no view.
        if view is not None:
            self.read(view)

    def read(self, view: Any) -> None:
        """Takes the page's own parameters out of the request."""
        self.request = request = view.request
        self.name = self.ordering_of(request, view.orderings)
        self.context = self.context_of(view.caller.name, request, self.name)
        self.size = self.size_of(request)
        self.column = view.orderings[self.name.removeprefix("-")]
        self.width = len(view.columns)
        self.columns = view.columns if self.column in view.columns else (*view.columns, self.column)
        self.field = view.model._meta.get_field(self.column)
        text = request.query_params.get("cursor")
        self.cursor = unseal(text, self.context) if text else None

    @property
    def key(self) -> tuple[Any, ...]:
        """What the SQL of the page depends on."""
        cursor = self.cursor
        return self.name, self.size, cursor and (cursor.is_back, cursor.is_inclusive)

    @property
    def values(self) -> dict[str, Any]:
        if self.cursor is None:
            return {}
        return {"cursor.value": self.field.to_python(self.cursor.value), "cursor.uid": UUID(self.cursor.uid)}

    def cut(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The page and one row more, which tells whether there is another page."""
        is_descending = self.name.startswith("-")
        if self.cursor:
            is_descending = is_descending != self.cursor.is_back
            operator = ("<" if is_descending else ">") + ("=" if self.cursor.is_inclusive else "")
            queryset = queryset.filter(
                After(
                    self.column,
                    Placeholder("cursor.value", self.field),
                    Placeholder("cursor.uid", UUIDField()),
                    operator=operator,
                )
            )
        sign = "-" if is_descending else ""
        return queryset.order_by(sign + self.column, sign + "uid").values_list(*self.columns)[: self.size + 1]

    def page(self, rows: list[Any], to_json: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        self.has_more, rows = len(rows) > self.size, rows[: self.size]
        if self.cursor and self.cursor.is_back:
            rows.reverse()
        at, uid_at = self.columns.index(self.column), self.columns.index("uid")
        self.ends = [(row[at], row[uid_at]) for row in (rows[:1] + rows[-1:])]
        is_wider = len(self.columns) > self.width
        data = [to_json(row[: self.width] if is_wider else row) for row in rows]
        return {"results": data, "next": self.link(is_back=False), "previous": self.link(is_back=True)}

    def ordering_of(self, request: Request, orderings: dict[str, str]) -> str:
        name: str = request.query_params.get("ordering", next(iter(orderings)))
        if name.removeprefix("-") not in orderings:
            names = ", ".join(orderings)
            raise query_fault("ordering", "invalid_choice", f"Choose one of {names}, perhaps with - in front.")
        return name

    def context_of(self, caller: str, request: Request, ordering: str) -> str:
        """What a cursor is good for; another page size is fine."""
        filters = sorted((name, values) for name, values in request.query_params.lists() if name not in PARAMETERS)
        return orjson.dumps([caller, request.path, ordering, filters]).decode()

    def size_of(self, request: Request) -> int:
        text = request.query_params.get("page_size", str(DEFAULT_SIZE))
        if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MAX_SIZE):
            raise query_fault("page_size", "invalid", f"Write a number from 1 to {MAX_SIZE}.")
        return int(text)

    def link(self, *, is_back: bool) -> str | None:
        came_from_there = self.cursor is not None and self.cursor.is_back != is_back
        goes_on = self.has_more and (self.cursor is not None and self.cursor.is_back) == is_back
        if not (came_from_there or goes_on):
            return None
        if self.ends:
            value, uid = self.ends[0 if is_back else -1]
            cursor = Cursor(plain(value), uid.hex, is_back)
        elif self.cursor:
            # The page is empty; the row that its cursor names belongs to the page on the other side.
            cursor = self.cursor._replace(is_back=is_back, is_inclusive=not self.cursor.is_inclusive)
        return f"{self.address}cursor={cursor.seal(self.context)}"

    @cached_property
    def address(self) -> str:
        """This page's address, ready for another cursor; those need no quoting."""
        others = [pair for pair in self.request.query_params.lists() if pair[0] != "cursor"]
        query = urlencode(others, doseq=True)
        return absolute(self.request, f"{self.request.path}?{query}{query and '&'}")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri", "description": "The address of the page, or null."}
        properties = {"results": schema, "next": link, "previous": link}
        return {"type": "object", "required": list(properties), "properties": properties}


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def absolute(request: Request, path: str) -> str:
    """The whole address, as build_absolute_uri would write it, which takes it apart first."""
    return f"{request.scheme}://{request.get_host()}{path}"
