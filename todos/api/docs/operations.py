"""What the OpenAPI document says about each operation."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from todos.api.bodies import VersionInput
from todos.api.docs.answers import CalendarAddressAnswer, ChangedTagAnswer, ChangedTodoAnswer, RestoredListAnswer
from todos.api.docs.codes import KEYED, ROOM, problems
from todos.api.docs.parts import (
    CALENDAR_EXAMPLE,
    CURSOR,
    ERASED,
    ETAG,
    ETAG_AND_LOCATION,
    GONE,
    ID,
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    NEW_VERSION,
    NOT_MODIFIED,
    PAGE_SIZE,
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
from todos.api.parameters import CALENDAR, COUNT, LOG, OPTIONS, PARAMETERS, PREVIEW, UNTIL, Parameter
from todos.api.saved import VIEW
from todos.api.serializers import (
    ComingReminderAnswer,
    CompletionAnswer,
    ListAnswer,
    ListInput,
    ListPatch,
    ListPut,
    LoggedCompletionAnswer,
    MoveInput,
    TagAnswer,
    TagInput,
    TagPatch,
    TagPut,
    TodoAnswer,
    TodoInput,
    TodoMove,
    TodoPatch,
    TodoPut,
    TodoRowAnswer,
    ViewAnswer,
    ViewInput,
    ViewPatch,
    ViewPut,
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
    "Each id may occur once. `version` in an operation works like If-Match.",
    parameters=[IDEMPOTENCY_KEY],
    responses=problems(
        *("trashed", "id_conflict", "erased", "not_repeating", "last_occurrence", "not_skipped"),
        *ROOM,
        ERASED,
        "stale",
        *KEYED,
    ),
)
LIST_LISTS = collection(
    "listLists",
    "lists",
    ListAnswer,
    "Lists, page by page",
    "In the order of `position`. The Inbox is there from your first request on.",
    OpenApiParameter(
        "status",
        {"type": "string", "enum": ["active", "archived", "trashed"], "default": "active"},
        description="Which lists.",
    ),
)
GET_LIST = detail("getList", "lists", ListAnswer)
CREATE_LIST = creation("createList", "lists", ListInput, ListAnswer, ("too_many_lists",))
PUT_LIST = replacement(
    "putList",
    "lists",
    ListPut,
    ListAnswer,
    ("trashed", "inbox_stays", "too_many_lists"),
    "What you leave out gets its default: no colour, not archived. A list keeps its place, a new one comes last.",
)
PATCH_LIST = patch(
    "patchList",
    "lists",
    ListPatch,
    ListAnswer,
    ("trashed", "inbox_stays"),
    "The Inbox can be renamed but not archived (409).",
)
DELETE_LIST = deletion(
    "deleteList",
    "lists",
    ("inbox_stays", "not_trashed"),
    "Puts it into the trash with its todos; `restore` brings them back together. Not the Inbox (409).",
    OpenApiParameter(
        "permanent",
        bool,
        description="`true`: delete what is in the trash already for good, with its todos (else 409).",
    ),
)
RESTORE_LIST = verb(
    "restoreList",
    "lists",
    VersionInput,
    RestoredListAnswer,
    (),
    "Take a list out of the trash",
    "With the todos that went there together with it.",
)
MOVE_LIST = verb(
    "moveList",
    "lists",
    MoveInput,
    ListAnswer,
    ("trashed",),
    "Move a list",
    "Beside another list, or to the beginning (`after` null) or the end. Of `after` and `before` the first counts that "
    "is still there.",
)
LIST_TAGS = collection(
    "listTags", "tags", TagAnswer, "Tags, page by page", "In the order of their names, without case."
)
GET_TAG = detail("getTag", "tags", TagAnswer)
CREATE_TAG = creation(
    "createTag",
    "tags",
    TagInput,
    TagAnswer,
    ("name_taken", "too_many_tags"),
    "Naming a tag on a todo creates it as well.",
)
PUT_TAG = replacement(
    "putTag",
    "tags",
    TagPut,
    ChangedTagAnswer,
    ("name_taken", "too_many_tags"),
    "What you leave out gets its default: no colour. Another name is as with PATCH.",
)
PATCH_TAG = patch(
    "patchTag",
    "tags",
    TagPatch,
    ChangedTagAnswer,
    ("name_taken",),
    "A new name is a new version of every todo that has the tag. On todos, the old one leads to the tag for 30 days.",
)
DELETE_TAG = deletion("deleteTag", "tags", (), "Takes it off its todos. There is no way back.")
LIST_VIEWS = collection("listViews", "views", ViewAnswer, "Saved views, page by page", "In the order of `position`.")
GET_VIEW = detail("getView", "views", ViewAnswer)
CREATE_VIEW = creation(
    "createView",
    "views",
    ViewInput,
    ViewAnswer,
    ("too_many_views",),
    "`query` has the parameters of `GET /todos` but for `tz`, `ids` and those of the page. Days are yours, or `tz`, "
    "when it is asked for. A list that is not there (any more) and a tag that nobody has show nothing, as in the "
    "address; 30 days after a tag was renamed its old name is such a one.",
)
PUT_VIEW = replacement(
    "putView",
    "views",
    ViewPut,
    ViewAnswer,
    ("too_many_views",),
    "What you leave out gets its default: no colour. A view keeps its place, a new one comes last.",
)
PATCH_VIEW = patch("patchView", "views", ViewPatch, ViewAnswer, (), "The query is replaced whole.")
DELETE_VIEW = deletion("deleteView", "views", (), "The todos stay. There is no way back.")
MOVE_VIEW = verb(
    "moveView",
    "views",
    MoveInput,
    ViewAnswer,
    (),
    "Move a view",
    "Beside another view, or to the beginning (`after` null) or the end. Of `after` and `before` the first counts that "
    "is still there.",
)
GET_ME = operation("getMe", "me", "Who is signed in, and the settings")
PATCH_ME = operation(
    "patchMe",
    "me",
    "Change the settings",
    "The profile is the identity provider's. A new `time_zone` is a new version of every floating todo and of "
    "those with reminders.",
    responses=problems(ERASED),
)
DELETE_ME = operation(
    "deleteMe",
    "me",
    "Erase everything",
    "Deletes all your data at once and for good, and cuts off the tokens issued so far. Tokens issued in the next 10 "
    "seconds are refused as well (the clocks' allowance), so wait as long before signing up again.",
    responses={204: OpenApiResponse(description="Erased.")},
)
GET_SUMMARY = operation(
    "getSummary",
    "me",
    "Every badge in one call",
    "Open todos, unless said otherwise, that have begun and are in no archived list. Poll it with If-None-Match: the "
    "ETag is your version and the moment at which a number changes by itself (midnight, the next due time).",
    parameters=[
        TZ,
        OpenApiParameter("views", bool, description="`true`: with `views`, how many todos each saved view shows."),
        IF_NONE_MATCH,
        ETAG,
    ],
    responses=NOT_MODIFIED,
)
LIST_CHANGES = operation(
    "listChanges",
    "sync",
    "What has changed since a version",
    "Start with `since=0`, which is only for a device without a copy: it brings no `deleted`. Nobody's version is 0, "
    "not even before the first todo. Follow `next` until it is null, apply `deleted`, which comes first, then the rows "
    "by id, and keep `version` for the next time. Rows in the trash come with `deleted_at`; 30 days later they are "
    "in `deleted`, for another 30 days. A change to equal values makes no version. Push with `POST /todos/bulk`.",
    parameters=[
        OpenApiParameter("since", {"type": "integer", "minimum": 0, "default": 0}, description="The version you have."),
        CURSOR,
        PAGE_SIZE,
        IF_NONE_MATCH,
        ETAG,
    ],
    responses={**NOT_MODIFIED, **problems("sync_too_old")},
)
GET_CALENDAR_ADDRESS = operation(
    "getCalendarAddress",
    "me",
    "Whether there is a calendar address",
    "When it was made and last read, but not the address.",
)
MAKE_CALENDAR_ADDRESS = operation(
    "makeCalendarAddress",
    "me",
    "Make a secret calendar address",
    "Whoever has the address reads your todos as iCalendar, without a token, until you make another one, delete it, "
    "erase your data or are cut off. It is in this answer only. The address before it stops at once. There is no "
    "`Idempotency-Key` here (`not_kept`): send a request again that got no answer, the last address counts.",
    request=None,
    responses={201: OpenApiResponse(CalendarAddressAnswer, description="The new address."), **problems(ERASED)},
)
REVOKE_CALENDAR_ADDRESS = operation(
    "revokeCalendarAddress",
    "me",
    "Revoke the calendar address",
    "From now on it is answered like one that never was.",
    responses={**GONE, **problems(ERASED)},
)
GET_CALENDAR = operation(
    "getCalendar",
    "calendar",
    "Your todos as iCalendar",
    "For calendars and task apps, which send no token: the address is the secret. A VTODO each, of those that are open "
    "or were completed within 90 days, with RRULE, VALARM, CATEGORIES, RELATED-TO and PRIORITY (1 high, 5 medium, "
    "9 low); with `as=events` a VEVENT for each open one with a date. Archived lists are left out. A todo that repeats "
    "is its present occurrence, from which its rule goes on. Poll it with If-None-Match.",
    auth=[],
    parameters=[
        OpenApiParameter("secret", str, OpenApiParameter.PATH, description="From `POST /me/calendar`."),
        *(filter_parameter(name, parameter) for name, parameter in CALENDAR.items()),
        IF_NONE_MATCH,
        ETAG,
    ],
    responses={(200, "text/calendar"): OpenApiResponse(str, examples=[CALENDAR_EXAMPLE]), **NOT_MODIFIED},
)
