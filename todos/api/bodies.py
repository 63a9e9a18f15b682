"""Bodies of requests, without members that nobody knows; and what answers are made of, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import islice
from typing import Any

from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from todos.api.faults import NOT_AN_OBJECT, REQUIRED, UNKNOWN_FIELD, Explained, fault
from todos.api.strict import Whole
from todos.exceptions import MAX_FAULTS


@extend_schema_field(OpenApiTypes.INT)
class Version(Whole):
    def __init__(self) -> None:
        super().__init__(
            required=False,
            min_value=0,
            max_value=2**63 - 1,
            help_text="Only change the row if this is still its version, like If-Match; otherwise 412.",
        )


class StrictSerializer(Explained, serializers.Serializer[Any]):
    # Refuses members it does not know, and says so by name. Its lists are `Items` and its strings have an end, so that
    # what a body may cost is known before it comes; a test looks for it. (A docstring would go into the OpenAPI
    # document, under the name of every serializer that has none.)

    expected = "object"
    default_error_messages = {"invalid": NOT_AN_OBJECT}

    # Members that clients see in answers and may not send.
    read_only_names: frozenset[str] = frozenset()
    # Members that have no old value.
    not_in_base = frozenset({"base", "version", "tags_add", "tags_remove"})

    @classmethod
    def checked(cls, data: Any, *, partial: bool = False) -> dict[str, Any]:
        """The values, once they have passed. DRF builds all fields anew for each body; here all share one set."""
        return dict(validator(cls, partial).run_validation(data))

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """In the order of the fields, none of which has a default. DRF would ask those that are absent as well."""
        if not isinstance(data, Mapping):
            self.fail("invalid")
        values: dict[str, Any] = {}
        faults: dict[str, Any] = {}
        for name, field in self.taken.items():
            if name in data:
                try:
                    values[name] = field.run_validation(data[name])
                except ValidationError as exc:
                    faults[name] = exc.detail
            elif field.required and not self.partial:
                faults[name] = [REQUIRED]
        strangers = (name for name in data if name not in self.taken)
        faults.update((name, [self.surplus(name)]) for name in islice(strangers, MAX_FAULTS + 1))
        if faults:
            raise ValidationError(faults)
        return values

    def run_validators(self, value: Any) -> None:
        """DRF would first ask each field for a default, although hardly a body has validators of its own."""
        if self.validators:
            super().run_validators(value)

    @cached_property
    def taken(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The fields that a body may have."""
        return {str(field.field_name): field for field in self._writable_fields}

    def surplus(self, name: str) -> ErrorDetail:
        if name in self.read_only_names or name in self.fields:
            return fault("read_only", "This field is read-only here.")
        return UNKNOWN_FIELD


@cache
def validator(serializer: type[StrictSerializer], partial: bool) -> StrictSerializer:
    # Validating changes nothing in a serializer that was made without data.
    return serializer(partial=partial)


class VersionInput(StrictSerializer):
    """The body of requests that need none."""

    version = Version()


@extend_schema_field({"type": "object", "additionalProperties": True})
class Base(Explained):
    """The values that a client started from, by the rules of the body that they are in."""

    expected = "object"
    default_error_messages = {"invalid": NOT_AN_OBJECT}

    def __init__(self) -> None:
        text = (
            "Old values of fields that you send: refused only if one of these has another by now, which is not yours."
        )
        super().__init__(required=False, help_text=text)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        body: Any = type(self.parent)
        if surplus := [name for name in data if name in body.not_in_base]:
            raise ValidationError({name: [UNKNOWN_FIELD] for name in surplus})
        values: dict[str, Any] = body.checked(data, partial=True)
        return values


class AnswerSerializer(serializers.Serializer[Any]):
    # Describes an answer in the OpenAPI document: every member is always there, but for these.
    when_asked_for: frozenset[str] = frozenset()

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.read_only, field.required = name not in self.when_asked_for, False
        return fields
