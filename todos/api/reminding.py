"""Reminders in a body, and the text that is stored of them."""

from __future__ import annotations

import re
from typing import Any

import orjson
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty

from todos.api.bodies import StrictSerializer
from todos.api.faults import DUPLICATE, Explained, refusal
from todos.api.spellings import parse_day
from todos.api.strict import Items, Whole
from todos.reminders import EARLIEST_MINUTES, LATEST_MINUTES, MOST, in_order
from todos.types import Json

LOCAL = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]$"
LOCAL_LENGTH = len("2026-11-27T09:30")
MINUTES = {"type": "integer", "minimum": LATEST_MINUTES, "maximum": EARLIEST_MINUTES}
SCHEMA = {
    "type": "array",
    "maxItems": MOST,
    "items": {
        "oneOf": [
            {"type": "object", "properties": {name: kind}, "required": [name], "additionalProperties": False}
            for name, kind in (("minutes_before", MINUTES), ("at", {"type": "string", "pattern": LOCAL}))
        ]
    },
    "examples": [[{"minutes_before": 10}, {"at": "2026-11-27T09:30"}]],
}


class LocalMoment(Explained):
    expected = "local date-time"
    default_error_messages = {"invalid": "Write a day and a time as YYYY-MM-DDTHH:MM, without a zone."}

    def to_internal_value(self, data: Any) -> str:
        if not (isinstance(data, str) and len(data) == LOCAL_LENGTH and re.match(LOCAL, data)):
            self.fail("invalid")
        if parse_day(data.partition("T")[0]) is None:
            self.fail("invalid")
        return data


class Reminder(StrictSerializer):
    minutes_before = Whole(min_value=LATEST_MINUTES, max_value=EARLIEST_MINUTES, required=False)
    at = LocalMoment(required=False)

    def to_internal_value(self, data: Any) -> Json:
        values = super().to_internal_value(data)
        if len(values) != 1:
            raise refusal("minutes_or_at", "A reminder has either minutes_before or at.")
        return values


@extend_schema_field(SCHEMA)
class Reminders(Items):
    """An array as the JSON text that is stored, in one order, so that equal ones are equal texts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=Reminder(), max_length=MOST, **options)

    def run_validation(self, data: Any = empty) -> Any:
        return in_order(super().run_validation(data))

    def to_internal_value(self, data: Any) -> list[Any]:
        values = super().to_internal_value(data)
        twice = [index for index, value in enumerate(values) if value in values[:index]]
        if twice:
            raise ValidationError({str(index): [DUPLICATE] for index in twice})
        return values

    def to_representation(self, text: Any) -> Any:
        return orjson.loads(text) if text else []
