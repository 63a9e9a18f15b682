"""A request id for every request one log line and one count, without a word of what the user sent."""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TypedDict

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from todoproject.http.json_io import dump
from todoproject.monitoring import metrics

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
SAFE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# What a record may carry beside its message. Anything else given as `extra` stays out of the log.
FIELDS = ("method", "route", "status", "milliseconds", "reason", "issuer", "kid", "owner", "seconds", "trace_id")
ANSWERED_BY_MIDDLEWARE = frozenset({"/livez", "/metrics"})

# Our lines name neither thread nor process, and finding out takes as long as writing one.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")
logger = logging.getLogger(__name__)


class RequestLogMiddleware:
    """Outermost: takes or makes the request id, times the answer, echoes the id and writes the line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        inbound = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = inbound if SAFE_REQUEST_ID.fullmatch(inbound) else new_request_id()
        request.request_id = request_id  # type: ignore[attr-defined] # Django's request has no place of its own for it
        reset = current_request_id.set(request_id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            self.write_line(request, response, time.perf_counter() - started)
            return response
        finally:
            current_request_id.reset(reset)

    def write_line(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        fields: Fields = {
            "method": request.method,
            "route": route_of(request),
            "status": response.status_code,
            "milliseconds": round(seconds * 1000, 1),
        }
        if logger.isEnabledFor(logging.INFO):
            logger.handle(RequestRecord(fields))
        if not settings.METRICS_TOKEN:
            return
        # A made-up method must not make up a series.
        labels = {"method": request.method if request.method in METHODS else "other", "route": fields["route"]}
        metrics.count("requests_total", **labels, status=response.status_code)
        metrics.observe("request_seconds", seconds, **labels)


def new_request_id() -> str:
    # A name and no secret, so it need not come from the operating system.
    return f"{random.getrandbits(128):032x}"


class Fields(TypedDict):
    method: str | None
    route: str
    status: int
    milliseconds: float


class RequestRecord(logging.LogRecord):
    """One for each request. Any other record finds out first where in the source and in which thread it was made."""

    common = vars(logging.LogRecord(logger.name, logging.INFO, "", 0, "", (), None))

    def __init__(self, fields: Fields) -> None:
        now = time.time()
        line = f"{fields['method']} {fields['route']} {fields['status']} {fields['milliseconds']:.1f} ms"
        vars(self).update(self.common, created=now, msecs=now * 1000 % 1000 // 1, msg=line, **fields)


def route_of(request: HttpRequest) -> str:
    """The address as the router has it, so that no id makes a name of its own."""
    if request.resolver_match:
        return f"/{request.resolver_match.route}"
    if request.path_info in ANSWERED_BY_MIDDLEWARE:
        return request.path_info
    return settings.STATIC_URL if request.path.startswith(settings.STATIC_URL) else "(none)"


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
        return True


class CrashesOnlyFilter(logging.Filter):
    """Django reports every 5xx as an error. A 503 is somebody else's outage, and our own lines say which."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", 500) != 503


class RouteFilter(logging.Filter):
    """Django names the address of a request that crashed, and one of ours is a secret: the route is told instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None and isinstance(record.args, tuple):
            record.args = tuple(route_of(request) if part == request.path else part for part in record.args)
        return True


class WithoutTracebackFilter(logging.Filter):
    """For what the caller did wrong: a line that says what, and no stack of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


class JSONFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", ""),
        }
        given = vars(record)
        line.update({name: given[name] for name in FIELDS if name in given})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return dump(line).decode()
