"""/lists"""

from __future__ import annotations

from collections.abc import Hashable

from django.db.models import DateTimeField
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from todos import changes, clock
from todos.api import tables
from todos.api.base import OwnedViewSet
from todos.api.docs import lists as operations
from todos.api.errors import query_fault
from todos.api.preconditions import etag, put_of
from todos.api.rows import also_json
from todos.api.serializers import ListAnswer, ListInput, ListPatch, ListPut, MoveInput, stored
from todos.compiled.shapes import Given
from todos.models import List
from todos.models.owned import Owner
from todos.types import Json, RowSet

STATUSES: dict[str, Json] = {
    "active": {"deleted_at": None, "archived_at": None},
    "archived": {"deleted_at": None, "archived_at__isnull": False},
    "trashed": {"deleted_at__isnull": False},
}


class ListViewSet(OwnedViewSet):
    model = List
    serializer_class = ListAnswer
    table = tables.LIST
    orderings = {"position": "position"}
    parameters = {"list": frozenset({"status", "cursor", "page_size"}), "destroy": frozenset({"permanent"})}

    @property
    def status(self) -> str:
        return self.request.query_params.get("status", "active")

    @property
    def shape(self) -> Hashable:
        return self.status

    def values(self) -> Json:
        return {"now": clock.now()}

    def rows(self, owner: Owner, given: Given) -> RowSet:
        rows: RowSet = self.get_queryset(owner).with_open_count(owner.pk, given("now", DateTimeField()))
        return rows

    def rows_of_status(self, owner: Owner, given: Given) -> RowSet:
        return self.rows(owner, given).filter(**STATUSES[self.status])

    @extend_schema(**operations.LIST_LISTS)
    def list(self, request: Request) -> HttpResponse:
        if self.status not in STATUSES:
            text = f"Choose one of {', '.join(STATUSES)}."
            raise query_fault("status", "invalid_choice", text, choices=[*STATUSES])
        query = self.query(self.rows_of_status, **self.values())
        has_inbox = self.status == "active" and "cursor" not in request.query_params
        page = self.with_inbox(lambda: self.page(query), lambda page: bool(page["results"]) or not has_inbox)
        return self.page_response(self.sent(page))

    @extend_schema(**operations.GET_LIST)
    def retrieve(self, request: Request, id: str) -> HttpResponse:
        return self.row_response(self.current())

    @extend_schema(**operations.CREATE_LIST)
    def create(self, request: Request) -> HttpResponse:
        values = stored(self.valid(ListInput))
        uid, created = changes.create_list(self.writer, values.pop("id", None), **values)
        return self.row_response(self.json_or_404(uid), created=created)

    @extend_schema(**operations.PUT_LIST)
    def update(self, request: Request, id: str) -> HttpResponse:
        values = stored(self.valid(ListPut))
        expected = self.expected(values)
        created = changes.put_list(self.writer, self.uid, put_of(request), expected, **values)
        return self.row_response(self.current(), created=created)

    @extend_schema(**operations.PATCH_LIST)
    def partial_update(self, request: Request, id: str) -> HttpResponse:
        values = stored(self.valid(ListPatch, partial=True))
        expected = self.expected(values)
        changes.update_list(self.writer, self.uid, expected, values.pop("base", None), **values)
        return self.row_response(self.current())

    @extend_schema(**operations.DELETE_LIST)
    def destroy(self, request: Request, id: str) -> HttpResponse:
        delete = changes.erase_list if self.is_permanent else changes.delete_list
        version = delete(self.writer, self.uid, self.expected())
        return Response(status=204, headers={"ETag": etag(version)})

    @extend_schema(**operations.RESTORE_LIST)
    def restore(self, request: Request, id: str) -> HttpResponse:
        also = changes.restore_list(self.writer, self.uid, self.expected())
        return self.row_response({**self.current(), "also": also_json(also)})

    @extend_schema(**operations.MOVE_LIST)
    def move(self, request: Request, id: str) -> HttpResponse:
        values = self.valid(MoveInput)
        expected = self.expected(values)
        changes.move_list(self.writer, self.uid, expected, values)
        return self.row_response(self.current())
