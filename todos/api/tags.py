"""/tags"""

from __future__ import annotations

from django.db.models import DateTimeField
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from todos import changes, clock
from todos.api import tables
from todos.api.base import OwnedViewSet
from todos.api.docs import lists as operations
from todos.api.preconditions import etag, put_of
from todos.api.rows import also_json
from todos.api.serializers import TagAnswer, TagInput, TagPatch, TagPut, stored
from todos.compiled.shapes import Given
from todos.models import Tag
from todos.models.owned import Owner
from todos.types import Json, RowSet


class TagViewSet(OwnedViewSet):
    model = Tag
    serializer_class = TagAnswer
    table = tables.TAG
    orderings = {"name": "key"}
    parameters = {"list": frozenset({"cursor", "page_size"})}

    def values(self) -> Json:
        return {"now": clock.now()}

    def rows(self, owner: Owner, given: Given) -> RowSet:
        rows: RowSet = self.get_queryset(owner).with_open_count(owner.pk, given("now", DateTimeField()))
        return rows

    @extend_schema(**operations.LIST_TAGS)
    def list(self, request: Request) -> HttpResponse:
        return self.page_response(self.sent(self.page(self.query(self.rows, **self.values()))))

    @extend_schema(**operations.GET_TAG)
    def retrieve(self, request: Request, id: str) -> HttpResponse:
        return self.row_response(self.current())

    @extend_schema(**operations.CREATE_TAG)
    def create(self, request: Request) -> HttpResponse:
        values = stored(self.valid(TagInput))
        uid, created = changes.create_tag(self.writer, values.pop("id", None), **values)
        return self.row_response(self.json_or_404(uid), created=created)

    @extend_schema(**operations.PUT_TAG)
    def update(self, request: Request, id: str) -> HttpResponse:
        values = stored(self.valid(TagPut))
        expected = self.expected(values)
        created, also = changes.put_tag(self.writer, self.uid, put_of(request), expected, **values)
        return self.row_response({**self.current(), "also": also_json(also)}, created=created)

    @extend_schema(**operations.PATCH_TAG)
    def partial_update(self, request: Request, id: str) -> HttpResponse:
        values = stored(self.valid(TagPatch, partial=True))
        expected = self.expected(values)
        also = changes.update_tag(self.writer, self.uid, expected, values.pop("base", None), **values)
        return self.row_response({**self.current(), "also": also_json(also)})

    @extend_schema(**operations.DELETE_TAG)
    def destroy(self, request: Request, id: str) -> HttpResponse:
        version = changes.delete_tag(self.writer, self.uid, self.expected())
        return Response(status=204, headers={"ETag": etag(version)})
