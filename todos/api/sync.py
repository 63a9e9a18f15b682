"""/changes: everything above a version, page by page, so that a client can keep a copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db.models import BigIntegerField, DateTimeField
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from todos import clock
from todos.api import tables
from todos.api.base import OwnedViewSet
from todos.api.docs import account as operations
from todos.api.docs.answers import ChangesAnswer
from todos.api.docs.parts import answered
from todos.api.errors import RequestFailed, query_fault
from todos.api.me import INBOX, SETTINGS, account_of, settings_json, with_lists
from todos.api.pagination import absolute, seal, size_of, unseal
from todos.compiled.shapes import Given
from todos.models import Account, List, Tag, Todo, Tombstone, View
from todos.models.expressions import zone_of
from todos.models.owned import Owner
from todos.reading import Cursor, Cut, Query, Table
from todos.types import Json, RowSet

VERSION = BigIntegerField()
COLUMNS = ("version", "purged_version", "settings_version", *SETTINGS, INBOX)


class Kind(NamedTuple):
    name: str
    rows: Callable[[Owner, Given], RowSet]
    table: Table


def lists(owner: Owner, given: Given) -> RowSet:
    return List.objects.owned_by(owner).with_open_count(owner.pk, given("now", DateTimeField()))


def tags(owner: Owner, given: Given) -> RowSet:
    return Tag.objects.owned_by(owner).with_open_count(owner.pk, given("now", DateTimeField()))


def todos(owner: Owner, given: Given) -> RowSet:
    return Todo.objects.owned_by(owner).with_references(owner.pk, zone_of(owner.pk))


def views(owner: Owner, given: Given) -> RowSet:
    return View.objects.owned_by(owner)


def tombstones(owner: Owner, given: Given) -> RowSet:
    return Tombstone.objects.owned_by(owner)


KINDS = (
    # First, so that a row that came back is not deleted by an older tombstone.
    Kind("deleted", tombstones, tables.TOMBSTONE),
    Kind("lists", lists, tables.LIST),
    Kind("tags", tags, tables.TAG),
    Kind("views", views, tables.VIEW),
    Kind("todos", todos, tables.TODO),
)


def news_of(kind: Kind) -> Callable[[Owner, Given], RowSet]:
    def rows(owner: Owner, given: Given) -> RowSet:
        return kind.rows(owner, given).filter(version__gt=given("since", VERSION), version__lte=given("upto", VERSION))

    return rows


class ChangesView(OwnedViewSet):
    model = Account
    serializer_class = ChangesAnswer
    pagination_class = None
    parameters = {"pull": frozenset({"since", "cursor", "page_size"})}

    @extend_schema(**answered(operations.LIST_CHANGES, ChangesAnswer))
    def pull(self, request: Request) -> HttpResponse:
        return self.page_response(self.sent(self.page_since(self.since(), request.query_params.get("cursor"))))

    def page_since(self, since: int, text: str | None = None) -> Json:
        """The page that begins at a cursor, or the first."""
        version, settings_version, *settings = self.account_on_from(since)
        # A cursor counts kinds, so it is good for their order only.
        order = [kind.name for kind in KINDS]
        context = orjson.dumps([self.caller.name, self.request.path, since, order]).decode()
        # A page after the first goes up to the version that the first one saw; what is newer comes with the next sync.
        cursor = unseal(text, context) if text else Cursor([version, 0, since], "0" * 32)
        data, after = self.news(since, cursor)
        data["version"] = cursor.value[0]
        has_news = not text and (settings_version > since or since == 0)
        data["settings"] = settings_json(settings) if has_news else None
        onward = seal(after, context) if after else None
        data["next"], data["next_cursor"] = onward and self.address(onward, since), onward
        return data

    def account_on_from(self, since: int) -> list[Any]:
        """The version, the settings' and these, unless what has happened since then is not known any more."""
        version, purged, settings_version, *settings, _ = account_of(self, self.rows, COLUMNS)
        if since > version or 0 < since < purged:
            detail = "There is no way on from this version. Start over without since."
            raise RequestFailed(410, "sync_too_old", detail)
        return [version, settings_version, *settings]

    def rows(self, owner: Owner, given: Given) -> RowSet:
        return with_lists(self.get_queryset(owner), owner.pk)

    def news(self, since: int, cursor: Cursor) -> tuple[Json, Cursor | None]:
        """One page from the cursor on, kind by kind, and where the next one begins."""
        upto, start, seen = cursor.value
        size = room = size_of(self.request)
        data: Json = {kind.name: [] for kind in KINDS}
        if since == upto:
            return data, None
        values = {"since": since, "upto": upto, "now": clock.now()}
        for index, kind in enumerate(KINDS[start:], start):
            if kind.name == "deleted" and since == 0:
                continue
            begins_after = Cursor(seen, cursor.uid) if index == start else None
            cut = Cut("version", VERSION, is_descending=False, size=size, cursor=begins_after)
            page = self.reader.page(Query((kind.name, "news"), news_of(kind), values), kind.table, cut)
            data[kind.name] = page.results[:room]
            if page.has_more or len(page.results) > room:
                # A full page before this kind leaves no row of it to begin after.
                last = page.results[room - 1] if room else {"version": since, "id": UUID(int=0)}
                return data, Cursor([upto, index, last["version"]], UUID(str(last["id"])).hex)
            room -= len(page.results)
        return data, None

    def since(self) -> int:
        text = self.request.query_params.get("since", "0")
        if not (text.isascii() and text.isdecimal() and len(text) < 19):
            raise query_fault("since", "invalid", "Write the version of the last sync, or 0.", expected="version")
        return int(text)

    def address(self, cursor: str, since: int) -> str:
        parameters = self.request.query_params.copy()
        parameters.setdefault("since", str(since))
        parameters["cursor"] = cursor
        return absolute(self.request, f"{self.request.path}?{parameters.urlencode()}")
