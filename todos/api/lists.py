"""/lists"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from todos import changes
from todos.api.base import NOW, OwnedViewSet
from todos.api.docs import operations
from todos.api.errors import query_fault
from todos.api.rows import LIST_COLUMNS, list_json
from todos.api.serializers import ListAnswer, ListInput, ListPatch, MoveInput, stored
from todos.models import List

STATUSES: dict[str, dict[str, Any]] = {
    "active": {"deleted_at": None, "archived_at": None},
    "archived": {"deleted_at": None, "archived_at__isnull": False},
    "trashed": {"deleted_at__isnull": False},
}


class ListViewSet(OwnedViewSet):
    model = List
    serializer_class = ListAnswer
    columns = LIST_COLUMNS
    orderings = {"position": "position"}
    parameters = {"list": frozenset({"status", "cursor", "page_size"})}

    @property
    def pattern(self) -> Hashable:
        return self.request.query_params.get("status", "active")

    def all_rows(self) -> Any:
        return self.get_queryset().with_open_count(self.owner.pk, NOW)

    to_json = staticmethod(list_json)

    @extend_schema(**operations.LIST_LISTS)
    def list(self, request: Request) -> HttpResponse:
        status = request.query_params.get("status", "active")
        if status not in STATUSES:
            raise query_fault("status", "invalid_choice", f"Choose one of {', '.join(STATUSES)}.")
        page = self.page(lambda: self.all_rows().filter(**STATUSES[status]))
        if status == "active" and not page["results"] and "cursor" not in request.query_params:
            # Nobody is without an Inbox; a user's first request makes it.
            changes.ensure_inbox(self.writer)
            page = self.page(lambda: self.all_rows().filter(**STATUSES[status]))
        return self.json_response(page)

    @extend_schema(**operations.GET_LIST)
    def retrieve(self, request: Request, id: str) -> HttpResponse:
        return self.row_response(self.current())

    @extend_schema(**operations.CREATE_LIST)
    def create(self, request: Request) -> HttpResponse:
        values = stored(self.valid(ListInput))
        uid, created = changes.create_list(self.writer, values.pop("id", None), values)
        return self.row_response(self.json_or_404(uid), created=created)

    @extend_schema(**operations.PATCH_LIST)
    def partial_update(self, request: Request, id: str) -> HttpResponse:
        values = stored(self.valid(ListPatch, partial=True))
        expected = self.expected(values)
        changes.update_list(self.writer, self.uid, values, expected)
        return self.row_response(self.current())

    @extend_schema(**operations.DELETE_LIST)
    def destroy(self, request: Request, id: str) -> HttpResponse:
        changes.delete_list(self.writer, self.uid, self.expected())
        return Response(status=204)

    @extend_schema(**operations.RESTORE_LIST)
    def restore(self, request: Request, id: str) -> HttpResponse:
        changes.restore_list(self.writer, self.uid, self.expected())
        return self.row_response(self.current())

    @extend_schema(**operations.MOVE_LIST)
    def move(self, request: Request, id: str) -> HttpResponse:
        values = self.valid(MoveInput)
        expected = self.expected(values)
        changes.move_list(self.writer, self.uid, values, expected)
        return self.row_response(self.current())
