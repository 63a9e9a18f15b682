"""/livez: the process answers. /readyz: what it needs is there too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from betterauth_auth import status

DATABASE_SECONDS = 2
# Anybody may ask, so what was found out is told again for a while instead of being found out again.
REMEMBER_SECONDS = 1

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


class Readiness:
    """What the last look found. One request at a time looks; the others are told what is known so far."""

    def __init__(self) -> None:
        self.looking = threading.Lock()
        self.looked_at = float("-inf")
        self.parts = {"database": False, "signing_keys": False}

    def current(self) -> dict[str, bool]:
        if time.monotonic() - self.looked_at > REMEMBER_SECONDS and self.looking.acquire(blocking=False):
            try:
                self.parts = {"database": database_answers(), "signing_keys": signing_keys_are_known()}
                self.looked_at = time.monotonic()
            finally:
                self.looking.release()
        return self.parts


readiness = Readiness()


def readyz(request: HttpRequest) -> HttpResponse:
    parts = readiness.current()
    words = {name: "ok" if is_up else "down" for name, is_up in {"status": all(parts.values()), **parts}.items()}
    return JsonResponse(words, status=200 if all(parts.values()) else 503)


def database_answers() -> bool:
    probe = prober.submit(select_one)
    try:
        return probe.result(timeout=DATABASE_SECONDS)
    except Exception:  # noqa: BLE001 - whatever is wrong with the database, the answer is the same
        # A queue of probes behind one that is stuck would outlast the outage.
        probe.cancel()
        return False


def select_one() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    finally:
        connection.close()


def signing_keys_are_known() -> bool:
    """Whether every issuer's keys are at hand. Missing or old ones are fetched meanwhile, for the next probe."""
    status.warm_up()
    key_sets = status.key_sets()
    return bool(key_sets) and all(key_set.is_usable for key_set in key_sets)
