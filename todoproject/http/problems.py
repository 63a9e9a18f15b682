"""Every error of the API as an RFC 9457 problem document, whoever raised it."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any, cast

from django.conf import settings
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as drf_exception_handler

from todoproject.http.json_io import dump
from todoproject.http.paths import is_api
from todos.exceptions import MAX_FAULTS, Code, members_of

CONTENT_TYPE = "application/problem+json"
# One text for every refused token: the reason is in the log. The second sentence is for the commonest mistake.
UNAUTHENTICATED = (
    "Send a valid Better Auth token as `Authorization: Bearer <JWT>`. "
    "The token comes from /api/auth/token; a session cookie or session token is not one."
)
# What each status is called in `code` when nothing more exact is known, and what it means to the caller.
OUTCOMES = {
    400: ("bad_request", "The request could not be understood."),
    401: ("unauthenticated", UNAUTHENTICATED),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing here that you can see."),
    405: ("method_not_allowed", "This address does not take this method; see the Allow header."),
    406: ("not_acceptable", "The answer is only available as application/json."),
    411: ("length_required", "Send the body with a Content-Length header."),
    413: ("too_large", "The body is larger than this service accepts."),
    414: ("uri_too_long", "The address is too long."),
    415: ("unsupported_media_type", "Send the body as application/json."),
    429: ("throttled", "Too many requests; wait for as long as Retry-After says."),
    500: ("internal_error", "Something broke on our side. Quote the request_id when you report it."),
    503: (
        "unavailable",
        "A service we depend on is out of reach. Nothing is wrong with your request; try again.",
    ),
}
RETRY_AFTER_SECONDS = "5"
# Names of members come from the caller and are told in pointers; some texts of DRF repeat a value.
MAX_NAME, MAX_DETAIL = 64, 300
MAX_BYTES = 64_000
# SQLSTATE of a table, schema or column that is not there, and of a right.
MISSING = frozenset({"42P01", "3F000", "42703", "42501"})


def problem(
    status: int, request: HttpRequest, *, code: str = "", detail: str = "", **members: object
) -> dict[str, object]:
    """The problem document for one answer; code and detail default to the status's own."""
    default_code, default_detail = OUTCOMES.get(status, ("error", "The request failed."))
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or default_detail,
        **members_of(code or default_code),
        "request_id": getattr(request, "request_id", ""),
        **members,
    }


def is_outage(exc: BaseException | None) -> bool:
    """Whether it is the database that failed, and not the request or our code."""
    if isinstance(exc, ProgrammingError):
        # Better Auth's table may be dropped, altered or closed to us while we run. Of ours it would be a fault of ours.
        is_missing = getattr(exc.__cause__, "sqlstate", None) in MISSING
        return is_missing and bool(settings.BETTER_AUTH.get("USER_TABLE"))
    return isinstance(exc, OperationalError | InterfaceError)


class Unavailable(exceptions.APIException):
    status_code = 503
    default_code, default_detail = OUTCOMES[503]
    wait = int(RETRY_AFTER_SECONDS)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler with a problem document for a body. An exception may carry `extensions` for that document."""
    if is_outage(exc):
        context["request"]._request.database_failure = exc
        exc = Unavailable()
    response = drf_exception_handler(exc, context)
    if response is None:
        return None
    members = dict(getattr(exc, "extensions", {}))
    code = detail = ""
    if isinstance(exc, exceptions.ValidationError):
        where = getattr(exc, "location", "body")
        found = [{"pointer": pointer, "in": where, **fault} for pointer, fault in listed(exc.get_full_details())]
        # What a client shows that looks at nothing else.
        code, detail, members["errors"] = "invalid", found[0]["detail"], found
    elif isinstance(exc, exceptions.APIException) and response.status_code not in {401, 404, 405, 406, 415}:
        code = cast("str", exc.get_codes())
        # A code says one thing, whoever answers with it.
        detail = "" if code == OUTCOMES.get(response.status_code, ("",))[0] else str(exc.detail)
    request = context["request"]
    response.data = bounded(
        problem(response.status_code, getattr(request, "_request", request), code=code, detail=detail, **members)
    )
    response.content_type = CONTENT_TYPE
    return response


def bounded(document: dict[str, object]) -> dict[str, object]:
    """Without the row, and saying so, if that makes it too long: half a row could be taken for the whole one."""
    if document.get("current") and len(dump(document)) > MAX_BYTES:
        return {**document, "current": None, "current_is_too_long": True}
    return document


def listed(details: object) -> list[tuple[str, dict[str, Any]]]:
    """As many faults as one answer holds, and whether there are more."""
    found = list(islice(faults(details), MAX_FAULTS + 1))
    if len(found) > MAX_FAULTS:
        code, text = Code("more_faults", max=MAX_FAULTS), f"There are more faults than these {MAX_FAULTS}."
        more = {**members_of(code), "detail": text}
        found[MAX_FAULTS:] = [("", more)]
    return found


def faults(details: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each leaf of DRF's nested error details with the JSON Pointer (RFC 6901) of the value it is about."""
    if isinstance(details, dict):
        if isinstance(details.get("message"), str):
            yield pointer, {**members_of(details["code"]), "detail": details["message"][:MAX_DETAIL]}
            return
        for key, value in details.items():
            if key == api_settings.NON_FIELD_ERRORS_KEY:
                yield from faults(value, pointer)
            else:
                yield from faults(value, f"{pointer}/{name_of(key)}")
        return
    for index, value in enumerate(details):
        is_leaf = isinstance(value, dict) and isinstance(value.get("message"), str)
        yield from faults(value, pointer if is_leaf else f"{pointer}/{index}")


def name_of(key: object) -> str:
    """One part of a pointer. A name that is longer than any of ours is cut, and ends in an ellipsis."""
    name = str(key)
    if len(name) > MAX_NAME:
        name = f"{name[: MAX_NAME - 1]}…"
    return name.replace("~", "~0").replace("/", "~1")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django looks for a page first, and not finding it leaves the request, body and all, to the collector."""
    return HttpResponse(status=400) if is_api(request) else defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Likewise."""
    return HttpResponse(status=404) if is_api(request) else defaults.page_not_found(request, exception)


def as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Gives errors that were made outside DRF the same form: router, hosts, limits, crashes."""
    if response.status_code >= 400 and response.headers.get("Content-Type") != CONTENT_TYPE:
        response.content = dump(problem(response.status_code, request))
        response.headers["Content-Type"] = CONTENT_TYPE
        response.headers["Content-Length"] = str(len(response.content))
    return response
