"""/views: the saved ones."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from todos import changes
from todos.api import tables
from todos.api.base import OwnedViewSet
from todos.api.docs import lists as operations
from todos.api.preconditions import etag, put_of
from todos.api.serializers import MoveInput, ViewAnswer, ViewInput, ViewPatch, ViewPut, stored
from todos.models import View


class ViewViewSet(OwnedViewSet):
    model = View
    serializer_class = ViewAnswer
    table = tables.VIEW
    orderings = {"position": "position"}
    parameters = {"list": frozenset({"cursor", "page_size"})}

    @extend_schema(**operations.LIST_VIEWS)
    def list(self, request: Request) -> HttpResponse:
        return self.page_response(self.sent(self.page(self.query(self.rows))))

    @extend_schema(**operations.GET_VIEW)
    def retrieve(self, request: Request, id: str) -> HttpResponse:
        return self.row_response(self.current())

    @extend_schema(**operations.CREATE_VIEW)
    def create(self, request: Request) -> HttpResponse:
        values = stored(self.valid(ViewInput))
        uid, created = changes.create_view(self.writer, values.pop("id", None), **values)
        return self.row_response(self.json_or_404(uid), created=created)

    @extend_schema(**operations.PUT_VIEW)
    def update(self, request: Request, id: str) -> HttpResponse:
        values = stored(self.valid(ViewPut))
        expected = self.expected(values)
        created = changes.put_view(self.writer, self.uid, put_of(request), expected, **values)
        return self.row_response(self.current(), created=created)

    @extend_schema(**operations.PATCH_VIEW)
    def partial_update(self, request: Request, id: str) -> HttpResponse:
        values = stored(self.valid(ViewPatch, partial=True))
        expected = self.expected(values)
        changes.update_view(self.writer, self.uid, expected, values.pop("base", None), **values)
        return self.row_response(self.current())

    @extend_schema(**operations.DELETE_VIEW)
    def destroy(self, request: Request, id: str) -> HttpResponse:
        version = changes.delete_view(self.writer, self.uid, self.expected())
        return Response(status=204, headers={"ETag": etag(version)})

    @extend_schema(**operations.MOVE_VIEW)
    def move(self, request: Request, id: str) -> HttpResponse:
        values = self.valid(MoveInput)
        expected = self.expected(values)
        changes.move_view(self.writer, self.uid, expected, values)
        return self.row_response(self.current())
