"""The answers of quick add, as the OpenAPI document describes them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from todos.api.bodies import AnswerSerializer
from todos.api.docs.answers import ChangedTodoAnswer
from todos.api.reminding import Reminders
from todos.api.strict import TimeOfDay

KINDS = ("day", "time", "rule", "reminder", "tag", "list", "priority")
NOTES = {
    "last_day": "On the last day of each month, because not every month has a 31st.",
    "short_months": "Months without this day are left out.",
    "leap_years": "Years without a 29 February are left out.",
}


class QuickValuesAnswer(AnswerSerializer):
    """A body for POST /todos."""

    title = serializers.CharField(help_text="Perhaps empty, and then no todo can be made.")
    priority = serializers.IntegerField(min_value=0, max_value=3)
    due_date = serializers.DateField(allow_null=True)
    due_time = TimeOfDay(allow_null=True)
    rrule = serializers.CharField(allow_null=True)
    reminders = Reminders()
    list = serializers.UUIDField(allow_null=True, help_text="Null: leave it out, for your default list.")
    tags = serializers.ListField(child=serializers.CharField())


@extend_schema_field({"type": ["string", "integer"]})
class SpanValue(serializers.Field[Any, Any, Any, Any]):
    pass


class QuickSpanAnswer(AnswerSerializer):
    start = serializers.IntegerField(help_text="In UTF-16 code units of `text`, as JavaScript counts.")
    end = serializers.IntegerField(help_text="Behind the last one.")
    kind = serializers.ChoiceField(KINDS)
    value = SpanValue(help_text="Day, time, rule, minutes before, name of the tag, id of the list, or priority.")


class QuickNoteAnswer(AnswerSerializer):
    code = serializers.ChoiceField(tuple(NOTES))
    detail = serializers.CharField()


class UnderstoodAnswer(AnswerSerializer):
    spans = QuickSpanAnswer(many=True, help_text="What is understood, in order; the title is the rest.")
    sentence = serializers.CharField(allow_null=True, help_text="The rule in English.")
    notes = QuickNoteAnswer(many=True, help_text="Where the rule is not quite what one may expect.")


@extend_schema_field({"type": "boolean", "enum": [False]})
class Made(serializers.BooleanField):
    pass


@extend_schema_field({"type": "boolean", "enum": [True]})
class Told(serializers.BooleanField):
    pass


class QuickTodoAnswer(UnderstoodAnswer):
    dry_run = Made()
    todo = ChangedTodoAnswer(help_text="As it is now.")


class QuickDraftAnswer(UnderstoodAnswer):
    dry_run = Told()
    todo = QuickValuesAnswer(help_text="What it would be.")


EITHER = PolymorphicProxySerializer(
    component_name="QuickAnswer",
    serializers=[QuickTodoAnswer, QuickDraftAnswer],
    resource_type_field_name=None,
    many=False,
)
ANSWERS = {
    201: OpenApiResponse(QuickTodoAnswer, description="The new todo."),
    200: OpenApiResponse(EITHER, description="The todo that you had created before; with `dry_run` what it would be."),
}
