"""What the OpenAPI document says about todos, one by one, in pages and in bulk."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter

from todos.api.bodies import VersionInput
from todos.api.docs.answers import ChangedTodoAnswer
from todos.api.docs.codes import KEYED, ROOM, problems
from todos.api.docs.parts import (
    ERASED,
    ETAG_AND_LOCATION,
    GONE,
    IDEMPOTENCY_KEY,
    NEW_VERSION,
    TZ,
    collection,
    creation,
    deletion,
    detail,
    operation,
    patch,
    replacement,
    verb,
)
from todos.api.filters import ORDERINGS
from todos.api.parameters import OPTIONS, PARAMETERS, Parameter
from todos.api.saved import VIEW
from todos.api.serializers import (
    TodoAnswer,
    TodoInput,
    TodoMove,
    TodoPatch,
    TodoPut,
    TodoRowAnswer,
)


def filter_parameter(name: str, parameter: Parameter) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", **parameter.schema}, description=parameter.text)


LIST_TODOS = collection(
    "listTodos",
    "todos",
    TodoRowAnswer,
    "Todos, page by page",
    "Filters are combined with AND. Without any: open and completed todos that are not in the trash, not in an "
    "archived list and have begun (`starts_on`). Subtasks are among them; `parent=none` leaves them out. Rows that "
    "change while you page are never skipped or repeated by the paging itself.",
    *(filter_parameter(name, parameter) for name, parameter in (VIEW | PARAMETERS | OPTIONS).items()),
    OpenApiParameter(
        "ordering",
        {
            "type": "string",
            "default": "position",
            "enum": [sign + name for name in ORDERINGS for sign in ("", "-")],
        },
        description="Prefix `-` for descending order. `due`: by day and time as written, a whole day after the "
        "times of that day, no date at the end (with `-due` at the start; add `due_after` to leave it out). "
        "`title` without case. `relevance`: of a search with `q` the best first, which is what has all its words in "
        "the title, then in title and notes, then with tags; of those that are equal the latest change first. "
        "`completed_at`: only what is completed, a logbook with `-completed_at`.",
    ),
)
LIST_TODOS["responses"] |= problems("broken_view")
GET_TODO = detail("getTodo", "todos", TodoAnswer, TZ)
CREATE_TODO = creation("createTodo", "todos", TodoInput, ChangedTodoAnswer, ROOM, "An open subtask reopens its parent.")
QUICK_ADD = operation(
    "quickAdd",
    "todos",
    "Add a todo in one line",
    "`Pay rent every month on the 1st #home +Household !3 at 9:00`. Tags, an existing list by its name and priorities "
    "are understood anywhere; days, times, `every …` and `remind me 10 minutes before` at the end of the text, or in "
    "front of `about`, `at`, `for` and `with`. What is ambiguous stays in the title. Without a title that is left: 400 "
    "`no_title`. The todo floats in the reader's zone, as any with a time and without a `time_zone`. With an `id` of "
    "your own or an `Idempotency-Key` this can be repeated safely; the key also where a day has begun meanwhile.",
    parameters=[IDEMPOTENCY_KEY, *ETAG_AND_LOCATION],
)
QUICK_REFUSALS = problems("id_conflict", "erased", "too_many_todos", "too_many_tags", ERASED, *KEYED)
PUT_TODO = replacement(
    "putTodo",
    "todos",
    TodoPut,
    ChangedTodoAnswer,
    ("trashed", *ROOM),
    "What you leave out gets its default: no date, no tags, your default list. PATCH changes single members.",
)
PATCH_TODO = patch(
    "patchTodo",
    "todos",
    TodoPatch,
    ChangedTodoAnswer,
    ("trashed", "too_many_tags", "too_many_subtasks"),
    "Changing `list` takes the subtasks along. Equal values change nothing, not even the version.",
)
DELETE_TODO = deletion(
    "deleteTodo",
    "todos",
    ("not_trashed",),
    "Puts it into the trash, with its subtasks; `restore` brings them back together. After 30 days there it is gone.",
    OpenApiParameter("permanent", bool, description="`true`: delete for good what is in the trash already (else 409)."),
)
EMPTY_TRASH = operation(
    "emptyTrash",
    "todos",
    "Empty the trash",
    "Deletes every todo in the trash for good, in one change. Lists stay there; `permanent=true` deletes one.",
    parameters=[
        OpenApiParameter("status", {"type": "string", "enum": ["trashed"]}, required=True, description="`trashed`."),
        NEW_VERSION,
    ],
    responses={**GONE, **problems(ERASED)},
)
COMPLETE_TODO = verb(
    "completeTodo",
    "todos",
    VersionInput,
    ChangedTodoAnswer,
    ("trashed",),
    "Complete a todo",
    "Completes its open subtasks with it.",
)
REOPEN_TODO = verb(
    "reopenTodo",
    "todos",
    VersionInput,
    ChangedTodoAnswer,
    ("trashed",),
    "Reopen a todo",
    "Undoes completing it: reopens the subtasks that were completed together with it, and its parent. An open todo "
    "that repeats goes back to the occurrence that was completed last, with its date.",
)
SKIP_TODO = verb(
    "skipTodo",
    "todos",
    VersionInput,
    ChangedTodoAnswer,
    ("trashed", "not_repeating", "last_occurrence"),
    "Skip an occurrence",
    "On to the next one, without a completion; `unskip` comes back.",
)
UNSKIP_TODO = verb(
    "unskipTodo",
    "todos",
    VersionInput,
    ChangedTodoAnswer,
    ("trashed", "not_skipped"),
    "Take a skip back",
    "Back to the occurrence that was skipped, with its date, unless one was completed since.",
)
RESTORE_TODO = verb(
    "restoreTodo",
    "todos",
    VersionInput,
    ChangedTodoAnswer,
    (),
    "Take a todo out of the trash",
    "With the subtasks that went there together with it. If its list is in the trash it comes back into the Inbox; if "
    "its parent is, as a todo of its own.",
)
MOVE_TODO = verb(
    "moveTodo",
    "todos",
    TodoMove,
    ChangedTodoAnswer,
    ("trashed",),
    "Move a todo",
    "To another list, beside a todo of the same list and parent, or both. Of `after` and `before` the first counts "
    "that is still there; null is the beginning or the end, and without either it goes to the end. "
    "Its subtasks go along; a subtask that changes its list leaves its parent.",
)
BULK_TODOS = operation(
    "bulkTodos",
    "todos",
    "Up to 100 changes at once",
    "All or nothing, in the given order, with one new version. A fault names its operation: `/operations/3/title`. "
    'Each id may occur once. `version` in an operation works like If-Match. With `mode: "each"` one that is refused '
    "does not hold up the others: each gets an answer as in `POST /changes`, and the todo as it is now. An id may "
    "occur several times, its versions are compared with what was there before.",
    parameters=[IDEMPOTENCY_KEY],
    responses=problems(
        *("trashed", "id_conflict", "erased", "not_repeating", "last_occurrence", "not_skipped"),
        *ROOM,
        ERASED,
        "stale",
        *KEYED,
    ),
)
