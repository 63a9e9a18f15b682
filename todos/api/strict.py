"""Fields that take the JSON type they mean and no other, and bodies without unknown members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.validators import ProhibitNullCharactersValidator, RegexValidator
from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from todos import zones
from todos.exceptions import MAX_FAULTS
from todos.fields.declared import MAX_NOTES
from todos.letters import ONE_LINE_FAULTS, SURROGATE_FAULTS, TEXT, TEXT_FAULTS
from todos.models.due_dates import FIRST_DAY, LAST_DAY

CANONICAL_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def parse_uuid(text: Any) -> UUID | None:
    return UUID(text) if isinstance(text, str) and CANONICAL_UUID.fullmatch(text) else None


def parse_day(text: Any) -> date | None:
    """A day in the form 2026-03-29, or None if it is not one that the calendar and the database have."""
    if not (isinstance(text, str) and DAY.fullmatch(text)):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


class String(serializers.CharField):
    """A string and nothing else. DRF first writes out whatever it is given, to see whether that is blank."""

    def run_validation(self, data: Any = empty) -> Any:
        if data == "":
            if not self.allow_blank:
                self.fail("blank")
            return ""
        return serializers.Field.run_validation(self, data)


class Text(String):
    """Names and titles are trimmed and must show something."""

    max_length: int

    def __init__(self, *, max_length: int, faults: RegexValidator = ONE_LINE_FAULTS, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        # The pattern covers NUL, which would be reported twice, and ours is the faster one for surrogates.
        slow = (ProhibitNullCharactersValidator, ProhibitSurrogateCharactersValidator)
        kept = [rule for rule in self.validators if not isinstance(rule, slow)]
        self.validators = [*kept, faults, SURROGATE_FAULTS]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        value = data.strip() if self.trim_whitespace else data
        # Before anything looks at each letter.
        if len(value) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        if not self.allow_blank and all(letter.isspace() or not letter.isprintable() for letter in value):
            self.fail("blank")
        return value


@extend_schema_field({"type": "string", "maxLength": MAX_NOTES, "pattern": TEXT})
class Notes(Text):
    """Text of several lines, kept as it comes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(faults=TEXT_FAULTS, allow_blank=True, trim_whitespace=False, **options)


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Whole(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class Id(serializers.UUIDField):
    def to_internal_value(self, data: Any) -> UUID:
        uid = parse_uuid(data)
        if uid is None:
            self.fail("invalid", value=data)
        return uid


class Day(serializers.DateField):
    default_error_messages = {"invalid": "Write a day of the years 1970 to 9999 as YYYY-MM-DD."}

    def to_internal_value(self, data: Any) -> date:
        day = parse_day(data)
        if day is None:
            self.fail("invalid")
        return day


@extend_schema_field({"type": "string", "pattern": TIME, "examples": ["09:30"]})
class TimeOfDay(serializers.TimeField):
    format = "%H:%M"
    default_error_messages = {"invalid": "Write a time as HH:MM, from 00:00 to 23:59."}

    def to_internal_value(self, data: Any) -> time:
        if not (isinstance(data, str) and len(data) == 5 and re.match(TIME, data)):
            self.fail("invalid")
        return time.fromisoformat(data)


@extend_schema_field({"type": "string", "examples": ["Europe/Berlin"], "maxLength": 64})
class Zone(String):
    default_error_messages = {"unknown_zone": "This is not a zone of the IANA database, such as Europe/Berlin."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if data not in zones.known_zones():
            self.fail("unknown_zone")
        return data


class Color(String, serializers.RegexField):
    """#rrggbb"""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^#[0-9a-f]{6}$", **options)

    def to_internal_value(self, data: Any) -> str:
        # The pattern would be tried at every letter of a long text, and lets a newline follow.
        if not (isinstance(data, str) and len(data) == 7):
            self.fail("invalid")
        return data


class Items(serializers.ListField):
    """A list. Its length is looked at before its items, and these only until there are more faults than are told."""

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def run_child_validation(self, data: list[Any]) -> list[Any]:
        self.run_validators(data)
        values: list[Any] = []
        faults: dict[Any, Any] = {}
        count = 0
        for index, item in enumerate(data):
            try:
                values.append(self.child.run_validation(item))
            except ValidationError as exc:
                faults[index] = exc.detail
                count += count_of(exc.detail)
                if count > MAX_FAULTS:
                    break
        if faults:
            raise ValidationError(faults)
        return values


class Names(Items):
    def __init__(self, *, max_items: int, max_length: int, **options: Any) -> None:
        super().__init__(child=Text(max_length=max_length), max_length=max_items, **options)


def count_of(detail: Any) -> int:
    """How many faults there are in the details of a ValidationError."""
    if isinstance(detail, str):
        return 1
    return sum(map(count_of, detail.values() if isinstance(detail, dict) else detail))


@extend_schema_field(OpenApiTypes.INT)
class Version(Whole):
    def __init__(self) -> None:
        super().__init__(
            required=False,
            min_value=0,
            max_value=2**63 - 1,
            help_text="Only change the row if this is still its version, like If-Match; otherwise 412.",
        )


class StrictSerializer(serializers.Serializer[Any]):
    # Refuses members it does not know, and says so by name. Its lists are `Items` and its strings have an end, so that
    # what a body may cost is known before it comes; a test looks for it. (A docstring would go into the OpenAPI
    # document, under the name of every serializer that has none.)

    # Members that clients see in answers and may not send.
    read_only_names: frozenset[str] = frozenset()

    @classmethod
    def checked(cls, data: Any, *, partial: bool = False) -> dict[str, Any]:
        """The values, once they have passed. DRF builds all fields anew for each body; here all share one set."""
        return dict(validator(cls, partial).run_validation(data))

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        faults: dict[str, Any] = {}
        values: dict[str, Any] = {}
        try:
            values = super().to_internal_value(data)
        except ValidationError as exc:
            faults = dict(exc.detail) if isinstance(exc.detail, dict) else {}
        if isinstance(data, Mapping):
            strangers = (name for name in data if name not in self.known_names)
            faults.update((name, [self.surplus(name)]) for name in islice(strangers, MAX_FAULTS + 1))
        if faults:
            raise ValidationError(faults)
        return values

    @cached_property
    def known_names(self) -> frozenset[str]:
        return frozenset(str(field.field_name) for field in self._writable_fields)

    def surplus(self, name: str) -> ErrorDetail:
        if name in self.read_only_names or name in self.fields:
            return ErrorDetail("This field is read-only here.", "read_only")
        return ErrorDetail("There is no such field.", "unknown_field")


@cache
def validator(serializer: type[StrictSerializer], partial: bool) -> StrictSerializer:
    # Validating changes nothing in a serializer that was made without data.
    return serializer(partial=partial)


class VersionInput(StrictSerializer):
    """The body of requests that need none."""

    version = Version()


class AnswerSerializer(serializers.Serializer[Any]):
    # Describes an answer in the OpenAPI document: every member is always there.

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.read_only, field.required = True, False
        return fields
