"""/todos"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Expression, OuterRef
from django.http import HttpResponse
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from todos import changes
from todos.api import filters, page_cache
from todos.api.base import PAGING, FilteredViewSet
from todos.api.docs import operations
from todos.api.errors import query_fault
from todos.api.filters import TodoFilter
from todos.api.preconditions import insists_on_changing, insists_on_creating
from todos.api.rows import TODO_COLUMNS, new_todo_json, todo_json, todo_json_of
from todos.api.serializers import TodoAnswer, TodoInput, TodoMove, TodoPatch, TodoPut, stored
from todos.api.strict import VersionInput
from todos.changes import Operation, Verb, one_statement
from todos.models import Todo
from todos.models.expressions import zone_of


class TodoViewSet(FilteredViewSet):
    model = Todo
    serializer_class = TodoAnswer
    filter_backends = [DjangoFilterBackend]  # describes the filters in the OpenAPI document
    filterset_class = TodoFilter
    columns = TODO_COLUMNS
    orderings = {
        "position": "position",
        "due": "due_sort",
        "priority": "priority",
        "created_at": "created_at",
        "updated_at": "version",
        "title": "title_sort",
    }
    parameters = {
        "list": frozenset(TodoFilter.base_filters) | PAGING,
        "retrieve": frozenset({"tz"}),
        "destroy": frozenset({"permanent"}),
    }
    repeatable = frozenset({"tag"})

    def values(self) -> dict[str, Any]:
        values = super().values()
        return {**values, **filters.bindings(self.asked, values["now"])} if self.asked else values

    @property
    def zone(self) -> Expression:
        if "tz" in self.asked:
            return filters.ZONE
        # Of many rows the owner is looked up once before them, of a single one beside it.
        return zone_of(self.owner.pk if self.action == "list" else OuterRef("owner"))

    def all_rows(self) -> Any:
        return self.get_queryset().with_references(self.zone)

    def narrowed(self) -> Any:
        return filters.apply(self.all_rows(), self.owner.pk, self.asked, self.zone, filters.SPAN)

    to_json = staticmethod(todo_json)

    @extend_schema(**operations.LIST_TODOS)
    def list(self, request: Request) -> HttpResponse:
        # What is overdue changes by the minute, everything else by changes and with the day.
        is_cacheable = self.asked.get("due") != "overdue" and page_cache.is_possible(self)
        return (
            self.bytes_response(page_cache.page(self, self.narrowed))
            if is_cacheable
            else self.json_response(self.page(self.narrowed))
        )

    @extend_schema(**operations.GET_TODO)
    def retrieve(self, request: Request, id: str) -> HttpResponse:
        return self.row_response(self.current())

    @extend_schema(**operations.CREATE_TODO)
    def create(self, request: Request) -> HttpResponse:
        values = stored(self.valid(TodoInput))
        uid = values.pop("id", None)
        row = one_statement.create(self.caller, uid, values) if self.caller.resolves_in_sql else None
        if row is None:
            return self.change(Verb.CREATE, values, uid=uid)
        return self.row_response(new_todo_json(row), created=True)

    @extend_schema(**operations.PUT_TODO)
    def update(self, request: Request, id: str) -> HttpResponse:
        return self.change(verb_of_put(request), stored(self.valid(TodoPut)), uid=self.uid)

    @extend_schema(**operations.PATCH_TODO)
    def partial_update(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.UPDATE, stored(self.valid(TodoPatch, partial=True)), uid=self.uid)

    @extend_schema(**operations.DELETE_TODO)
    def destroy(self, request: Request, id: str) -> HttpResponse:
        permanent = request.query_params.get("permanent", "false")
        if permanent not in {"true", "false"}:
            raise query_fault("permanent", "invalid", "Write true or false.")
        verb = Verb.DELETE_FOREVER if permanent == "true" else Verb.DELETE
        operation = Operation(verb, self.uid, expected=self.expected())
        changes.run(self.writer, [operation])
        return Response(status=204)

    @extend_schema(**operations.COMPLETE_TODO)
    def complete(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.COMPLETE, self.valid(VersionInput), uid=self.uid)

    @extend_schema(**operations.REOPEN_TODO)
    def reopen(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.REOPEN, self.valid(VersionInput), uid=self.uid)

    @extend_schema(**operations.RESTORE_TODO)
    def restore(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.RESTORE, self.valid(VersionInput), uid=self.uid)

    @extend_schema(**operations.MOVE_TODO)
    def move(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.MOVE, self.valid(TodoMove), uid=self.uid)

    def change(self, verb: Verb, values: dict[str, Any], *, uid: UUID | None) -> HttpResponse:
        expected = self.expected(values)
        (outcome,), _ = changes.run(self.writer, [Operation(verb, uid, values, expected)])
        return self.row_response(todo_json_of(outcome.todo), created=outcome.created)


def verb_of_put(request: Request) -> Verb:
    if insists_on_changing(request):
        return Verb.OVERWRITE
    return Verb.INSERT if insists_on_creating(request) else Verb.REPLACE
