"""Rows as an export has them."""

from __future__ import annotations

from rest_framework import serializers

from todos.api.bodies import AnswerSerializer
from todos.api.docs.answers import SettingsAnswer
from todos.api.serializers import Answer
from todos.fields.records import (
    COMPLETION_RECORD,
    DELETED_RECORD,
    FORMER_NAME_RECORD,
    LIST_RECORD,
    TAG_RECORD,
    TODO_RECORD,
)
from todos.transfer.document import FORMAT, VERSION


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


class DeletedRecordAnswer(Answer):
    declared = DELETED_RECORD


class ExportAnswer(AnswerSerializer):
    format = serializers.ChoiceField([FORMAT])
    version = serializers.ChoiceField([VERSION], help_text="Of this form; raised when an older reader would go wrong.")
    settings = SettingsAnswer()
    lists = ListRecordAnswer(many=True)
    tags = TagRecordAnswer(many=True)
    former_names = FormerNameRecordAnswer(many=True, help_text="Names that tags had; they lead to them for 30 days.")
    todos = TodoRecordAnswer(many=True, help_text="Those in the trash included.")
    completions = CompletionRecordAnswer(many=True, help_text="Occurrences of todos that repeat, when they were done.")
    deleted = DeletedRecordAnswer(many=True, help_text="What was deleted for good in the last 30 days.")
