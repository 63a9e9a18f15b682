"""/changes: everything above a version, page by page, so that a client can keep a copy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db.models import BigIntegerField, Expression, F, QuerySet, UUIDField
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from todos.api.base import NOW, OwnedViewSet
from todos.api.docs import operations
from todos.api.docs.parts import answered
from todos.api.errors import RequestFailed, query_fault
from todos.api.me import SETTINGS, SettingsAnswer, settings_json
from todos.api.pagination import Cursor, KeysetPagination, absolute, unseal
from todos.api.rows import LIST_COLUMNS, TAG_COLUMNS, TODO_COLUMNS, list_json, tag_json, todo_json
from todos.api.serializers import ListAnswer, TagAnswer, TodoAnswer
from todos.api.strict import AnswerSerializer
from todos.compiled.shapes import Placeholder
from todos.models import Account, List, Tag, Todo, Tombstone
from todos.models.account import FIRST_VERSION
from todos.models.expressions import After, zone_of


class DeletedAnswer(AnswerSerializer):
    kind = serializers.ChoiceField(Tombstone.Kind.choices)
    id = serializers.UUIDField()
    version = serializers.IntegerField()


class ChangesAnswer(AnswerSerializer):
    lists = ListAnswer(many=True)
    tags = TagAnswer(many=True)
    todos = TodoAnswer(many=True, help_text="Those in the trash included: see their `deleted_at`.")
    deleted = DeletedAnswer(many=True, help_text="Gone for good. Apply these before the rows.")
    settings = SettingsAnswer(allow_null=True, help_text="Null if they have not changed.")
    version = serializers.IntegerField(help_text="`since` of the next sync, once `next` is null.")
    next = serializers.URLField(allow_null=True)


SINCE, UPTO = Placeholder("since", BigIntegerField()), Placeholder("upto", BigIntegerField())
SEEN = Placeholder("seen", BigIntegerField()), Placeholder("seen.uid", UUIDField())


class Kind(NamedTuple):
    name: str
    rows: Callable[[Expression], Any]
    columns: tuple[str, ...]
    to_json: Callable[[tuple[Any, ...]], dict[str, Any]]


def tombstone_json(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(("kind", "id", "version"), row, strict=True))


KINDS = (
    Kind("lists", lambda owner: List.objects.with_open_count(owner, NOW), LIST_COLUMNS, list_json),
    Kind("tags", lambda owner: Tag.objects.with_open_count(owner, NOW), TAG_COLUMNS, tag_json),
    Kind("todos", lambda owner: Todo.objects.with_references(zone_of(owner)), TODO_COLUMNS, todo_json),
    Kind("deleted", lambda owner: Tombstone.objects.all(), ("kind", "uid", "version"), tombstone_json),
)


class ChangesView(OwnedViewSet):
    model = Account
    serializer_class = ChangesAnswer
    pagination_class = None
    parameters = {"pull": frozenset({"since", "cursor", "page_size"})}

    @extend_schema(**answered(operations.LIST_CHANGES, ChangesAnswer))
    def pull(self, request: Request) -> HttpResponse:
        (row,) = self.rows("account", self.account) or [(FIRST_VERSION, 0, 0, *settings_json().values())]
        version, purged, settings_version, *settings = row
        since = self.since()
        if since > version or 0 < since < purged:
            detail = "There is no way on from this version. Start over with since=0."
            raise RequestFailed(410, "sync_too_old", detail)
        context = orjson.dumps([self.caller.name, request.path, since]).decode()
        text = request.query_params.get("cursor")
        # A page after the first goes up to the version that the first one saw; what is newer comes with the next sync.
        cursor = unseal(text, context) if text else Cursor([version, 0, since], "0" * 32)
        data, after = self.news(since, cursor)
        data["version"] = cursor.value[0]
        has_news = not text and (settings_version > since or since == 0)
        data["settings"] = settings_json(settings) if has_news else None
        data["next"] = self.address(after.seal(context)) if after else None
        return self.json_response(data)

    def account(self) -> QuerySet[Any]:
        account = self.get_queryset().annotate(default_list_uid=F("default_list__uid"))
        return account.values_list("version", "purged_version", "settings_version", *SETTINGS)

    def news(self, since: int, cursor: Cursor) -> tuple[dict[str, Any], Cursor | None]:
        """One page from the cursor on, kind by kind, and where the next one begins."""
        upto, start, seen = cursor.value
        size = room = KeysetPagination().size_of(self.request)
        data: dict[str, Any] = {kind.name: [] for kind in KINDS}
        if since == upto:
            return data, None
        for index, kind in enumerate(KINDS[start:], start):
            if kind.name == "deleted" and since == 0:
                break
            shape = (kind.name, size, index == start)
            given = {"since": since, "upto": upto, "seen": seen, "seen.uid": UUID(cursor.uid)}
            page = self.rows(shape, partial(self.rows_of, *shape), **given)[: room + 1]
            data[kind.name] = [kind.to_json(row[:-2]) for row in page[:room]]
            if len(page) > room:
                # A full page before this kind leaves no row of it to begin after.
                seen, last = page[room - 1][-2:] if room else (since, UUID(int=0))
                return data, Cursor([upto, index, seen], last.hex)
            room -= len(page)
        return data, None

    def rows_of(self, name: str, size: int, begins_inside: bool) -> QuerySet[Any]:
        kind = next(kind for kind in KINDS if kind.name == name)
        rows = kind.rows(self.owner.pk).owned_by(self.owner).filter(version__gt=SINCE, version__lte=UPTO)
        if begins_inside:
            rows = rows.filter(After("version", *SEEN, operator=">"))
        return rows.order_by("version", "uid").values_list(*kind.columns, "version", "uid")[: size + 1]

    def since(self) -> int:
        text = self.request.query_params.get("since", "0")
        if not (text.isascii() and text.isdecimal() and len(text) < 19):
            raise query_fault("since", "invalid", "Write the version of the last sync, or 0.")
        return int(text)

    def address(self, cursor: str) -> str:
        parameters = self.request.query_params.copy()
        parameters["cursor"] = cursor
        return absolute(self.request, f"{self.request.path}?{parameters.urlencode()}")
