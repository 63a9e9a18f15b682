"""Fields that take the JSON type they mean and no other, and bodies without unknown members."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any
from uuid import UUID

from django.core.validators import ProhibitNullCharactersValidator, RegexValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from todos import zones
from todos.api.faults import Explained, not_chosen, refusal
from todos.api.spellings import NO_DAY, NO_UUID, NO_ZONE, parse_day, parse_uuid
from todos.exceptions import MAX_FAULTS
from todos.fields.declared import MAX_NOTES
from todos.letters import ONE_LINE_FAULTS, SURROGATE_FAULTS, TEXT, TEXT_FAULTS
from todos.recurrence.rule import LONGEST as LONGEST_RULE
from todos.recurrence.rule import RuleRefused, parse

COLOR = r"^#[0-9a-fA-F]{6}$"
TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class String(Explained, serializers.CharField):
    """A string and nothing else. DRF first writes out whatever it is given, to see whether that is blank."""

    expected = "string"
    default_error_messages = {"invalid": "This has to be text."}

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
            self.fail("max_length", max=self.max_length)
        if not self.allow_blank and all(letter.isspace() or not letter.isprintable() for letter in value):
            self.fail("blank")
        return value


@extend_schema_field({"type": "string", "maxLength": MAX_NOTES, "pattern": TEXT})
class Notes(Text):
    """Text of several lines, kept as it comes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(faults=TEXT_FAULTS, allow_blank=True, trim_whitespace=False, **options)


class Flag(Explained, serializers.BooleanField):
    expected = "boolean"
    default_error_messages = {"invalid": "This has to be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Whole(Explained, serializers.IntegerField):
    min_value: int
    max_value: int
    expected = "integer"
    default_error_messages = {"invalid": "This has to be a whole number."}

    def __init__(self, *, min_value: int, max_value: int, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        if not self.min_value <= data <= self.max_value:
            self.fail("min_value" if data < self.min_value else "max_value", min=self.min_value, max=self.max_value)
        return data


@extend_schema_field({"type": "integer", "enum": [0, 1, 2, 3]})
class Level(Whole):
    """One of four: what 0 to 3 stand for, the field says."""


class Id(Explained, serializers.UUIDField):
    expected = "uuid"
    default_error_messages = {"invalid": NO_UUID}

    def to_internal_value(self, data: Any) -> UUID:
        uid = parse_uuid(data)
        if uid is None:
            self.fail("invalid")
        return uid


class Day(Explained, serializers.DateField):
    expected = "date"
    default_error_messages = {"invalid": NO_DAY}

    def to_internal_value(self, data: Any) -> date:
        day = parse_day(data)
        if day is None:
            self.fail("invalid")
        return day


@extend_schema_field({"type": "string", "pattern": TIME, "examples": ["09:30"]})
class TimeOfDay(Explained, serializers.TimeField):
    format = "%H:%M"
    expected = "time"
    default_error_messages = {"invalid": "Write a time as HH:MM, from 00:00 to 23:59."}

    def to_internal_value(self, data: Any) -> time:
        if not (isinstance(data, str) and len(data) == 5 and re.match(TIME, data)):
            self.fail("invalid")
        return time.fromisoformat(data)


@extend_schema_field({"type": "string", "examples": ["Europe/Berlin"], "maxLength": 64})
class Zone(String):
    default_error_messages = {"unknown_zone": NO_ZONE}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if data not in zones.known_zones():
            self.fail("unknown_zone")
        return data


class Recurrence(String):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_RULE, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return str(parse(data))
        except RuleRefused as exc:
            raise refusal(exc.code, exc.detail) from exc


class Choice(Explained, serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            raise not_chosen([*self.choices])
        return data


class Color(String, serializers.RegexField):
    """#rrggbb, which is kept in lower case."""

    expected = "color"
    default_error_messages = {"invalid": "Write a colour as #rrggbb, such as #3b82f6."}

    def __init__(self, **options: Any) -> None:
        super().__init__(COLOR, **options)

    def to_internal_value(self, data: Any) -> str:
        # The pattern would be tried at every letter of a long text, and lets a newline follow.
        if not (isinstance(data, str) and len(data) == 7 and re.match(COLOR, data)):
            self.fail("invalid")
        return data.lower()


class Items(Explained, serializers.ListField):
    """An array. Its length is looked at before its items, and these only until there are more faults than are told."""

    max_length: int
    expected = "array"
    default_error_messages = {
        "invalid": "This has to be an array in brackets.",
        "min_items": "There has to be at least {min}.",
        "max_items": "There can be at most {max}.",
    }

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("invalid")
        if len(data) > self.max_length:
            self.fail("max_items", max=self.max_length)
        if len(data) < (self.min_length or 0):
            self.fail("min_items", min=self.min_length)
        return self.run_child_validation(data)

    def run_child_validation(self, data: list[Any]) -> list[Any]:
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
