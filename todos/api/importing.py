"""/me/import: takes back what /me/export gave, and what other products export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, Any, NamedTuple

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from todos import changes
from todos.api.base import OwnedViewSet
from todos.api.docs.transfer import IMPORT_ME, ImportAnswer
from todos.api.errors import QueryInvalid
from todos.api.faults import not_chosen
from todos.api.parameters import flag
from todos.api.records import ImportInput, records_in
from todos.changes import Report
from todos.exceptions import members_of
from todos.models import Account
from todos.notes import Note, Notes
from todos.transfer import json_text
from todos.transfer.foreign import google, icalendar, microsoft, todoist
from todos.transfer.foreign.drafts import Drafts
from todos.types import Json

OUTCOMES = ("new", "same", "different")
KINDS = ("settings", "lists", "tags", "todos", "completions", "views", "deleted")


class File(BaseParser):
    """The body as it is. What reads it bounds it, and tells where it is wrong."""

    def parse(  # type: ignore[override] # bytes
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return stream.read()


class JsonFile(File):
    media_type = "application/json"


class CalendarFile(File):
    media_type = "text/calendar"


class TableFile(File):
    media_type = "text/csv"


class Source(NamedTuple):
    media_type: str
    read: Callable[[bytes], Drafts] | None


SOURCES = {
    "todos": Source(JsonFile.media_type, None),
    "icalendar": Source(CalendarFile.media_type, icalendar.read),
    "todoist": Source(TableFile.media_type, todoist.read),
    "google": Source(JsonFile.media_type, google.read),
    "microsoft": Source(JsonFile.media_type, microsoft.read),
}


class ImportView(OwnedViewSet):
    model = Account
    serializer_class = ImportAnswer
    pagination_class = None
    parser_classes = [JsonFile, CalendarFile, TableFile]
    parameters = {"create": frozenset({"dry_run", "from"})}

    @classmethod
    def as_view(cls, **options: Any) -> Any:  # type: ignore[override] # the methods of a single address are fixed
        return super().as_view({"post": "create"}, **options)

    @extend_schema(**IMPORT_ME, request={"application/json": ImportInput, "text/calendar": str, "text/csv": str})
    def create(self, request: Request) -> HttpResponse:
        is_dry_run = flag(request, "dry_run")
        document, notes = self.document_in(request)
        report = changes.bring_in(self.writer, records_in(document), notes, is_dry_run=is_dry_run)
        return self.json_response(report_json(report, is_dry_run=is_dry_run))

    def document_in(self, request: Request) -> tuple[Any, Notes]:
        """As ours, and what of another product's file is not in it."""
        name = request.query_params.get("from", "todos")
        if name not in SOURCES:
            raise QueryInvalid({"from": not_chosen([*SOURCES]).detail})
        source = SOURCES[name]
        body: Any = request.data
        if not request.content_type.lower().startswith(source.media_type):
            raise UnsupportedMediaType(request.content_type)
        if source.read is None:
            return json_text.load(body or b""), Notes()
        drafts = source.read(body or b"")
        return drafts.document(), drafts.notes


def note_json(note: Note) -> Json:
    return {"place": note.place, **members_of(note.code), "detail": note.detail}


def report_json(report: Report, *, is_dry_run: bool) -> Json:
    counts = {kind: {name: report.counts[kind][name] for name in OUTCOMES} for kind in KINDS}
    return {
        "dry_run": is_dry_run,
        **counts,
        "displaced": report.displaced,
        "sample": report.sample,
        "left_alone": [{"kind": named.kind, "id": named.uid} for named in report.left_alone],
        "notes": [note_json(note) for note in report.notes.first],
        "note_count": report.notes.count,
        "version": report.version,
    }
