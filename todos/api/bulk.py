"""/todos/bulk: up to a hundred operations as one change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from todos import changes
from todos.api import outcomes
from todos.api.bodies import StrictSerializer, VersionInput
from todos.api.docs import todos as operations
from todos.api.docs.answers import BulkAnswer, EachAnswer
from todos.api.docs.parts import answered
from todos.api.edits import faults_in, id_in
from todos.api.faults import DUPLICATE, NOT_AN_OBJECT, REQUIRED, Explained, not_chosen
from todos.api.outcomes import Faulty, Named, Rows
from todos.api.rows import also_json, todo_json_of
from todos.api.serializers import TodoInput, TodoMove, TodoPatch, stored
from todos.api.strict import Choice, Id, Items
from todos.api.todos import TodoViewSet
from todos.changes import MAX_ALSO, Deed, Edit, Kind, Operation, Verb
from todos.exceptions import MAX_FAULTS, Code, Invalid, Missing, Refused
from todos.models.owned import uuid7
from todos.types import Json

MAX_OPERATIONS = 100
MODES = ("all", "each")


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
    default_error_messages = {"invalid": NOT_AN_OBJECT}

    def to_internal_value(self, data: Any) -> Operation:
        op = self.op_in(data)
        values = stored(OPERATIONS[op].checked(data, partial=op == "update"))
        if "id" not in values and op != "create":
            raise ValidationError({"id": [REQUIRED]})
        version = values.pop("version", None)
        expected = None if version is None else frozenset({version})
        del values["op"]
        return Operation(Verb(op), values.pop("id", None), values, expected, values.pop("base", {}))

    def op_in(self, data: Any) -> str:
        if not isinstance(data, dict):
            self.fail("invalid")
        op = data.get("op")
        if not (isinstance(op, str) and op in OPERATIONS):
            raise ValidationError({"op": not_chosen([*OPERATIONS]).detail})
        return op


class OwnOperationField(Explained):
    operation = OperationField()

    def to_internal_value(self, data: Any) -> Edit | Faulty:
        """What is wrong in an operation is told of that operation."""
        is_unnamed = self.operation.op_in(data) == "create" and "id" not in data
        uid = uuid7() if is_unnamed else id_in(data)
        try:
            asked = self.operation.to_internal_value(data)
        except ValidationError as exc:
            return Faulty(Kind.TODO, uid, [*faults_in(exc.detail)][:MAX_FAULTS])
        version = next(iter(asked.expected), None) if asked.expected else None
        return Edit(Kind.TODO, Deed(asked.verb), uid, asked.values, version, asked.base)


class Operations(Items):
    def __init__(self) -> None:
        super().__init__(child=OperationField(), min_length=1, max_length=MAX_OPERATIONS)

    def to_internal_value(self, data: Any) -> list[Operation]:
        operations: list[Operation] = super().to_internal_value(data)
        seen = set()
        for index, operation in enumerate(operations):
            if operation.uid and operation.uid in seen:
                raise ValidationError({str(index): {"id": [DUPLICATE]}})
            seen.add(operation.uid)
        return operations


class BulkInput(StrictSerializer):
    operations = Operations()
    mode = Choice(
        MODES,
        required=False,
        help_text="`all`, which is the default: all or nothing. `each`: every operation by itself, as in /changes.",
    )


class EachInput(StrictSerializer):
    operations = Items(child=OwnOperationField(), min_length=1, max_length=MAX_OPERATIONS)
    mode = Choice(MODES)


class BulkViewSet(TodoViewSet):
    @extend_schema(
        **answered(
            operations.BULK_TODOS,
            PolymorphicProxySerializer(
                component_name="BulkAnswers",
                serializers={"all": BulkAnswer, "each": EachAnswer},
                resource_type_field_name="mode",
            ),
        ),
        request=BulkInput,
    )
    def bulk(self, request: Request) -> HttpResponse:
        if isinstance(request.data, dict) and request.data.get("mode") == "each":
            return self.each(self.valid(EachInput)["operations"])
        return self.all_or_nothing(self.valid(BulkInput)["operations"])

    def all_or_nothing(self, operations: list[Operation]) -> HttpResponse:
        try:
            outcomes, also, version = changes.run(self.writer, operations)
        except Missing as missing:
            pointer = f"/operations/{missing.index}/id"
            raise Invalid(Code("does_not_exist", kind="todo"), "You have no such todo.", pointer=pointer) from missing
        except Refused as refusal:
            refusal.pointer = f"/operations/{refusal.index}{refusal.pointer}"
            raise
        results = [todo_json_of(outcome.todo) for outcome in outcomes]
        return self.json_response({"mode": "all", "results": results, "also": also_json(also), "version": version})

    def each(self, edits: list[Edit | Faulty]) -> HttpResponse:
        answers, beside, version = changes.push(self.writer, [edit for edit in edits if isinstance(edit, Edit)])
        # There are no news after this version, so every row that there is comes along.
        results = outcomes.results_of(edits, answers, self.rows_among, version)
        results = [{"current": None, **result} for result in results]
        also = self.todos_named(beside[:MAX_ALSO])
        return self.json_response({"mode": "each", "results": results, "also": also, "version": version})

    def in_short(self, data: Json) -> Any:
        brief = super().in_short(data)
        return brief if data["mode"] == "all" else {**brief, "results": outcomes.in_short(data["results"])}

    def repeated(self, brief: Any, status: int) -> HttpResponse:
        """The answer of which ids were kept, with the rows as they are now; some may be gone for good."""
        # Answers that an older version kept have no mode; they are kept for a day.
        mode = brief.get("mode", "all")
        if mode == "all":
            results = self.todos_named(map(UUID, brief["results"]))
        else:
            results = outcomes.in_full(brief["results"], self.rows_among)
        also = self.todos_named(map(UUID, brief["also"]))
        return self.json_response({**brief, "mode": mode, "results": results, "also": also}, status)

    def rows_among(self, named: Named) -> Rows:
        return {(Kind.TODO, uid): row for uid, row in self.todos_by_id(named[Kind.TODO]).items()}
