"""Rate limits: per user, and per address for whoever is not signed in.

Counts live in the default cache. With the local-memory cache each process counts for itself, so a user gets up to
WEB_WORKERS times the limit; with REDIS_URL set, the count is one and exact, and while Redis is out of reach each
process counts for itself. Windows are fixed: around a window's end a caller can spend two quotas in quick succession.
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import BaseCache, cache, caches
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from betterauth_auth.tokens import VerifiedToken
from todoproject.http import fairness
from todoproject.http.addresses import client_address, networks_of
from todoproject.monitoring import metrics

WINDOW_SECONDS = 60
# Names in the request's environ.
BUDGET = "todoproject.rate_budget"
WORKS_FOR = "todoproject.works_for"
# A /48 holds 65,536 networks of one host each, and may be one household's or a hoster's with many customers.
SITE_QUOTAS = 8
# A shared cache that hangs would otherwise cost every request its timeout.
LOCAL_SECONDS = 5

_shared_again_at = 0.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Budget:
    """What is left of one caller's quota in the present window; below zero it is overdrawn."""

    policy: str
    quota: int
    remaining: int
    reset_seconds: int

    @property
    def is_overdrawn(self) -> bool:
        return self.remaining < 0

    def write_headers(self, response: HttpResponse) -> None:
        response.headers["RateLimit-Policy"] = f'"{self.policy}";q={self.quota};w={WINDOW_SECONDS}'
        response.headers["RateLimit"] = f'"{self.policy}";r={max(self.remaining, 0)};t={self.reset_seconds}'
        if response.status_code == 429:
            response.headers["Retry-After"] = str(self.reset_seconds)


def spend(policy: str, quota: int, who: str) -> Budget | None:
    """Count one request of this caller. None when the policy is off."""
    if not quota:
        return None
    window, elapsed = divmod(time.time(), WINDOW_SECONDS)
    digest = hashlib.sha256(who.encode(errors="surrogatepass")).hexdigest()[:32]
    key = f"rate:{policy}:{int(window)}:{digest}"
    return Budget(policy, quota, quota - increment_anywhere(key), math.ceil(WINDOW_SECONDS - elapsed))


def increment_anywhere(key: str) -> int:
    """In the shared cache; where that fails, in this process, and for a while without asking it again."""
    global _shared_again_at
    if time.monotonic() >= _shared_again_at:
        try:
            return increment(cache, key)
        except Exception as exc:  # noqa: BLE001 - every backend has exceptions of its own, and none may stop the API
            _shared_again_at = time.monotonic() + LOCAL_SECONDS
            logger.warning("The cache failed, this process counts for itself: %s", type(exc).__name__)
    return increment(caches["local"], key)


def increment(store: BaseCache, key: str) -> int:
    try:
        return store.incr(key)
    except ValueError:
        # The first of this window. Another first one may come in between, so this one counts like any other.
        store.add(key, 0, timeout=2 * WINDOW_SECONDS)
        return store.incr(key)


class TooManyAtOnce(APIException):
    status_code = 429
    default_code = "too_many_at_once"
    default_detail = "Too many of your requests are being worked on; send this one again in a second, or one by one."
    wait = 1


class UserThrottle(BaseThrottle):
    """Runs in DRF, after authentication; leaves on the request what the middleware needs to know in the end."""

    budget: Budget | None = None

    def allow_request(self, request: Request, view: object) -> bool:
        person = name_of(request)
        if not person:
            return True
        self.budget = spend("user", settings.RATE_LIMIT_USER, person)
        meta = request.META
        meta[BUDGET] = self.budget
        if self.budget is not None and self.budget.remaining < 0:
            return False
        begin_work(meta, person)
        return True

    def wait(self) -> float | None:
        return self.budget.reset_seconds if self.budget else None


def begin_work(meta: dict[str, Any], person: str) -> None:
    # Without the middleware nobody would end it. A read that is run again, because its connection died, has begun.
    if meta.get(WORKS_FOR) != "":
        return
    if not fairness.enter(person):
        metrics.count("too_many_at_once_total")
        raise TooManyAtOnce
    meta[WORKS_FOR] = person


def name_of(request: Request) -> str:
    """Tells users apart, those with a token without asking the database who they are here; nothing for nobody."""
    token = request.auth
    if isinstance(token, VerifiedToken):
        return f"{token.identity_issuer}|{token.subject}"
    return str(request.user.pk) if request.user.is_authenticated else ""


def within_rate(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The answer with RateLimit headers, or 429. Callers that are not signed in are counted by address.

    A request with a good token is never charged to its address: a neighbour behind the same NAT can't lock it out.
    """
    budget = None if "HTTP_AUTHORIZATION" in request.META else spend_address(request)
    is_overdrawn = budget is not None and budget.is_overdrawn
    response = HttpResponse(status=429) if is_overdrawn else within_share(request, get_response)
    if budget is None and BUDGET not in request.META:
        # Nobody was recognised: a refused token, another scheme, keys out of reach, no such address.
        budget = spend_address(request)
        if budget is not None and budget.is_overdrawn:
            response = HttpResponse(status=429)
    budget = budget or request.META.get(BUDGET)
    if budget:
        budget.write_headers(response)
    return response


def within_share(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The answer, made in the place that `begin_work` took. One that is streamed is made until it is closed."""
    request.META[WORKS_FOR] = ""
    try:
        response: Any = get_response(request)
        if response.streaming:
            response.streaming_content = Held(iter(response), request.META[WORKS_FOR])
            request.META[WORKS_FOR] = ""
        return response
    finally:
        if person := request.META[WORKS_FOR]:
            fairness.leave(person)


class Held:
    """What is streamed while a place is taken. It is given back when the answer is closed, or dropped unclosed."""

    def __init__(self, pieces: Iterator[bytes], person: str) -> None:
        self.pieces = pieces
        self.person = person

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces

    def close(self) -> None:
        if self.person:
            fairness.leave(self.person)
            self.person = ""

    __del__ = close


def spend_address(request: HttpRequest) -> Budget | None:
    return spend_networks("address", settings.RATE_LIMIT_ADDRESS, request)


def spend_networks(policy: str, quota: int, request: HttpRequest) -> Budget | None:
    """Count one request of each network that its caller may control. The budget that has the least left."""
    narrowest, *wider = networks_of(client_address(request))
    tightest = spend(policy, quota, narrowest)
    for network in wider:
        # What is refused anyway must not use up the quota of the caller's neighbours.
        if tightest is None or tightest.is_overdrawn:
            break
        budget = spend(f"{policy}/48", SITE_QUOTAS * quota, network)
        if budget is not None and budget.remaining < tightest.remaining:
            tightest = budget
    return tightest
