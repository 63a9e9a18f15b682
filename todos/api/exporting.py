"""/me/export: everything, as one document that can be imported, or the todos as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from todos import clock
from todos.api.base import OwnedViewSet
from todos.api.docs.transfer import EXPORT_ME
from todos.api.errors import QueryInvalid
from todos.api.faults import not_chosen
from todos.api.records import ExportAnswer
from todos.models import Account
from todos.transfer import document, spreadsheet


class Form(NamedTuple):
    pieces: Callable[[int], Iterator[bytes]]
    content_type: str


FORMS = {
    "json": Form(document.pieces, "application/json"),
    "csv": Form(spreadsheet.pieces, "text/csv; charset=utf-8"),
}


class ExportView(OwnedViewSet):
    model = Account
    serializer_class = ExportAnswer
    pagination_class = None
    parameters = {"retrieve": frozenset({"as"})}

    @classmethod
    def as_view(cls, **options: Any) -> Any:  # type: ignore[override] # the methods of a single address are fixed
        return super().as_view({"get": "retrieve"}, **options)

    @extend_schema(**EXPORT_ME)
    def retrieve(self, request: Request) -> StreamingHttpResponse:
        name = request.query_params.get("as", "json")
        if name not in FORMS:
            raise QueryInvalid({"as": not_chosen([*FORMS]).detail})
        form = FORMS[name]
        found = form.pieces(self.owner_id)
        # The first piece now, while an outage of the database still has an answer.
        answer = StreamingHttpResponse(chain([next(found)], found), content_type=form.content_type)
        answer["Content-Disposition"] = f'attachment; filename="todos-{clock.now():%Y-%m-%d}.{name}"'
        answer["Cache-Control"] = "no-store"
        return answer
