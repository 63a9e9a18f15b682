"""The bodies of requests, and the shape of answers for the OpenAPI document, made of the declared fields."""

from __future__ import annotations

from collections.abc import Callable

from rest_framework import serializers

from todos.api import strict
from todos.api.bodies import AnswerSerializer, Base, StrictSerializer, Version
from todos.api.opaque import Opaque
from todos.api.reminding import Reminders
from todos.api.saved import Parameters, StoredParameters
from todos.api.strict import Id
from todos.fields import kinds
from todos.fields.declared import (
    ALWAYS,
    ID,
    LIST_FIELDS,
    MAX_TAG_NAME,
    MAX_TAGS,
    ON_CHANGE,
    ON_CREATION,
    TAG_FIELDS,
    TODO_FIELDS,
    TODO_ROW_FIELDS,
    VIEW_FIELDS,
)
from todos.fields.field import Field, Fields, Written, empty_values, writable
from todos.models import Tombstone
from todos.types import Values

# What takes each kind in a body; its bounds are the options.
INPUTS: dict[type[kinds.Kind], Callable[..., serializers.Field]] = {
    kinds.Line: strict.Text,
    kinds.Markdown: strict.Notes,
    kinds.Flag: strict.Flag,
    kinds.Since: strict.Flag,
    kinds.Whole: strict.Whole,
    kinds.Level: strict.Level,
    kinds.Day: strict.Day,
    kinds.TimeOfDay: strict.TimeOfDay,
    kinds.Zone: strict.Zone,
    kinds.Recurrence: strict.Recurrence,
    kinds.Choice: strict.Choice,
    kinds.Color: strict.Color,
    kinds.Opaque: Opaque,
    kinds.Uuid: strict.Id,
    kinds.Names: strict.Names,
    kinds.Reminders: Reminders,
    kinds.Parameters: Parameters,
}
# What describes each kind in an answer, where only the bounds of numbers are told.
ANSWERS: dict[type[kinds.Kind], Callable[..., serializers.Field]] = {
    kinds.Line: serializers.CharField,
    kinds.Markdown: serializers.CharField,
    kinds.Since: serializers.BooleanField,
    kinds.Whole: serializers.IntegerField,
    kinds.Level: strict.Level,
    kinds.Counter: serializers.IntegerField,
    kinds.Opaque: lambda **options: Opaque(max_bytes=0, **options),
    kinds.SubtaskCounts: lambda **options: SubtasksAnswer(**options),
    kinds.Flag: serializers.BooleanField,
    kinds.Day: serializers.DateField,
    kinds.TimeOfDay: strict.TimeOfDay,
    kinds.Moment: serializers.DateTimeField,
    kinds.Zone: serializers.CharField,
    kinds.Recurrence: serializers.CharField,
    kinds.Choice: strict.Choice,
    kinds.Color: serializers.CharField,
    kinds.Uuid: serializers.UUIDField,
    kinds.Names: lambda **options: serializers.ListField(child=serializers.CharField(), **options),
    kinds.Reminders: Reminders,
    kinds.Parameters: lambda **options: StoredParameters(max_bytes=0, **options),
    kinds.SortKey: serializers.CharField,
}
EMPTY = empty_values(TODO_FIELDS, LIST_FIELDS, TAG_FIELDS, VIEW_FIELDS)


def stored(values: Values) -> Values:
    """A body's values with its nulls as they are stored, those included that it started from."""
    nulls = {name: EMPTY.get(name) for name, value in values.items() if value is None}
    return values | nulls | ({"base": stored(values["base"])} if "base" in values else {})


def input_of(field: Field, when: Written) -> serializers.Field:
    is_change = when is ON_CHANGE
    options = {
        "required": field.is_required and not is_change,
        "allow_null": field.is_nullable,
        "help_text": (is_change and field.help_on_change) or field.help or None,
    }
    return INPUTS[type(field.kind)](**vars(field.kind), **options)


def answer_of(field: Field) -> serializers.Field:
    bounds = vars(field.kind) if isinstance(field.kind, kinds.Whole | kinds.Choice) else {}
    options = {"read_only": True, "allow_null": field.is_nullable, "help_text": field.help_in_answer or None}
    return ANSWERS[type(field.kind)](**bounds, **options)


class Body(StrictSerializer):
    # Takes those of the fields that a client may write then, and after them what the class has of its own.
    declared: Fields = ()
    when: Written = ALWAYS

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # Those that it takes are not looked up here.
        cls.read_only_names = frozenset(field.name for field in cls.declared)

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = {field.name: input_of(field, self.when) for field in writable(self.declared, self.when)}
        return {**fields, **super().get_fields()}


class Answer(AnswerSerializer):
    declared: Fields

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**{field.name: answer_of(field) for field in self.declared}, **super().get_fields()}


class TodoInput(Body):
    """A new todo."""

    # The id stands last in the OpenAPI document.
    declared, when = (*TODO_FIELDS[1:], ID), ON_CREATION


def some_tags(text: str) -> strict.Names:
    return strict.Names(max_items=MAX_TAGS, max_length=MAX_TAG_NAME, required=False, help_text=text)


class TodoPatch(Body):
    """A merge-patch: what is absent stays, null clears."""

    declared, when = TODO_FIELDS, ON_CHANGE
    tags_add = some_tags("Puts these on, whatever others are there: two devices that add one each don't conflict.")
    tags_remove = some_tags("Takes these off, before `tags_add` puts any on. Those that are not there don't matter.")
    base = Base()
    version = Version()

    def validate(self, attrs: Values) -> Values:
        if "tags" in attrs and attrs.keys() & {"tags_add", "tags_remove"}:
            fault = "Give all tags, or those to add and to remove, not both."
            raise serializers.ValidationError({"tags": fault}, "all_tags_and_some")
        return attrs


class TodoPut(Body):
    """A whole todo: what is absent gets its default."""

    declared, when = TODO_FIELDS, ALWAYS
    version = Version()


class MoveInput(StrictSerializer):
    after = Id(
        required=False,
        allow_null=True,
        help_text="Right behind this one; null is the beginning. With `before`, the one that is still there counts.",
    )
    before = Id(required=False, allow_null=True, help_text="Right in front of this one; null is the end.")
    version = Version()


class TodoMove(MoveInput):
    list = Id(required=False, help_text="The list to move to. A subtask leaves its parent behind then.")


class TodoAnswer(Answer):
    declared = TODO_FIELDS


class SubtasksAnswer(AnswerSerializer):
    open = serializers.IntegerField()
    total = serializers.IntegerField()


class TodoRowAnswer(Answer):
    declared = TODO_ROW_FIELDS


class CompletionAnswer(AnswerSerializer):
    id = serializers.UUIDField(source="uid")
    due_date = serializers.DateField(help_text="When this occurrence was due, if need be moved.")
    occurrence_on = serializers.DateField(help_text="The day that the rule named.")
    completed_at = serializers.DateTimeField()
    missed = serializers.IntegerField(help_text="How many after it had passed by then, undone; 999 at most.")
    skipped = serializers.BooleanField(source="is_skipped", help_text="Then `completed_at` is when it was.")


class LoggedCompletionAnswer(CompletionAnswer):
    todo = serializers.UUIDField(source="todo_uid", help_text="Its id.")
    title = serializers.CharField(source="todo_title", help_text="As the todo has it now.")


class ComingReminderAnswer(AnswerSerializer):
    todo = serializers.UUIDField(help_text="Its id.")
    title = serializers.CharField()
    at = serializers.DateTimeField(help_text="The moment in UTC.")


class DeletedAnswer(AnswerSerializer):
    kind = serializers.ChoiceField(Tombstone.Kind.choices)
    id = serializers.UUIDField(source="uid")
    version = serializers.IntegerField()


class ListInput(Body):
    declared, when = LIST_FIELDS, ON_CREATION


class ListPatch(Body):
    declared, when = LIST_FIELDS, ON_CHANGE
    base = Base()
    version = Version()


class ListPut(Body):
    """A whole list: what is absent gets its default."""

    declared, when = LIST_FIELDS, ALWAYS
    archived = strict.Flag(required=False, help_text="Default: not archived. The Inbox can't be (409).")
    version = Version()


class ListAnswer(Answer):
    declared = LIST_FIELDS


class TagInput(Body):
    declared, when = TAG_FIELDS, ON_CREATION


class TagPatch(Body):
    declared, when = TAG_FIELDS, ON_CHANGE
    base = Base()
    version = Version()


class TagPut(Body):
    """A whole tag: what is absent gets its default."""

    declared, when = TAG_FIELDS, ALWAYS
    version = Version()


class TagAnswer(Answer):
    declared = TAG_FIELDS


class ViewInput(Body):
    declared, when = VIEW_FIELDS, ON_CREATION


class ViewPatch(Body):
    declared, when = VIEW_FIELDS, ON_CHANGE
    base = Base()
    version = Version()


class ViewPut(Body):
    """A whole view: what is absent gets its default."""

    declared, when = VIEW_FIELDS, ALWAYS
    version = Version()


class ViewAnswer(Answer):
    declared = VIEW_FIELDS
    broken = serializers.BooleanField(
        help_text="This version does not understand the query any more: it shows and counts nothing until it is "
        "changed. Not a part of the version."
    )
