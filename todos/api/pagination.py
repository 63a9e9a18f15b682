"""The parameters of a page, and the links to the pages beside it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import orjson
from django.conf import settings
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from todos.api.errors import QueryInvalid, query_fault
from todos.api.faults import not_chosen
from todos.api.sent import read_number
from todos.reading import Cursor, Cut, Page
from todos.types import AnyField, Json

if TYPE_CHECKING:
    from todos.api.base import OwnedViewSet

DEFAULT_SIZE, MAX_SIZE = 50, 200
SIGNATURE_BYTES = 16
# What chooses no rows.
PARAMETERS = ("cursor", "page_size", "ordering", "total", "include")


class Sorting(NamedTuple):
    column: str
    field: AnyField
    is_descending: bool


class Pagination(NamedTuple):
    """What a request says about its page, and what its links are made of."""

    request: Request
    cut: Cut
    context: str

    def body(self, page: Page) -> Json:
        onward, back = self.cursor(page, is_back=False), self.cursor(page, is_back=True)
        return {
            "results": page.results,
            "next": onward and self.address(onward),
            "next_cursor": onward,
            "previous": back and self.address(back),
        }

    def cursor(self, page: Page, *, is_back: bool) -> str | None:
        """Of the page on that side, if there is one."""
        here = self.cut.cursor
        came_from_there = here is not None and here.is_back != is_back
        goes_on = page.has_more and (here is not None and here.is_back) == is_back
        if not (came_from_there or goes_on):
            return None
        if page.ends:
            value, uid = page.ends[0 if is_back else -1]
            there = Cursor(plain(value), uid.hex, is_back)
        elif here:
            # The page is empty; the row that its cursor names belongs to the page on the other side.
            there = here._replace(is_back=is_back, is_inclusive=not here.is_inclusive)
        return seal(there, self.context)

    def address(self, cursor: str) -> str:
        """This page's address with another cursor; those need no quoting."""
        others = [pair for pair in self.request.query_params.lists() if pair[0] != "cursor"]
        query = urlencode(others, doseq=True)
        return absolute(self.request, f"{self.request.path}?{query}{query and '&'}cursor={cursor}")


def pagination_of(view: OwnedViewSet, ordering: str = "", condition: str = "") -> Pagination:
    """The view's `orderings` maps each name that clients use to a column; `ordering` counts where they say nothing.

    `condition` is what chooses rows besides the parameters, for cursors to be good for.
    """
    request = view.request
    name = ordering_of(request, view.orderings, ordering)
    context = context_of(view.caller.name, request, name, condition)
    text = request.query_params.get("cursor")
    cursor = unseal(text, context) if text else None
    return Pagination(request, Cut(*view.sorting(name), size_of(request), cursor), context)


def ordering_of(request: Request, orderings: dict[str, str], otherwise: str) -> str:
    name: str = request.query_params.get("ordering") or otherwise or next(iter(orderings))
    if name.removeprefix("-") not in orderings:
        either_way = [spelling for each in orderings for spelling in (each, f"-{each}")]
        raise QueryInvalid({"ordering": not_chosen(either_way).detail})
    return name


def context_of(caller: str, request: Request, ordering: str, condition: str) -> str:
    """What a cursor is good for; another page size is fine."""
    filters = sorted((name, values) for name, values in request.query_params.lists() if name not in PARAMETERS)
    return orjson.dumps([caller, request.path, ordering, filters, *filter(None, (condition,))]).decode()


def size_of(request: Request) -> int:
    text = request.query_params.get("page_size", str(DEFAULT_SIZE))
    try:
        return read_number(text, MAX_SIZE)
    except ValidationError as exc:
        raise QueryInvalid({"page_size": exc.detail}) from exc


def seal(cursor: Cursor, context: str) -> str:
    payload = orjson.dumps(tuple(cursor))
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


def address_of(request: Request) -> tuple[str | None, ...]:
    """All of the address that links are made of."""
    # Asking DRF's request for what is Django's takes three times as long.
    sent = request._request
    host, query = sent.META.get("HTTP_HOST"), sent.META.get("QUERY_STRING")
    return sent.scheme, host, sent.path, query, sent.encoding


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def absolute(request: Request, path: str) -> str:
    """The whole address, as build_absolute_uri would write it, which takes it apart first."""
    return f"{request.scheme}://{request.get_host()}{path}"
