"""Rows as an export has them, and an import takes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from todos import clock
from todos.api import strict
from todos.api.bodies import AnswerSerializer, StrictSerializer
from todos.api.docs.answers import SettingsAnswer
from todos.api.faults import DUPLICATE, Explained, fault
from todos.api.opaque import Opaque
from todos.api.serializers import INPUTS, Answer
from todos.api.spellings import NO_MOMENT, parse_uuid
from todos.api.strict import Id, Items
from todos.changes import Records
from todos.fields import kinds
from todos.fields.field import Field, Fields
from todos.fields.records import (
    COMPLETION_RECORD,
    DELETED_RECORD,
    FORMER_NAME_RECORD,
    LIST_RECORD,
    TAG_RECORD,
    TODO_RECORD,
    VIEW_RECORD,
)
from todos.transfer.document import FORMAT, MOST_ROWS, VERSION
from todos.types import Json, Values

FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
# From `at_top` of the largest number of seven digits to its `at_end`.
POSITION = re.compile(r"[b-o][0-9a-z]{0,62}[1-9a-z]|[b-o]")
# Far less than a position has room for, so that an account goes on for as long as it would have.
MOST_NUMBER = 36**7 - 1


class TodoRecordAnswer(Answer):
    declared = TODO_RECORD


class ListRecordAnswer(Answer):
    declared = LIST_RECORD


class TagRecordAnswer(Answer):
    declared = TAG_RECORD


class FormerNameRecordAnswer(Answer):
    declared = FORMER_NAME_RECORD


class CompletionRecordAnswer(Answer):
    declared = COMPLETION_RECORD


class ViewRecordAnswer(Answer):
    declared = VIEW_RECORD


class DeletedRecordAnswer(Answer):
    declared = DELETED_RECORD


class ExportAnswer(AnswerSerializer):
    format = serializers.ChoiceField([FORMAT])
    version = serializers.ChoiceField([VERSION], help_text="Of this form; raised when an older reader would go wrong.")
    settings = SettingsAnswer(help_text="Those of PATCH /me.")
    lists = ListRecordAnswer(many=True)
    tags = TagRecordAnswer(many=True)
    former_names = FormerNameRecordAnswer(many=True, help_text="Names that tags had; they lead to them for 30 days.")
    todos = TodoRecordAnswer(many=True, help_text="Those in the trash included.")
    completions = CompletionRecordAnswer(many=True, help_text="Occurrences of todos that repeat, when they were done.")
    views = ViewRecordAnswer(many=True)
    deleted = DeletedRecordAnswer(many=True, help_text="What was deleted for good in the last 30 days.")


@extend_schema_field(OpenApiTypes.DATETIME)
class Past(Explained):
    """A moment that has been, in UTC."""

    expected = "date-time"
    default_error_messages = {
        "invalid": NO_MOMENT,
        "in_future": "This moment is still to come.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        moment = moment_in(data)
        if moment is None:
            self.fail("invalid")
        if moment > clock.now():
            self.fail("in_future")
        return moment


def moment_in(data: Any) -> datetime | None:
    if not (isinstance(data, str) and len(data) <= 40 and MOMENT.fullmatch(data)):
        return None
    try:
        moment = datetime.fromisoformat(data).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment >= FIRST_MOMENT else None


@extend_schema_field({"type": "string", "pattern": f"^({POSITION.pattern})$", "maxLength": 64})
class Position(strict.String):
    expected = "position"
    default_error_messages = {"invalid": "This is no position that an export has."}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=64, **options)

    def to_internal_value(self, data: Any) -> str:
        if not (isinstance(data, str) and len(data) <= 64 and POSITION.fullmatch(data)):
            self.fail("invalid")
        return data


class States(Opaque):
    """Which subtasks an occurrence had completed: by id the moment, and the number of the change."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not all(parse_uuid(uid) and is_state(state) for uid, state in data.items()):
            self.fail("invalid")
        return text


def is_state(state: Any) -> bool:
    if not (isinstance(state, list) and len(state) == 2):
        return False
    moment, number = state
    is_number = number is None or (type(number) is int and 0 <= number <= MOST_NUMBER)
    at = moment_in(moment)
    return is_number and at is not None and at <= clock.now()


def number(**options: Any) -> strict.Whole:
    return strict.Whole(min_value=0, max_value=MOST_NUMBER, **options)


TAKEN: dict[type[kinds.Kind], Callable[..., serializers.Field]] = {
    **INPUTS,
    kinds.Moment: Past,
    kinds.SortKey: Position,
    kinds.Counter: number,
}


def taken(field: Field) -> serializers.Field:
    options = {"required": field.is_required, "allow_null": field.is_nullable}
    make = States if field.name == "subtasks" else TAKEN[type(field.kind)]
    return make(**vars(field.kind), **options)


class Record(StrictSerializer):
    declared: Fields = ()

    def get_fields(self) -> dict[str, serializers.Field]:
        return {field.name: taken(field) for field in self.declared}

    def to_internal_value(self, data: Any) -> Values:
        """By the columns, with nulls as they are stored."""
        values = super().to_internal_value(data)
        return {
            field.columns[0]: field.kind.empty if values[field.name] is None else values[field.name]
            for field in self.declared
            if field.name in values
        }


def with_id(fields: Fields) -> Fields:
    return tuple(replace(field, is_required=True) if field.name == "id" else field for field in fields)


class TodoRecordInput(Record):
    declared = with_id(TODO_RECORD)


class ListRecordInput(Record):
    declared = with_id(LIST_RECORD)


class TagRecordInput(Record):
    declared = with_id(TAG_RECORD)


class FormerNameRecordInput(Record):
    declared = FORMER_NAME_RECORD


class CompletionRecordInput(Record):
    declared = with_id(COMPLETION_RECORD)


class ViewRecordInput(Record):
    declared = with_id(VIEW_RECORD)


class DeletedRecordInput(Record):
    declared = DELETED_RECORD


class SettingsInput(StrictSerializer):
    time_zone = strict.Zone(required=False)
    week_start = strict.Whole(required=False, min_value=1, max_value=7)
    default_list = Id(required=False, allow_null=True)


class Rows(Items):
    """Of which each has an id of its own."""

    def __init__(self, child: Record, **options: Any) -> None:
        super().__init__(child=child, required=False, max_length=MOST_ROWS, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        rows = super().to_internal_value(data)
        seen: set[UUID] = set()
        for index, row in enumerate(rows):
            if "uid" in row and "kind" not in row:
                if row["uid"] in seen:
                    twice: Json = {"id": [DUPLICATE]}
                    raise ValidationError({str(index): twice})
                seen.add(row["uid"])
        return rows


@extend_schema_field({})
class Unread(serializers.Field[Any, Any, Any, Any]):
    """What operators' documents have besides."""

    def run_validation(self, data: Any = None) -> None:
        return None


class ImportInput(StrictSerializer):
    format = strict.Choice([FORMAT])
    version = strict.Whole(min_value=VERSION, max_value=VERSION)
    settings = SettingsInput(required=False)
    lists = Rows(ListRecordInput())
    tags = Rows(TagRecordInput())
    former_names = Rows(FormerNameRecordInput())
    todos = Rows(TodoRecordInput())
    completions = Rows(CompletionRecordInput())
    views = Rows(ViewRecordInput())
    deleted = Rows(DeletedRecordInput())
    exported_at, profile, account = (Unread(required=False) for _ in range(3))
    idempotency_keys, calendar_address = (Unread(required=False) for _ in range(2))

    def validate(self, attrs: Json) -> Json:
        inboxes = [index for index, row in enumerate(attrs.get("lists", ())) if row.get("is_inbox")]
        if inboxes[1:]:
            second: Json = {"is_inbox": [DUPLICATE]}
            raise ValidationError({"lists": {str(inboxes[1]): second}})
        return attrs


SECTIONS = ("settings", "lists", "tags", "former_names", "todos", "completions", "views", "deleted")


def records_in(document: Any) -> Records:
    """The rows of a document, once each has passed by itself."""
    refuse_crowds(document)
    values = ImportInput.checked(document)
    return Records(**{name: values[name] for name in SECTIONS if name in values})


def refuse_crowds(document: Any) -> None:
    """Before any row is looked at."""
    if isinstance(document, dict):
        count = sum(len(rows) for rows in document.values() if isinstance(rows, list))
        if count > MOST_ROWS:
            text = f"There can be at most {MOST_ROWS:,} rows in one import."
            raise ValidationError([fault("too_many_rows", text, max=MOST_ROWS)])
