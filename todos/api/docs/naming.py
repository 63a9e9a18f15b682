"""How the OpenAPI document names and closes what the serializers describe. drf-spectacular finds these by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension


class StrictSerializerSchema(OpenApiSerializerExtension):
    target_class = "todos.api.strict.StrictSerializer"
    match_subclasses = True

    def get_name(self, auto_schema: Any, direction: Any) -> str:
        # The document adds "Patched" by itself.
        return type(self.target).__name__.removesuffix("Patch")

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        described = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**described, "additionalProperties": False}


class AnswerSerializerSchema(OpenApiSerializerExtension):
    target_class = "todos.api.strict.AnswerSerializer"
    match_subclasses = True

    def get_name(self, auto_schema: Any, direction: Any) -> str:
        # What a frontend calls the type: Todo, not TodoAnswer.
        return type(self.target).__name__.removesuffix("Answer")

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        return auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
