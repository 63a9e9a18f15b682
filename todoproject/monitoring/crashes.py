"""What breaks is told to Sentry. Imported only where SENTRY_DSN is set.

An event says where in the code, at which route and under which request id. All else stays here: messages of exceptions,
too, because they quote what the caller sent (docs/decisions/0511-sentry-is-told-where-not-what.md).
"""

from __future__ import annotations

import sys
from typing import Any

import sentry_sdk
from django.core.signals import got_request_exception
from django.http import HttpRequest
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration

from todoproject.http.problems import is_outage
from todoproject.monitoring.request_log import METHODS, route_of

# The members that leave, at each level of an event. What a later version of the SDK adds does not.
EVENT = ("event_id", "timestamp", "level", "platform", "release", "environment", "server_name", "sdk")
TAGS = ("method", "route", "request_id")
EXCEPTION = ("type", "module")
MECHANISM = ("type", "handled", "exception_id", "parent_id")
FRAME = (
    *("filename", "abs_path", "module", "function", "lineno", "in_app"),
    *("pre_context", "context_line", "post_context"),
)
UNTOLD = "What it says is in the log, under the request_id."


def tell_sentry(dsn: str) -> None:
    """Nothing looks on while requests are answered; what SDK and Django offer together is left out."""
    sentry_sdk.init(
        dsn=dsn,
        before_send=what_may_leave,
        default_integrations=False,
        # For commands: purge and the like.
        integrations=[ExcepthookIntegration(), AtexitIntegration(callback=in_silence)],
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
    )
    got_request_exception.connect(tell, dispatch_uid="crashes")


def in_silence(pending: int, timeout: float) -> None:
    """The SDK would write to stderr that it waits."""


def tell(request: HttpRequest | None = None, **kwargs: object) -> None:
    """An outage of the database is no defect, and counted elsewhere."""
    exc = sys.exc_info()[1]
    if request is None or exc is None or is_outage(exc):
        return
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("method", request.method if request.method in METHODS else "other")
        scope.set_tag("route", route_of(request))
        scope.set_tag("request_id", getattr(request, "request_id", ""))
        scope.capture_exception(exc)


def what_may_leave(event: Any, hint: object) -> Any:
    exceptions = event.get("exception", {}).get("values", [])
    if not exceptions:
        return None
    return {
        **only(EVENT, event),
        "tags": only(TAGS, event.get("tags", {})),
        "exception": {"values": [exception_told(each) for each in exceptions]},
    }


def exception_told(exception: dict[str, Any]) -> dict[str, Any]:
    frames = (exception.get("stacktrace") or {}).get("frames", [])
    return {
        **only(EXCEPTION, exception),
        "value": UNTOLD,
        "mechanism": only(MECHANISM, exception.get("mechanism") or {}),
        "stacktrace": {"frames": [only(FRAME, frame) for frame in frames]},
    }


def only(names: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}
