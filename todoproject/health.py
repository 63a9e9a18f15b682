"""/livez: the process answers. /readyz: what it needs is there too."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

DATABASE_SECONDS = 2

# A thread of its own, because a frozen database would hold the worker's thread for as long as it likes.
prober = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readyz")


class LivezMiddleware:
    """Answers before anything that could fail or refuse, the host check included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/livez":
            return JsonResponse({"status": "ok"})
        return self.get_response(request)


def readyz(request: HttpRequest) -> HttpResponse:
    parts = {"database": "ok" if database_answers() else "down"}
    is_ready = set(parts.values()) == {"ok"}
    return JsonResponse({"status": "ok" if is_ready else "down", **parts}, status=200 if is_ready else 503)


def database_answers() -> bool:
    try:
        return prober.submit(select_one).result(timeout=DATABASE_SECONDS)
    except Exception:  # noqa: BLE001 - whatever is wrong with the database, the answer is the same
        return False


def select_one() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    finally:
        connection.close()
