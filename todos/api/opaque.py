"""What a client keeps for itself."""

from __future__ import annotations

from typing import Any

import orjson
from drf_spectacular.utils import extend_schema_field

from todos.api.faults import NOT_AN_OBJECT, Explained


@extend_schema_field({"type": "object", "additionalProperties": True})
class Opaque(Explained):
    """An object as the JSON text that is stored, its members in order so that equal ones are equal texts."""

    expected = "object"
    default_error_messages = {"invalid": NOT_AN_OBJECT, "max_bytes": "At most {max} bytes fit."}

    def __init__(self, *, max_bytes: int, **options: Any) -> None:
        super().__init__(**options)
        self.max_bytes = max_bytes

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, dict):
            self.fail("invalid")
        text = self.written(data)
        if len(text) > self.max_bytes:
            self.fail("max_bytes", max=self.max_bytes)
        return text.decode()

    def written(self, data: dict[str, Any]) -> bytes:
        return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)

    def to_representation(self, text: str) -> Any:
        return orjson.loads(text)
