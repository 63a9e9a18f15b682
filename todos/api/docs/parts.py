"""The parts of which the description of every operation is made."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from todos.api.docs.codes import KEYED, problems
from todos.types import Json

Codes = tuple[str, ...]
# Whatever changes something may have waited for an erasure.
ERASED = "account_erased"
ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The id of the row.")
TZ = OpenApiParameter(
    "tz", str, description="IANA zone to use instead of yours.", examples=[OpenApiExample("Tokyo", "Asia/Tokyo")]
)
CURSOR = OpenApiParameter(
    "cursor", str, description="From `next` or `previous`; good for the same filters and ordering only."
)
PAGE_SIZE = OpenApiParameter(
    "page_size", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, description="Rows on a page."
)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag you know. If the row has another one now: 412."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag you have. If it still stands: 304, no body."
)
ONLY_NEW = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="`*`: only create; 412 if it is there. Anything else is ignored.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    OpenApiParameter.HEADER,
    description="Any unique text. Within 24 hours, the same request with the same key gets the answer that the first "
    "one got; another request with it gets 422, a twin of one still running 409. Failed requests do not count. Of an "
    "answer above 64 KB only the ids are kept: repeated, it has the rows as they are by then, without those that are "
    "gone for good. Beyond 2,000 keys within 24 hours (or what the operator has set) a new one gets 409 "
    "`too_many_keys`: send the request without it.",
)

TAG = 'Send it back as If-Match or If-None-Match. Of a single row it is `"<version>"`.'
ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200], description=TAG)
ETAG_AND_LOCATION = [
    OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 201], description=TAG),
    OpenApiParameter("Location", OpenApiTypes.URI, OpenApiParameter.HEADER, response=[201], description="Its address."),
]
NEW_VERSION = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[204],
    description='`"<version>"` that the row has in the trash, or its tombstone in /changes.',
)
NOT_MODIFIED = {304: OpenApiResponse(description="What you have still stands.")}
GONE = {204: OpenApiResponse(description="Done; done already is fine too.")}
CALENDAR_EXAMPLE = OpenApiExample(
    "One todo",
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Todo API//Todos//EN\r\nBEGIN:VTODO\r\n"
    "UID:0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5c@todos\r\nDTSTAMP:20261127T190000Z\r\nSUMMARY:Take out the bins\r\n"
    "DTSTART;VALUE=DATE:20261201\r\nDUE;VALUE=DATE:20261201\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU\r\n"
    "STATUS:NEEDS-ACTION\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
    response_only=True,
)
# Bodies that can be sent as they stand, by operation; rows are told apart by ids of the caller's own.
EXAMPLES: dict[str, Json] = {
    "createTodo": {
        "A title is enough": {"title": "Buy milk"},
        "A whole day, offline": {
            "id": "0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5c",
            "title": "Renew passport",
            "due_date": "2026-12-01",
        },
        "Every other Tuesday": {
            "title": "Take out the bins",
            "due_date": "2026-12-01",
            "rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        },
        "Reminded at 17:00 on the day before and at 9:00": {
            "title": "Put the bins out",
            "due_date": "2026-12-01",
            "reminders": [{"minutes_before": 420}, {"minutes_before": -540}],
        },
        "A call in another zone": {
            "title": "Call New York",
            "due_date": "2026-12-01",
            "due_time": "09:30",
            "time_zone": "America/New_York",
            "priority": 2,
            "tags": ["work"],
        },
    },
    "pushChanges": {
        "A list, a todo in it, and what was edited offline": {
            "since": 41,
            "changes": [
                {"kind": "list", "id": "0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5c", "name": "Trip"},
                {
                    "kind": "todo",
                    "id": "0197f0c5-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
                    "title": "Book a hut",
                    "list": "0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5c",
                },
                {
                    "kind": "todo",
                    "id": "0197f0c6-2b3c-7d4e-9f5a-6b7c8d9e0f1a",
                    "title": "Renew both passports",
                    "base": {"title": "Renew passport"},
                },
            ],
        },
    },
    "quickAdd": {
        "Everything at once": {"text": "Pay rent every month on the 1st #home +Household !3 at 9:00"},
        "What it would be": {"text": "Call Bob tomorrow about the invoice", "dry_run": True, "tz": "Europe/Berlin"},
    },
    "putTodo": {"A whole todo": {"title": "Renew passport", "due_date": "2026-12-01", "tags": ["errands"]}},
    "patchTodo": {
        "Another priority": {"priority": 3},
        "One tag more, one less": {"tags_add": ["urgent"], "tags_remove": ["someday"]},
        "No due date any more": {"due_date": None, "due_time": None, "time_zone": None},
    },
    "moveTodo": {"To the end of its list": {}, "To the beginning": {"after": None}},
    "bulkTodos": {
        "Create and complete": {
            "operations": [
                {"op": "create", "id": "0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5d", "title": "Buy bread"},
                {"op": "create", "title": "Bake a cake", "completed": True},
            ]
        },
        "Each by itself": {
            "mode": "each",
            "operations": [
                {"op": "create", "id": "0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5d", "title": "Buy bread"},
                {"op": "complete", "id": "0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5c"},
            ],
        },
    },
    "createList": {"A list": {"name": "Household", "color": "#3b82f6"}},
    "putList": {"A whole list": {"name": "Household", "color": "#3b82f6"}},
    "patchList": {"Archive it": {"archived": True}},
    "moveList": {"To the end": {}},
    "createView": {
        "What is due at home": {
            "name": "Due at home",
            "color": "#3b82f6",
            "query": {"status": "open", "due": ["today", "overdue"], "tag": ["home"], "ordering": "due"},
        }
    },
    "putView": {"A whole view": {"name": "Urgent", "query": {"status": "open", "priority_gte": 3}}},
    "patchView": {"Another query": {"query": {"status": "open", "priority_gte": 2}}},
    "moveView": {"To the end": {}},
    "createTag": {"A tag": {"name": "errands", "color": "#f59e0b"}},
    "putTag": {"A whole tag": {"name": "errands", "color": "#f59e0b"}},
    "patchTag": {"Another colour": {"color": "#10b981"}},
    "patchMe": {"Where your days begin and end": {"time_zone": "Europe/Berlin", "week_start": 1}},
    "importMe": {
        "A list with a todo": {
            "format": "todos",
            "version": 1,
            "lists": [{"id": "0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5e", "name": "Household"}],
            "todos": [
                {
                    "id": "0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5f",
                    "title": "Water the plants",
                    "list": "0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5e",
                }
            ],
        }
    },
    **{
        key: {"Empty body": {}}
        for key in ("completeTodo", "reopenTodo", "skipTodo", "unskipTodo", "restoreTodo", "restoreList")
    },
}


def operation(name: str, tag: str, summary: str, text: str = "", **more: Any) -> Json:
    examples = [OpenApiExample(title, body, request_only=True) for title, body in EXAMPLES.get(name, {}).items()]
    text = text or summary
    return {"operation_id": name, "tags": [tag], "summary": summary, "description": text, "examples": examples, **more}


def answered(described: Json, answer: Any) -> Json:
    """With the answer of a view that describes its own."""
    return {**described, "responses": {200: answer, **described["responses"]}}


def collection(name: str, tag: str, rows: Any, summary: str, text: str, *parameters: OpenApiParameter) -> Json:
    more = [*parameters, CURSOR, PAGE_SIZE, IF_NONE_MATCH, ETAG]
    return operation(name, tag, summary, text, parameters=more, responses={200: rows(many=True), **NOT_MODIFIED})


def detail(name: str, tag: str, answer: Any, *parameters: OpenApiParameter) -> Json:
    summary = f"One {tag.removesuffix('s')}"
    text = f"{summary}, also if it is in the trash." if tag in {"todos", "lists"} else summary
    more = {"parameters": [ID, *parameters, IF_NONE_MATCH, ETAG], "responses": {200: answer, **NOT_MODIFIED}}
    return operation(name, tag, summary, text, **more)


def creation(name: str, tag: str, request: Any, answer: Any, codes: Codes, text: str = "") -> Json:
    what = tag.removesuffix("s")
    text = (
        f"With an `id` of your own this can be repeated safely: the same content gives 200 and the same {what}, "
        f"other content 409. {text}"
    )
    answers = {
        201: OpenApiResponse(answer, description=f"The new {what}."),
        200: OpenApiResponse(answer, description=f"The {what} that you had created before."),
        **problems("id_conflict", "erased", *codes, ERASED, *KEYED),
    }
    parameters = [IDEMPOTENCY_KEY, *ETAG_AND_LOCATION]
    return operation(name, tag, f"Create a {what}", text, request=request, responses=answers, parameters=parameters)


def replacement(name: str, tag: str, request: Any, answer: Any, codes: Codes, text: str) -> Json:
    what = tag.removesuffix("s")
    answers = {
        201: OpenApiResponse(answer, description=f"The new {what}."),
        200: OpenApiResponse(answer, description=f"The {what} as it is now."),
        **problems("erased", *codes, ERASED, "stale", "exists"),
    }
    more = {"request": request, "responses": answers, "parameters": [ID, IF_MATCH, ONLY_NEW, *ETAG_AND_LOCATION]}
    return operation(name, tag, f"Create or replace a {what}", text, **more)


def patch(name: str, tag: str, request: Any, answer: Any, codes: Codes, text: str = "") -> Json:
    summary = f"Change a {tag.removesuffix('s')}"
    text = f"A merge-patch: what you leave out stays as it is, null clears what may be null. {text}"
    answers = {200: answer, **problems(*codes, ERASED, "stale")}
    parameters = [ID, IF_MATCH, ETAG]
    return operation(name, tag, summary, text, request=request, parameters=parameters, responses=answers)


def verb(name: str, tag: str, request: Any, answer: Any, codes: Codes, summary: str, text: str) -> Json:
    answers = {200: answer, **problems(*codes, ERASED, "stale", *KEYED)}
    parameters = [ID, IF_MATCH, IDEMPOTENCY_KEY, ETAG]
    return operation(name, tag, summary, text, request=request, parameters=parameters, responses=answers)


def deletion(name: str, tag: str, codes: Codes, text: str, *parameters: OpenApiParameter) -> Json:
    more = {
        "parameters": [ID, *parameters, IF_MATCH, NEW_VERSION],
        "responses": {**GONE, **problems(*codes, ERASED, "stale")},
    }
    return operation(name, tag, f"Delete a {tag.removesuffix('s')}", text, **more)
