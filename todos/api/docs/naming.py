"""How the OpenAPI document names and closes what the serializers describe. drf-spectacular finds these by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema

# Every language has a List of its own already.
NAMES = {
    "List": "TodoList",
    "ListInput": "TodoListInput",
    "ListPatch": "TodoListPatch",
    "ListPut": "TodoListPut",
    "RestoredList": "RestoredTodoList",
    "MoveInput": "RowMove",
}


class Schema(AutoSchema):
    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name.removesuffix('Row')}Page"


def name_of(serializer: object) -> str:
    """What a frontend calls the type: Todo, not TodoAnswer."""
    name = type(serializer).__name__.removesuffix("Answer")
    return NAMES.get(name, name)


class StrictSerializerSchema(OpenApiSerializerExtension):
    target_class = "todos.api.bodies.StrictSerializer"
    match_subclasses = True

    def get_name(self, auto_schema: Any, direction: Any) -> str:
        return name_of(self.target)

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        described = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**described, "additionalProperties": False}


class AnswerSerializerSchema(OpenApiSerializerExtension):
    target_class = "todos.api.bodies.AnswerSerializer"
    match_subclasses = True

    def get_name(self, auto_schema: Any, direction: Any) -> str:
        return name_of(self.target)

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        described = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        # Nobody sends an answer.
        for member in described["properties"].values():
            member.pop("readOnly", None)
        return described
