"""/todos/bulk: up to a hundred operations as one change."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from todos import changes
from todos.api.bodies import StrictSerializer, VersionInput
from todos.api.docs import todos as operations
from todos.api.docs.answers import BulkAnswer
from todos.api.docs.parts import answered
from todos.api.faults import Explained, fault, not_chosen
from todos.api.rows import also_json, todo_json_of
from todos.api.serializers import TodoInput, TodoMove, TodoPatch, stored
from todos.api.strict import Id, Items
from todos.api.todos import TodoViewSet
from todos.changes import Operation, Verb
from todos.exceptions import Invalid, Missing, Refused

MAX_OPERATIONS = 100


class CreateOperation(TodoInput):
    op = serializers.ChoiceField(["create"])


class UpdateOperation(TodoPatch):
    op = serializers.ChoiceField(["update"])
    id = Id()


class RowOperation(VersionInput):
    op = serializers.ChoiceField(["complete", "reopen", "skip", "unskip", "delete", "restore"])
    id = Id()


class MoveOperation(TodoMove):
    op = serializers.ChoiceField(["move"])
    id = Id()


OPERATIONS: dict[str, Any] = {
    "create": CreateOperation,
    "update": UpdateOperation,
    "complete": RowOperation,
    "reopen": RowOperation,
    "skip": RowOperation,
    "unskip": RowOperation,
    "delete": RowOperation,
    "restore": RowOperation,
    "move": MoveOperation,
}


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="Operation", serializers=OPERATIONS, resource_type_field_name="op", many=False
    )
)
class OperationField(Explained):
    expected = "object"
    default_error_messages = {"invalid": "An operation is an object in braces."}

    def to_internal_value(self, data: Any) -> Operation:
        if not isinstance(data, dict):
            self.fail("invalid")
        op = data.get("op")
        if not (isinstance(op, str) and op in OPERATIONS):
            raise ValidationError({"op": not_chosen([*OPERATIONS]).detail})
        values = stored(OPERATIONS[op].checked(data, partial=op == "update"))
        if "id" not in values and op != "create":
            raise ValidationError({"id": [fault("required", "This is missing.")]})
        version = values.pop("version", None)
        expected = None if version is None else frozenset({version})
        del values["op"]
        return Operation(Verb(op), values.pop("id", None), values, expected, values.pop("base", {}))


class Operations(Items):
    def __init__(self) -> None:
        super().__init__(child=OperationField(), min_length=1, max_length=MAX_OPERATIONS)

    def to_internal_value(self, data: Any) -> list[Operation]:
        operations: list[Operation] = super().to_internal_value(data)
        seen = set()
        for index, operation in enumerate(operations):
            if operation.uid and operation.uid in seen:
                same = fault("duplicate", "An operation before this one has the same id.")
                raise ValidationError({str(index): {"id": [same]}})
            seen.add(operation.uid)
        return operations


class BulkInput(StrictSerializer):
    operations = Operations()


class BulkViewSet(TodoViewSet):
    @extend_schema(**answered(operations.BULK_TODOS, BulkAnswer), request=BulkInput)
    def bulk(self, request: Request) -> HttpResponse:
        operations = self.valid(BulkInput)["operations"]
        try:
            outcomes, also, version = changes.run(self.writer, operations)
        except Missing as missing:
            pointer = f"/operations/{missing.index}/id"
            raise Invalid("does_not_exist", "You have no such todo.", pointer=pointer) from missing
        except Refused as refusal:
            refusal.pointer = f"/operations/{refusal.index}{refusal.pointer}"
            raise
        results = [todo_json_of(outcome.todo) for outcome in outcomes]
        return self.json_response({"results": results, "also": also_json(also), "version": version})

    def repeated(self, brief: Any, status: int) -> HttpResponse:
        """The answer of which ids were kept, with the rows as they are now; some may be gone for good."""
        rows = {name: self.todos_named(brief.get(name, [])) for name in ("results", "also")}
        return self.json_response({**brief, **rows}, status)
