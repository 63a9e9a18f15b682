"""What the OpenAPI document says about the person, the summary, syncs and the calendar."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from todos.api.docs.answers import CalendarAddressAnswer
from todos.api.docs.codes import KEYED, problems
from todos.api.docs.parts import (
    CALENDAR_EXAMPLE,
    CURSOR,
    ERASED,
    ETAG,
    GONE,
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    NOT_MODIFIED,
    PAGE_SIZE,
    TZ,
    operation,
)
from todos.api.parameters import CALENDAR, Parameter


def filter_parameter(name: str, parameter: Parameter) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", **parameter.schema}, description=parameter.text)


GET_ME = operation("getMe", "me", "Who is signed in, and the settings")
PATCH_ME = operation(
    "patchMe",
    "me",
    "Change the settings",
    "The profile is the identity provider's. A new `time_zone` is a new version of every floating todo and of "
    "those with reminders.",
    responses=problems(ERASED, "stale"),
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
    "in `deleted`, for another 30 days. A change to equal values makes no version. Push with `POST /changes`.",
    parameters=[
        OpenApiParameter("since", {"type": "integer", "minimum": 0, "default": 0}, description="The version you have."),
        CURSOR,
        PAGE_SIZE,
        IF_NONE_MATCH,
        ETAG,
    ],
    responses={**NOT_MODIFIED, **problems("sync_too_old")},
)
PUSH_CHANGES = operation(
    "pushChanges",
    "sync",
    "Up to 200 changes, each for itself",
    "What a device has changed while it was alone: todos, lists, tags, views and settings, in the order in which it "
    "happened. One that is refused does not hold up the others, and each gets an answer: `applied`, `conflict` with "
    "the row in the way, or `rejected` with its faults. An id may occur several times; versions are compared with what "
    "was there before the push. Say what you started from by `base_version` or, field by field, by `base`: then only "
    "the same field, changed since, is a conflict; with `complete`, `reopen`, `skip` and `unskip`, `base` says which "
    "occurrence was seen by its `due_date`. What is as wanted already is applied and changes nothing, so a push "
    "whose answer was lost can be sent again; `move`, and `complete`, `reopen`, `skip` and `unskip` of what repeats, "
    "need a `base_version` or an `Idempotency-Key` for that. What is applied is committed together.",
    parameters=[PAGE_SIZE, IDEMPOTENCY_KEY],
    responses=problems("sync_too_old", ERASED, *KEYED),
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
