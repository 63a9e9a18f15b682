"""/todos"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from todos import changes
from todos.api import schema
from todos.api.base import PAGING, OwnedViewSet
from todos.api.errors import query_fault
from todos.api.filters import TodoFilter, TodoFilterBackend, asked_zone
from todos.api.preconditions import insists_on_creating
from todos.api.rows import TODO_COLUMNS, todo_json, todo_json_of
from todos.api.serializers import TodoAnswer, TodoInput, TodoMove, TodoPatch, TodoPut, stored
from todos.api.strict import VersionInput
from todos.changes import Operation
from todos.models import Todo
from todos.models.expressions import zone_of


class TodoViewSet(OwnedViewSet):
    model = Todo
    serializer_class = TodoAnswer
    filter_backends = [TodoFilterBackend]
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

    def shape(self, rows: Any) -> Any:
        return rows.with_references(zone_of(self.owner_id, asked_zone(self.request)))

    def to_json(self, row: tuple[Any, ...]) -> dict[str, Any]:
        return todo_json(row)

    @extend_schema(**schema.LIST_TODOS)
    def list(self, request: Request) -> Response:
        return self.page(self.shape(self.filter_queryset(self.get_queryset())))

    @extend_schema(**schema.GET_TODO)
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002 - the name in the address
        return self.one(self.current())

    @extend_schema(**schema.CREATE_TODO)
    def create(self, request: Request) -> Response:
        values = stored(self.valid(TodoInput))
        return self.change("create", values, uid=values.pop("id", None))

    @extend_schema(**schema.PUT_TODO)
    def update(self, request: Request, id: str) -> Response:  # noqa: A002
        verb = "insert" if insists_on_creating(request) else "replace"
        return self.change(verb, stored(self.valid(TodoPut)), uid=self.uid)

    @extend_schema(**schema.PATCH_TODO)
    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002
        return self.change("update", stored(self.valid(TodoPatch, partial=True)), uid=self.uid)

    @extend_schema(**schema.DELETE_TODO)
    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002
        permanent = request.query_params.get("permanent", "false")
        if permanent not in {"true", "false"}:
            raise query_fault("permanent", "invalid", "Write true or false.")
        verb = "delete_forever" if permanent == "true" else "delete"
        operation = Operation(verb, self.uid, expected=self.expected())
        changes.run(self.owner_id, [operation])
        return Response(status=204)

    @extend_schema(**schema.COMPLETE_TODO)
    def complete(self, request: Request, id: str) -> Response:  # noqa: A002
        return self.change("complete", self.valid(VersionInput), uid=self.uid)

    @extend_schema(**schema.REOPEN_TODO)
    def reopen(self, request: Request, id: str) -> Response:  # noqa: A002
        return self.change("reopen", self.valid(VersionInput), uid=self.uid)

    @extend_schema(**schema.RESTORE_TODO)
    def restore(self, request: Request, id: str) -> Response:  # noqa: A002
        return self.change("restore", self.valid(VersionInput), uid=self.uid)

    @extend_schema(**schema.MOVE_TODO)
    def move(self, request: Request, id: str) -> Response:  # noqa: A002
        return self.change("move", self.valid(TodoMove), uid=self.uid)

    def change(self, verb: str, values: dict[str, Any], *, uid: UUID | None) -> Response:
        expected = self.expected(values)
        (outcome,), _ = changes.run(self.owner_id, [Operation(verb, uid, values, expected)])
        return self.one(todo_json_of(outcome.todo), created=outcome.created)
