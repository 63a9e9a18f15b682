"""Where Better Auth tells what has become of a person. The senders learn the outcome, the log the reason."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from urllib.parse import parse_qsl

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from betterauth_auth import counters
from betterauth_auth.events import ledger
from betterauth_auth.events import neon as neon_auth
from betterauth_auth.events.people import make_person
from betterauth_auth.events.refusal import EventRefused
from betterauth_auth.events.rules import LOGOUT, NEON, PLUGIN
from betterauth_auth.events.tokens import senders, told_by_logout, told_by_plugin
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable

logger = logging.getLogger(__name__)
# A token of the largest size, in a form; what Neon tells of a user is smaller.
MAX_BODY_BYTES = 64 * 1024
RETRY_SECONDS = 5
Accept = Callable[[HttpRequest, bytes], HttpResponse]


def heard_from(sender: str) -> Callable[[Accept], Callable[[HttpRequest], HttpResponse]]:
    """A view that hands over a bounded body, and makes of whatever goes wrong what the sender acts on."""

    def decorated(accept: Accept) -> Callable[[HttpRequest], HttpResponse]:
        # Who sends this has no cookie of ours; and what is noted must stay, whatever comes after.
        @csrf_exempt
        @require_POST
        @transaction.non_atomic_requests
        @wraps(accept)
        def view(request: HttpRequest) -> HttpResponse:
            response = answered(request, sender, accept)
            response["Cache-Control"] = "no-store"
            return response

        return view

    return decorated


def answered(request: HttpRequest, sender: str, accept: Accept) -> HttpResponse:
    try:
        if not senders(sender):
            raise Http404
        return accept(request, body_of(request))
    except EventRefused as exc:
        return refused(exc.reason, exc.status)
    except InvalidToken as exc:
        return refused(exc.reason)
    except KeysUnavailable as exc:
        return unavailable(exc.reason, exc.retry_after_seconds)
    except ImproperlyConfigured:
        return unavailable("configuration", 60)
    except DatabaseError as exc:
        return unavailable(type(exc).__name__, RETRY_SECONDS)


def refused(reason: str, status: int = 400) -> HttpResponse:
    counters.count_event(reason)
    logger.warning("An event was refused: %s.", reason, extra={"reason": reason})
    return JsonResponse({"error": "invalid_request"}, status=status)


def unavailable(reason: str, seconds: float) -> HttpResponse:
    counters.count_event("unavailable")
    logger.warning("An event has to come again: %s.", reason, extra={"reason": reason})
    return JsonResponse({"error": "temporarily_unavailable"}, status=503, headers={"Retry-After": str(int(seconds))})


def body_of(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        raise EventRefused("no_length", 411)
    if int(length) > MAX_BODY_BYTES:
        raise EventRefused("too_large", 413)
    try:
        return request.read(MAX_BODY_BYTES + 1)
    except UnreadablePostError as exc:
        raise EventRefused("cut_short") from exc


@heard_from(PLUGIN)
def plugin(request: HttpRequest, body: bytes) -> HttpResponse:
    """The body is the token. Heard again, it is acknowledged again."""
    ledger.take(told_by_plugin(body.decode("latin-1").strip()))
    counters.count_event("taken")
    return HttpResponse(status=204)


@heard_from(LOGOUT)
def logout(request: HttpRequest, body: bytes) -> HttpResponse:
    try:
        fields = parse_qsl(body.decode("ascii"), strict_parsing=True, max_num_fields=10)
    except ValueError as exc:
        raise EventRefused("malformed_form") from exc
    tokens = [value for name, value in fields if name == "logout_token"]
    if len(tokens) != 1:
        raise EventRefused("no_logout_token")
    # It is sent once; who sends it again has it from somewhere.
    if not ledger.take(told_by_logout(tokens[0])):
        raise EventRefused("replayed")
    counters.count_event("taken")
    return HttpResponse(status=204)


@heard_from(NEON)
def neon(request: HttpRequest, body: bytes) -> HttpResponse:
    """Nothing is noted of these: the same event gets the same answer, and makes nobody twice."""
    webhook = neon_auth.verified(request.headers, body)
    if neon_auth.makes_user(webhook):
        make_person(webhook)
    counters.count_event("taken")
    return JsonResponse(neon_auth.answer_to(webhook))
