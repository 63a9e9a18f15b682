"""/livez: the process answers. /readyz: what it needs is there too."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from betterauth_auth import status

DATABASE_SECONDS = 2
# The first probe after a start finds no keys yet; fetching them usually takes a fraction of this.
SIGNING_KEYS_SECONDS = 1

# A thread of its own, because a frozen database would hold the worker's thread for as long as it likes.
prober = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readyz")
probe: Future[bool] | None = None


class LivezMiddleware:
    """Answers before anything that could fail or refuse, the host check included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/livez":
            return JsonResponse({"status": "ok"})
        return self.get_response(request)


def readyz(request: HttpRequest) -> HttpResponse:
    parts = {"database": database_answers(), "signing_keys": signing_keys_are_known()}
    words = {name: "ok" if is_up else "down" for name, is_up in {"status": all(parts.values()), **parts}.items()}
    return JsonResponse(words, status=200 if all(parts.values()) else 503)


def database_answers() -> bool:
    global probe
    # While one probe is stuck, the next ones wait for that one: a queue of them would outlast the outage.
    if probe is None or probe.done():
        probe = prober.submit(select_one)
    try:
        return probe.result(timeout=DATABASE_SECONDS)
    except Exception:  # noqa: BLE001 - whatever is wrong with the database, the answer is the same
        return False


def select_one() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    finally:
        connection.close()


def signing_keys_are_known() -> bool:
    """Whether every issuer's keys are at hand; starts fetching those that are missing or old."""
    status.warm_up()
    patience_ends = time.monotonic() + SIGNING_KEYS_SECONDS
    while not (is_known := all_usable(status.key_sets())) and time.monotonic() < patience_ends:
        time.sleep(0.02)
    return is_known


def all_usable(key_sets: list[status.KeySetStatus]) -> bool:
    return bool(key_sets) and all(key_set.is_usable for key_set in key_sets)
