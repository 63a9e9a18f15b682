"""The database fails in the middle of a request: reads are tried once more, everything else is answered 503."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.core.signals import got_request_exception
from django.db import connection
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from todoproject.http.problems import RETRY_AFTER_SECONDS, is_outage
from todoproject.monitoring import metrics
from todoproject.postgresql.base import ConnectionLost

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
logger = logging.getLogger(__name__)


def note(request: HttpRequest, exc: BaseException | None) -> None:
    """Remembers that this request met a database failure, for the middleware that knows what to do about it."""
    if is_outage(exc):
        request.database_failure = exc  # type: ignore[attr-defined] # Django's request has no place of its own for it


@receiver(got_request_exception)
def note_uncaught(request: HttpRequest | None = None, **kwargs: object) -> None:
    """Whatever no view caught: the admin, a middleware, authentication."""
    if request is not None:
        note(request, sys.exc_info()[1])


def with_reads_repeated(request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    """The only place that runs a request again. Everything that queries is called by `get_response`."""
    response, failure = attempt(request, get_response)
    # Inside a test's transaction there is nothing to go back to.
    is_lost = isinstance(failure, ConnectionLost) and not connection.in_atomic_block
    if is_lost and request.method in SAFE_METHODS:
        metrics.count("database_reads_repeated_total")
        response, failure = attempt(request, get_response)
    if failure is None:
        return response
    metrics.count("database_unavailable_total")
    logger.warning("The database is out of reach.", extra={"reason": type(failure.__cause__ or failure).__name__})
    if response.status_code != 503:
        response = HttpResponse("The database is out of reach; try again.", status=503, content_type="text/plain")
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def attempt(request: HttpRequest, get_response: GetResponse) -> tuple[HttpResponse, Exception | None]:
    request.database_failure = None  # type: ignore[attr-defined] # set by note() and the API's exception handler
    response = get_response(request)
    failure = request.database_failure  # type: ignore[attr-defined] # the same
    if isinstance(failure, ConnectionLost) and not connection.in_atomic_block:
        connection.close()
    return response, failure


class DatabaseOutageMiddleware:
    """For pages. The API's gate does the same."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return with_reads_repeated(request, self.get_response)
