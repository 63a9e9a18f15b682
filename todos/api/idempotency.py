"""A POST with an Idempotency-Key is carried out once; repeating it gives the answer that the first one got.

The claim is committed before the work, so that a twin sees it. The answer is committed together with the work, so
that there never is one without the other. An attempt that fails changes nothing and gives the key back.

An answer that is too long to keep is kept in short, with ids in the place of its rows; repeating it reads them anew.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

import orjson
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from todos import clock, conf
from todos.api.errors import HeaderInvalid, RequestFailed
from todos.api.faults import fault
from todos.exceptions import Code
from todos.models import IdempotencyKey
from todos.types import Json

KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT = timedelta(hours=24)
# A request that runs longer than this is taken for dead.
RUNNING = timedelta(seconds=60)
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
KEPT_BYTES = 65_536


class View(Protocol):
    """Says what is kept of a long answer, and makes it again from that."""

    def in_short(self, data: Json) -> Any: ...

    def repeated(self, brief: Any, status: int) -> HttpResponse: ...


def once(view: View, handler: Callable[..., HttpResponse], request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
    claim, is_new = claimed(request)
    if not is_new and claim.status is not None:
        if claim.brief is not None:
            return view.repeated(claim.brief, claim.status)
        return HttpResponse(bytes(claim.body), status=claim.status, headers=claim.headers)
    rows = IdempotencyKey.objects.filter(owner_id=claim.owner_id, key=claim.key, started_at=claim.started_at)
    try:
        with transaction.atomic():
            response = handler(request, *args, **kwargs)
            keep(rows, status=response.status_code, **kept(view, response))
    except Exception:
        rows.filter(status=None).delete()
        raise
    return response


def kept(view: View, response: HttpResponse) -> Json:
    """What is stored of an answer."""
    if len(response.content) > KEPT_BYTES:
        return {"brief": view.in_short(orjson.loads(response.content)), "body": b""}
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    return {"headers": headers, "body": response.content}


def in_short(data: Json) -> Any:
    """The answer with the ids of its rows in their place: of a single row, the id."""
    rows = {name: [row["id"] for row in data[name]] for name in ("results", "also") if name in data}
    if "results" in rows:
        return {**data, **rows}
    return {"id": data["id"], **rows} if rows else data["id"]


def keep(rows: QuerySet[IdempotencyKey], **answer: Any) -> None:
    if not rows.update(**answer):
        # Another attempt took this one for dead and has the key now; our work must not count twice.
        raise still_running()


def claimed(request: Request) -> tuple[IdempotencyKey, bool]:
    """The row of this key, and whether the work is ours to do."""
    key = request.headers["Idempotency-Key"]
    if not KEY.fullmatch(key):
        detail = "An Idempotency-Key is 1 to 255 visible ASCII characters."
        raise HeaderInvalid({"Idempotency-Key": [fault("invalid", detail, expected="idempotency key")]})
    owner_id, now = key_of(request), clock.now()
    claim = IdempotencyKey(owner_id=owner_id, key=key, request_hash=digest(request), started_at=now)
    try:
        with transaction.atomic():
            IdempotencyKey.objects.bulk_create([claim])
            require_room(claim)
    except IntegrityError:
        return known(claim)
    return claim, True


def require_room(claim: IdempotencyKey) -> None:
    limit = conf.quota("idempotency_keys")
    rows = IdempotencyKey.objects.filter(owner_id=claim.owner_id)
    if not limit or not is_beyond(limit, rows):
        return
    rows.filter(started_at__lt=claim.started_at - KEPT).delete()
    if is_beyond(limit, rows):
        # Not 429: clients send such a request again by themselves, and it may take a day until there is room.
        detail = f"You have used {limit:,} Idempotency-Keys within 24 hours. Send the request without one."
        raise RequestFailed(409, Code("too_many_keys", max=limit, hours=24), detail)


def is_beyond(limit: int, rows: QuerySet[IdempotencyKey]) -> bool:
    return rows[: limit + 1].count() > limit


def known(claim: IdempotencyKey) -> tuple[IdempotencyKey, bool]:
    rows = IdempotencyKey.objects.filter(owner_id=claim.owner_id, key=claim.key)
    old = rows.first()
    if old is None:
        raise still_running()
    age = claim.started_at - old.started_at
    if age > (RUNNING if old.status is None else KEPT):
        fresh = {"started_at": claim.started_at, "request_hash": claim.request_hash, "status": None, "brief": None}
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
    if request.user.pk is None:
        raise NotAuthenticated
    return request.user.pk


def still_running() -> RequestFailed:
    return RequestFailed(409, "request_running", "A request with this Idempotency-Key is still running; try again.")


def digest(request: Request) -> str:
    parts = (request.method or "", request.get_full_path(), request.content_type)
    made = hashlib.sha256("\n".join([*parts, ""]).encode())
    made.update(request.body)
    return made.hexdigest()
