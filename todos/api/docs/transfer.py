"""What the OpenAPI document says of everything going out and coming in."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from todos.api.bodies import AnswerSerializer
from todos.api.docs.codes import KEYED, ROOM, problems
from todos.api.docs.parts import ERASED, IDEMPOTENCY_KEY, operation
from todos.api.records import ExportAnswer
from todos.transfer.document import MOST_ROWS


class OutcomesAnswer(AnswerSerializer):
    new = serializers.IntegerField()
    same = serializers.IntegerField(help_text="There already, with this content.")
    different = serializers.IntegerField(help_text="There already, with other content, and left as it is.")


class LeftAloneAnswer(AnswerSerializer):
    kind = serializers.ChoiceField(["lists", "tags", "todos", "views"])
    id = serializers.UUIDField()


class NoteAnswer(AnswerSerializer):
    when_asked_for = frozenset({"params"})

    place = serializers.CharField(help_text="A line of the file, or a JSON Pointer into it.")
    code = serializers.CharField()
    params = serializers.DictField(help_text="What a translation of the code needs.")
    detail = serializers.CharField(help_text="For people.")


class ImportAnswer(AnswerSerializer):
    dry_run = serializers.BooleanField()
    settings = OutcomesAnswer(help_text="Taken where yours are as they were in the beginning.")
    lists = OutcomesAnswer(help_text="The Inbox of the document is yours.")
    tags = OutcomesAnswer(help_text="By their ids, or by their names; those that new todos name included.")
    todos = OutcomesAnswer(help_text="Those in the trash included.")
    completions = OutcomesAnswer(help_text="Taken for todos that have none yet.")
    views = OutcomesAnswer(help_text="Saved ones.")
    deleted = OutcomesAnswer(help_text="What was deleted for good, within 30 days.")
    displaced = serializers.IntegerField(
        help_text="Todos that are in the Inbox, or no subtasks, because the list or the parent is not there or is in "
        "the trash."
    )
    sample = serializers.ListField(child=serializers.CharField(), help_text="Titles of the first new todos.")
    left_alone = LeftAloneAnswer(many=True, help_text="The first 20 rows with other content.")
    notes = NoteAnswer(many=True, help_text="What of the file was not taken over; the first 20.")
    note_count = serializers.IntegerField(help_text="How many there are.")
    version = serializers.IntegerField(help_text="Your change counter.")


EXPORT_ME = operation(
    "exportMe",
    "me",
    "Everything, as one document",
    "All that is yours here: settings, lists, tags, todos with those in the trash, the history of what repeats and "
    "what was deleted for good lately. Each kind is in the order of its ids, a row on a line, so that two exports can "
    "be compared. It has no versions, which count the changes of one account. The answer is streamed: it has no "
    "length, and one that breaks off is not valid JSON. What changes meanwhile may be in it or not; what does not, is. "
    "`as=csv` is a table of the todos for spreadsheets, in UTF-8 with a byte order mark. It is to be read and can't be "
    "imported: what a spreadsheet would calculate has an apostrophe in front, such as `'=1+1`.",
    parameters=[
        OpenApiParameter("as", {"type": "string", "enum": ["json", "csv"], "default": "json"}, description="The form."),
        OpenApiParameter(
            "Content-Disposition",
            str,
            OpenApiParameter.HEADER,
            response=[200],
            description="A name for the file, with the day.",
        ),
    ],
    responses={
        (200, "application/json"): OpenApiResponse(ExportAnswer, description="The document, or the table."),
        (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="The document, or the table."),
    },
)
IMPORT_ME = operation(
    "importMe",
    "me",
    "Take an export back, or another product's",
    "Adds what is not there yet, under the ids that it has in the document, and changes nothing that is: sent again it "
    "adds nothing. All or nothing, as one change. `dry_run=true` answers what would happen. What you have deleted for "
    "good comes back; the moments of creation, change and completion are kept; what is in the Inbox of the document "
    f"comes into yours. A body has at most 10 MB and {MOST_ROWS:,} rows in all: send larger documents in parts, lists "
    "and tags first, then todos without a `parent`, then their subtasks, then `completions`, those of one todo "
    "together. `id` and `title` or `name` are enough for a row; what else is left out gets its default. Todos without "
    "a `list` go into the `default_list` of the document's `settings`, or else into yours. What an operator has "
    "exported is taken as well.\n\n"
    "`from` names another product: `icalendar` takes the to-dos of a calendar as `text/calendar`; `todoist` the CSV of "
    "a project as `text/csv`, with commas, semicolons or tabs, its sections as lists; `google` Tasks.json of Takeout; "
    "`microsoft` the lists of To "
    'Do as Microsoft Graph has them, each with its `tasks`: `{"value": [{"id", "displayName", "tasks": [...]}]}`. Ids '
    "follow from theirs, or where there are none, as at Todoist, from the text, so the same file adds nothing twice. "
    "What has no counterpart here, such as a date in words or a rule that names no second day, is left out and in "
    "`notes` with its place.",
    parameters=[
        IDEMPOTENCY_KEY,
        OpenApiParameter(
            "from",
            {"type": "string", "enum": ["todos", "icalendar", "todoist", "google", "microsoft"], "default": "todos"},
            description="Whose file it is.",
        ),
        OpenApiParameter("dry_run", bool, description="`true`: only say what would happen."),
    ],
    responses={200: ImportAnswer, **problems("too_many_lists", *ROOM, ERASED, *KEYED)},
)
