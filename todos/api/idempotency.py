"""A POST with an Idempotency-Key is carried out once; repeating it gives the answer that the first one got.

The claim is committed before the work, so that a twin sees it. The answer is committed together with the work, so
that there never is one without the other. An attempt that fails changes nothing and gives the key back.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from todos import clock
from todos.api.errors import HeaderInvalid, RequestFailed
from todos.models import IdempotencyKey

KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT = timedelta(hours=24)
# A request that runs longer than this is taken for dead.
RUNNING = timedelta(seconds=60)
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


def once(handler: Callable[..., HttpResponse], request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
    claim, is_new = claimed(request)
    if not is_new and claim.status is not None:
        return HttpResponse(bytes(claim.body), status=claim.status, headers=claim.headers)
    rows = IdempotencyKey.objects.filter(owner_id=claim.owner_id, key=claim.key, started_at=claim.started_at)
    try:
        with transaction.atomic():
            response = handler(request, *args, **kwargs)
            headers = {name: response[name] for name in KEPT_HEADERS if name in response}
            keep(rows, status=response.status_code, headers=headers, body=response.content)
    except Exception:
        rows.filter(status=None).delete()
        raise
    return response


def keep(rows: QuerySet[IdempotencyKey], **answer: Any) -> None:
    if not rows.update(**answer):
        # Another attempt took this one for dead and has the key now; our work must not count twice.
        raise still_running()


def claimed(request: Request) -> tuple[IdempotencyKey, bool]:
    """The row of this key, and whether the work is ours to do."""
    key = request.headers["Idempotency-Key"]
    if not KEY.fullmatch(key):
        detail = "An Idempotency-Key is 1 to 255 visible ASCII characters."
        raise HeaderInvalid({"Idempotency-Key": [ErrorDetail(detail, "invalid")]})
    owner_id, now = key_of(request), clock.now()
    claim = IdempotencyKey(owner_id=owner_id, key=key, request_hash=digest(request), started_at=now)
    try:
        with transaction.atomic():
            IdempotencyKey.objects.bulk_create([claim])
    except IntegrityError:
        return known(claim)
    return claim, True


def known(claim: IdempotencyKey) -> tuple[IdempotencyKey, bool]:
    rows = IdempotencyKey.objects.filter(owner_id=claim.owner_id, key=claim.key)
    old = rows.first()
    if old is None:
        raise still_running()
    age = claim.started_at - old.started_at
    if age > (RUNNING if old.status is None else KEPT):
        fresh = {"started_at": claim.started_at, "request_hash": claim.request_hash, "status": None}
        if not rows.filter(started_at=old.started_at).update(**fresh):
            raise still_running()
        return claim, True
    if old.request_hash != claim.request_hash:
        detail = "This Idempotency-Key was used for another request."
        raise RequestFailed(422, "idempotency_key_reused", detail)
    if old.status is None:
        raise still_running()
    return old, False


def key_of(request: Request) -> int:
    """The database key of the signed-in user."""
    key = request.user.pk
    assert key is not None, "nobody gets here without having signed in"  # noqa: S101 - for the types
    return key


def still_running() -> RequestFailed:
    return RequestFailed(409, "request_running", "A request with this Idempotency-Key is still running; try again.")


def digest(request: Request) -> str:
    parts = (request.method or "", request.get_full_path(), request.content_type)
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + request.body).hexdigest()
