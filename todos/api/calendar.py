"""/me/calendar, where a person makes a secret address, and /calendar/{secret}.ics, which is that address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models.expressions import Combinable
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import ErrorDetail, NotFound
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from todos import changes, clock
from todos.api.base import OwnedViewSet
from todos.api.bodies import StrictSerializer
from todos.api.docs import account as operations
from todos.api.docs.answers import CalendarAddressAnswer
from todos.api.errors import HeaderInvalid
from todos.api.known import require_known
from todos.api.pagination import absolute
from todos.api.parameters import CALENDAR, values_of
from todos.api.preconditions import is_known
from todos.calendar.document import Kind, pieces
from todos.changes.calendar import hash_of
from todos.compiled.shapes import Given
from todos.models import CalendarAddress
from todos.models.owned import Owner
from todos.reading import calendar
from todos.types import RowSet

SECRET = re.compile(r"([1-9][0-9]{0,17})-[A-Za-z0-9_-]{43}")
MEDIA_TYPE = "text/calendar; charset=utf-8"
# What has been completed for longer is left out.
COMPLETED_KEPT = timedelta(days=90)
# Counted up when the same rows are written in another way.
WRITING = 1
COLUMNS = ("made_at", "read_on")


class EmptyInput(StrictSerializer):
    """There is nothing to say."""


class CalendarView(OwnedViewSet):
    """Of the address itself nobody is told but whoever makes it."""

    model = CalendarAddress
    serializer_class = CalendarAddressAnswer
    pagination_class = None

    @extend_schema(**operations.GET_CALENDAR_ADDRESS)
    def retrieve(self, request: Request) -> HttpResponse:
        return self.told(None)

    @extend_schema(**operations.MAKE_CALENDAR_ADDRESS)
    def make(self, request: Request) -> HttpResponse:
        if "Idempotency-Key" in request.headers:
            detail = "An answer with a secret is not kept. Send the request without a key: the last address counts."
            raise HeaderInvalid({"Idempotency-Key": [ErrorDetail(detail, "not_kept")]})
        self.valid(EmptyInput)
        secret = changes.make_calendar(self.writer)
        return self.told(absolute(request, reverse("calendar", args=[secret])), 201)

    @extend_schema(**operations.REVOKE_CALENDAR_ADDRESS)
    def revoke(self, request: Request) -> HttpResponse:
        changes.revoke_calendar(self.writer)
        return Response(status=204)

    def told(self, address: str | None, status: int = 200) -> HttpResponse:
        found = self.reader.tuples(self.query(self.rows), COLUMNS)
        made_at, read_on = found[0] if found else (None, None)
        return self.json_response({"address": address, "made_at": made_at, "read_on": read_on}, status)

    def rows(self, owner: Owner, given: Given) -> RowSet:
        return self.get_queryset(owner)


@dataclass(frozen=True)
class Reader:
    """Whoever has the address of a calendar: for limits, its owner, and for nothing else."""

    pk: int
    secret_hash: str
    found: calendar.Found
    is_authenticated: bool = True


class ByAddress(BaseAuthentication):
    """Lets in whoever asks for an address that stands. All others hear that there is nothing, whatever the reason."""

    def authenticate(self, request: Request) -> tuple[Reader, None]:
        view: Any = request.parser_context["view"]
        asked = SECRET.fullmatch(view.kwargs["secret"])
        if asked is None:
            raise NotFound
        owner_id, secret_hash = int(asked[1]), hash_of(asked[0])
        found = calendar.calendar_at(owner_id, secret_hash, view.standing)
        if found is None:
            raise NotFound
        return Reader(owner_id, secret_hash, found), None


class AnyAccept(BaseContentNegotiation):
    """A calendar is one thing, whatever a program says that it would rather have."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return None

    def select_renderer(  # type: ignore[override] # DRF gives a list
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def nobody(owner: Combinable, moment: Combinable) -> RowSet:
    raise ImproperlyConfigured("The host has not said who may come in.")


class CalendarFileView(APIView):
    """`standing` comes from the host: it knows who may come in."""

    authentication_classes = (ByAddress,)
    permission_classes = ()
    content_negotiation_class = AnyAccept
    http_method_names = ["get", "head"]
    standing: calendar.Standing = staticmethod(nobody)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before the address is looked at, so that it is the same for every address.
        if str(request.method).lower() not in self.http_method_names:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)

    @extend_schema(**operations.GET_CALENDAR)
    def get(self, request: Request, secret: str) -> HttpResponseBase:
        require_known(request.query_params, CALENDAR)
        kind, now = Kind(values_of(request.query_params, CALENDAR).get("as", "todos")), clock.now()
        reader: Any = request.user
        if reader.found.read_on != now.date():
            changes.note_calendar_read(reader.pk, reader.secret_hash, now.date())
        headers = {"ETag": tag_of(reader.found.version, kind, now.date()), "Referrer-Policy": "no-referrer"}
        if is_known(request, headers["ETag"]):
            return Response(status=304, headers=headers)
        body = iter(()) if request.method == "HEAD" else written(reader, kind, now)
        return StreamingHttpResponse(body, content_type=MEDIA_TYPE, headers=headers)


def tag_of(version: int, kind: Kind, today: date) -> str:
    """With the day, on which a todo may drop out that has long been completed."""
    return f'"{version}.{kind.value}.{today:%Y%m%d}.{WRITING}"'


def written(reader: Reader, kind: Kind, now: datetime) -> Iterator[bytes]:
    since = datetime.combine((now - COMPLETED_KEPT).date(), time.min, UTC)
    found = pieces(calendar.chunks(reader.pk, kind, since), kind, reader.found.zone, now.date())
    # The first one is made before anything is sent, so that a database that is out of reach is told as ever.
    return chain([next(found)], found)
