"""Django's LOGGING: everything on stdout, as JSON or as plain lines."""

from __future__ import annotations


def logging_of(form: str, level: str, *, is_silent: bool, is_traced: bool) -> dict[str, object]:
    traced = {"trace_id": {"()": "todoproject.monitoring.tracing.TraceIdFilter"}} if is_traced else {}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "crashes_only": {"()": "todoproject.monitoring.request_log.CrashesOnlyFilter"},
            "route": {"()": "todoproject.monitoring.request_log.RouteFilter"},
            "request_id": {"()": "todoproject.monitoring.request_log.RequestIdFilter"},
            "without_traceback": {"()": "todoproject.monitoring.request_log.WithoutTracebackFilter"},
            **traced,
        },
        "formatters": {
            "json": {"()": "todoproject.monitoring.request_log.JSONFormatter"},
            "plain": {"format": "%(asctime)s %(levelname)-7s %(message)s [%(request_id)s]"},
        },
        "handlers": {
            "null": {"class": "logging.NullHandler"},
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": form,
                "filters": ["request_id", *traced],
            },
        },
        "root": {"handlers": ["null" if is_silent else "stdout"], "level": level},
        "loggers": {
            # Django's own handlers are replaced by the root's; its 4xx warnings repeat our request line.
            "django": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR", "filters": ["crashes_only", "route"]},
            # A scanner's made-up Host header is worth a line, not a traceback.
            "django.security.DisallowedHost": {"filters": ["without_traceback"]},
        },
    }
