"""Refusals of the application as DRF exceptions, which the host turns into problem documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework import exceptions

from todos.api.faults import fault
from todos.exceptions import Conflict, Full, Invalid, Missing, Refused, Stale, members_of
from todos.types import Json

STATUSES: dict[type[Refused], int] = {Conflict: 409, Full: 409, Stale: 412}


class RequestFailed(exceptions.APIException):
    """`extensions` are further members of the problem document."""

    def __init__(self, status: int, code: str, detail: str, **extensions: Any) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.extensions = extensions


class QueryInvalid(exceptions.ValidationError):
    """Faults of query parameters, by name."""

    location = "query"


class HeaderInvalid(exceptions.ValidationError):
    """Faults of request headers, by name."""

    location = "header"


def query_fault(name: str, code: str, detail: str, **params: Any) -> QueryInvalid:
    return QueryInvalid({name: [fault(code, detail, **params)]})


def translated(refusal: Refused, json_of: Callable[[UUID], Any]) -> exceptions.APIException:
    """The DRF exception for a refusal; `json_of` gives the JSON of a row that the client should look at."""
    if isinstance(refusal, Missing):
        return exceptions.NotFound()
    if isinstance(refusal, Invalid):
        return body_fault(refusal.pointer, refusal.code, refusal.detail)
    extensions: Json = {"current": json_of(refusal.uid) if refusal.uid else None}
    if refusal.pointer:
        where = {"pointer": refusal.pointer, "in": "body"}
        extensions["errors"] = [{**where, **members_of(refusal.code), "detail": refusal.detail}]
    return RequestFailed(STATUSES[type(refusal)], refusal.code, refusal.detail, **extensions)


def body_fault(pointer: str, code: str, detail: str) -> exceptions.ValidationError:
    faults: Any = [exceptions.ErrorDetail(detail, code)]
    for name in reversed(pointer.split("/")[1:]):
        faults = {name: faults}
    return exceptions.ValidationError(faults)
