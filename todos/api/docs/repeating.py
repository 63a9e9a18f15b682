"""What the OpenAPI document says about todos that repeat, their history, and reminders."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter

from todos.api.docs.parts import (
    CURSOR,
    ETAG,
    ID,
    IF_NONE_MATCH,
    NOT_MODIFIED,
    collection,
    operation,
)
from todos.api.parameters import COUNT, LOG, PREVIEW, UNTIL, Parameter
from todos.api.serializers import (
    ComingReminderAnswer,
    CompletionAnswer,
    LoggedCompletionAnswer,
)


def filter_parameter(name: str, parameter: Parameter) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", **parameter.schema}, description=parameter.text)


ORDERING_OF_COMPLETIONS = OpenApiParameter(
    "ordering", {"enum": ["completed_at", "-completed_at"], "type": "string"}, description="By the moment."
)
SKIPPED = OpenApiParameter("skipped", bool, description="`true`: with those that were skipped.")
LIST_COMPLETIONS = collection(
    "listCompletions",
    "todos",
    CompletionAnswer,
    "The occurrences that were completed",
    "Of a todo that repeats or did. `ordering=-completed_at` has the latest first.",
    ID,
    ORDERING_OF_COMPLETIONS,
    SKIPPED,
)
LIST_ALL_COMPLETIONS = collection(
    "listAllCompletions",
    "todos",
    LoggedCompletionAnswer,
    "The occurrences that were completed, of all todos",
    "Beside `GET /todos?status=completed`, which has todos that repeat once their last occurrence is completed. Those "
    "in the trash or in an archived list are left out. `ordering=-completed_at` has the latest first.",
    *(filter_parameter(name, parameter) for name, parameter in LOG.items()),
    ORDERING_OF_COMPLETIONS,
    SKIPPED,
)
LIST_OCCURRENCES = operation(
    "listOccurrences",
    "todos",
    "The next days of a todo that repeats",
    "As the rule has them if each is completed on its day; if one is late, those that have passed are left out.",
    parameters=[ID, filter_parameter("count", COUNT)],
    responses={},
)
PREVIEW_OCCURRENCES = operation(
    "previewOccurrences",
    "todos",
    "The days of a rule",
    "Also tells whether a todo may have the rule, how it is spelled and what it means.",
    parameters=[filter_parameter(name, parameter) for name, parameter in PREVIEW.items()],
    responses={},
)
LIST_REMINDERS = operation(
    "listReminders",
    "todos",
    "The reminders to come",
    "What a device schedules, so that it reminds without a connection: ask again when something has changed, and "
    "before `until`. Silent are todos that are completed, in the trash or in an archived list, and a todo at a moment "
    "at which `starts_on` hides it. Of a todo that repeats those of its present occurrence are here, the next ones "
    "once it is completed or skipped. A page has the reminders of up to `page_size` todos, in the order of time; "
    "follow `next` until it is null.",
    parameters=[
        *(filter_parameter(name, parameter) for name, parameter in UNTIL.items()),
        CURSOR,
        OpenApiParameter(
            "page_size",
            {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
            description="Todos on a page; each has at most 10 reminders.",
        ),
        IF_NONE_MATCH,
        ETAG,
    ],
    responses={200: ComingReminderAnswer(many=True), **NOT_MODIFIED},
)
