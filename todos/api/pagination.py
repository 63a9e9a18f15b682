"""Pages by key: each begins after a row, not after a number of rows, so nothing is skipped or repeated."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet, Value
from django.utils.crypto import salted_hmac
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from todos.api.errors import query_fault
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
        payload = json.dumps(self, separators=(",", ":")).encode()
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
    return Cursor(*json.loads(payload))


def signature(payload: bytes, context: str) -> bytes:
    mac = salted_hmac("todos.cursor", payload + b"\0" + context.encode(), algorithm="sha256")
    return mac.digest()[:SIGNATURE_BYTES]


class KeysetPagination(BasePagination):
    """The view's `orderings` maps each name that clients use to a column that is never null."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of one page as tuples of the view's `columns`."""
        self.request = request
        name = self.ordering_of(request, view.orderings)
        self.context = self.context_of(request, name)
        size = self.size_of(request)
        key = view.orderings[name.removeprefix("-")]
        text = request.query_params.get("cursor")
        self.cursor = unseal(text, self.context) if text else None
        is_descending = name.startswith("-") != bool(self.cursor and self.cursor.is_back)
        if self.cursor:
            queryset = queryset.filter(beyond(queryset, key, self.cursor, is_descending))
        sign = "-" if is_descending else ""
        rows = list(queryset.order_by(sign + key, sign + "uid").values_list(*view.columns, key, "uid")[: size + 1])
        self.has_more, rows = len(rows) > size, rows[:size]
        if self.cursor and self.cursor.is_back:
            rows.reverse()
        self.ends = [(row[-2], row[-1]) for row in (rows[:1] + rows[-1:])]
        return [row[:-2] for row in rows]

    def ordering_of(self, request: Request, orderings: dict[str, str]) -> str:
        name: str = request.query_params.get("ordering", next(iter(orderings)))
        if name.removeprefix("-") not in orderings:
            names = ", ".join(orderings)
            raise query_fault("ordering", "invalid_choice", f"Choose one of {names}, perhaps with - in front.")
        return name

    def context_of(self, request: Request, ordering: str) -> str:
        """What a cursor is good for; another page size is fine."""
        filters = sorted((name, values) for name, values in request.query_params.lists() if name not in PARAMETERS)
        return json.dumps([str(request.user.pk), request.path, ordering, filters])

    def size_of(self, request: Request) -> int:
        text = request.query_params.get("page_size", str(DEFAULT_SIZE))
        if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MAX_SIZE):
            raise query_fault("page_size", "invalid", f"Write a number from 1 to {MAX_SIZE}.")
        return int(text)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.link(is_back=False), "previous": self.link(is_back=True)})

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
        parameters = self.request.query_params.copy()
        parameters["cursor"] = cursor.seal(self.context)
        return self.request.build_absolute_uri(f"{self.request.path}?{parameters.urlencode()}")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri", "description": "The address of the page, or null."}
        properties = {"results": schema, "next": link, "previous": link}
        return {"type": "object", "required": list(properties), "properties": properties}


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def beyond(queryset: QuerySet[Any], key: str, cursor: Cursor, is_descending: bool) -> After:
    field: Any = queryset.query.get_meta().get_field(key)
    operator = ("<" if is_descending else ">") + ("=" if cursor.is_inclusive else "")
    return After(key, Value(field.to_python(cursor.value), field), UUID(cursor.uid), operator=operator)
