"""ETags: which version a caller has, and which it insists on."""

from __future__ import annotations

import re

from rest_framework.request import Request

from todos.api.errors import HeaderInvalid
from todos.api.faults import fault
from todos.changes import Put

ETAGS = re.compile(r'(W/)?"[^"]*"(\s*,\s*(W/)?"[^"]*")*')
STRONG_VERSION = re.compile(r'(?<!W/)"([0-9]{1,18})"')


def etag(version: int) -> str:
    return f'"{version}"'


def accepted_versions(request: Request, body_version: int | None) -> frozenset[int] | None:
    """The versions in which the caller wants to find the row, from If-Match and the body; None if any will do."""
    header = request.META.get("HTTP_IF_MATCH", "*").strip()
    if header != "*" and not ETAGS.fullmatch(header):
        detail = 'Send the ETag as it came, with its quotes: If-Match: "7".'
        raise HeaderInvalid({"If-Match": [fault("invalid", detail, expected="etag")]})
    versions = None if header == "*" else frozenset(int(number) for number in STRONG_VERSION.findall(header))
    if body_version is None:
        return versions
    return frozenset({body_version}) if versions is None else versions & {body_version}


def insists_on_creating(request: Request) -> bool:
    return request.META.get("HTTP_IF_NONE_MATCH", "").strip() == "*"


def insists_on_changing(request: Request) -> bool:
    return request.META.get("HTTP_IF_MATCH", "").strip() == "*"


def put_of(request: Request) -> Put:
    """What a PUT insists on."""
    if insists_on_changing(request):
        return Put.CHANGING
    return Put.CREATING if insists_on_creating(request) else Put.NOTHING


def is_known(request: Request, tag: str) -> bool:
    """Whether the caller already has what this ETag stands for."""
    header = request.META.get("HTTP_IF_NONE_MATCH", "").strip()
    if not header:
        return False
    return header == "*" or tag in {entry.strip().removeprefix("W/") for entry in header.split(",")}
