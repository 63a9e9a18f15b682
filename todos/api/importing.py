"""/me/import: takes back what /me/export gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from todos import changes
from todos.api.base import OwnedViewSet
from todos.api.docs.transfer import IMPORT_ME, ImportAnswer
from todos.api.parameters import flag
from todos.api.records import ImportInput, records_in
from todos.changes import Report
from todos.models import Account
from todos.transfer import json_text
from todos.types import Json

OUTCOMES = ("new", "same", "different")
KINDS = ("settings", "lists", "tags", "todos", "completions", "views", "deleted")


class JsonFile(BaseParser):
    """The body as it is. What reads it bounds it, and tells where it is wrong."""

    media_type = "application/json"

    def parse(  # type: ignore[override] # bytes
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return stream.read()


class ImportView(OwnedViewSet):
    model = Account
    serializer_class = ImportAnswer
    pagination_class = None
    parser_classes = [JsonFile]
    parameters = {"create": frozenset({"dry_run"})}

    @classmethod
    def as_view(cls, **options: Any) -> Any:  # type: ignore[override] # the methods of a single address are fixed
        return super().as_view({"post": "create"}, **options)

    @extend_schema(**IMPORT_ME, request=ImportInput)
    def create(self, request: Request) -> HttpResponse:
        is_dry_run = flag(request, "dry_run")
        body: Any = request.data
        records = records_in(json_text.load(body or b""))
        report = changes.bring_in(self.writer, records, is_dry_run=is_dry_run)
        return self.json_response(report_json(report, is_dry_run=is_dry_run))


def report_json(report: Report, *, is_dry_run: bool) -> Json:
    counts = {kind: {name: report.counts[kind][name] for name in OUTCOMES} for kind in KINDS}
    return {
        "dry_run": is_dry_run,
        **counts,
        "displaced": report.displaced,
        "sample": report.sample,
        "left_alone": [{"kind": named.kind, "id": named.uid} for named in report.left_alone],
        "version": report.version,
    }
