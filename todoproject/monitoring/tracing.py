"""One span for each request, sent to OpenTelemetry's collector. Imported only where OTEL_EXPORTER_OTLP_ENDPOINT is set.

It tells the route, the status and what the database took, and of what the caller sent nothing but the request id
(docs/decisions/0510-one-span-for-a-request.md).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, partial
from multiprocessing.util import Finalize
from threading import Thread
from typing import Any, TypeVar

from django.conf import settings
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from todoproject.monitoring.request_log import METHODS, route_of

# Asked every few seconds by machines.
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
# What has not been sent when a worker is told to stop gets this long. A collector may be as good as gone.
LAST_SECONDS = 2
# What psycopg waits for besides: switches of the connection, and the ends of a pipeline, whose statements count.
NO_STATEMENTS = frozenset({"_set_autocommit_gen", "_enter_gen", "_exit_gen"})

Answer = TypeVar("Answer")


class Database:
    """What it has taken so far for one request."""

    __slots__ = ("seconds", "statements")

    def __init__(self) -> None:
        self.statements, self.seconds = 0, 0.0


current: ContextVar[Database | None] = ContextVar("current", default=None)


class TracingMiddleware:
    """Around all others, so that the line in the log has the id of the trace."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.tracer = provider().get_tracer("todoproject")
        connection_created.connect(watch, dispatch_uid="tracing")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in PROBES:
            return self.get_response(request)
        reset = current.set(database := Database())
        try:
            # An exception's message may hold anything.
            with self.tracer.start_as_current_span(
                "request",
                context=parent_of(request),
                kind=trace.SpanKind.SERVER,
                record_exception=False,
                set_status_on_exception=False,
            ) as span:
                response = self.get_response(request)
                describe(span, request, response, database)
                return response
        finally:
            current.reset(reset)


def parent_of(request: HttpRequest) -> Context:
    """Whoever names the parent decides that the request is recorded, so a stranger's word is not heard."""
    if not settings.TRACEPARENT_TRUSTED:
        return Context()
    return TraceContextTextMapPropagator().extract({"traceparent": request.META.get("HTTP_TRACEPARENT", "")}, Context())


def describe(span: trace.Span, request: HttpRequest, response: HttpResponse, database: Database) -> None:
    """The first three by the names that OpenTelemetry gives them."""
    method, route = request.method if request.method in METHODS else "_OTHER", route_of(request)
    span.update_name(f"{method} {route}")
    span.set_attributes(
        {
            "http.request.method": str(method),
            "http.route": route,
            "http.response.status_code": response.status_code,
            "todo.request_id": request.request_id,  # type: ignore[attr-defined] # given by RequestLogMiddleware
            "todo.database.statements": database.statements,
            "todo.database.seconds": round(database.seconds, 6),
        }
    )
    if response.status_code >= 500:
        span.set_status(trace.StatusCode.ERROR)


def watch(connection: Any, **kwargs: object) -> None:
    """On PostgreSQL the waits for its answers are counted, because statements that run often use no cursor (0804)."""
    if connection.vendor == "postgresql":
        connection.connection.wait = partial(timed, connection.connection.wait)
    elif timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(timed)


def timed(wait: Callable[..., Answer], what: Any, *arguments: Any, **options: Any) -> Answer:
    """Of a statement's SQL, or psycopg's generator that sends one and yields until its answer is there."""
    database, started = current.get(), time.perf_counter()
    try:
        return wait(what, *arguments, **options)
    finally:
        if database is not None:
            database.statements += getattr(what, "__name__", "") not in NO_STATEMENTS
            database.seconds += time.perf_counter() - started


@cache
def provider() -> TracerProvider:
    """The one of this process: its thread that sends would not survive a fork. OTEL_… variables say the rest."""
    made = TracerProvider(shutdown_on_exit=False)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    # Workers end as children of multiprocessing do: this is called then, and atexit's functions are not.
    Finalize(None, send_the_last, (made,), exitpriority=0)
    return made


def send_the_last(made: TracerProvider) -> None:
    sending = Thread(target=made.shutdown, daemon=True)
    sending.start()
    sending.join(LAST_SECONDS)


class TraceIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            record.trace_id = trace.format_trace_id(context.trace_id)
        return True
