"""/summary: the numbers of every badge in one statement, and none of them when nothing has changed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Expression, F, Min, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from todos import clock, zones
from todos.api import schema
from todos.api.base import OwnedViewSet
from todos.api.filters import asked_zone
from todos.api.openapi import answered
from todos.api.strict import AnswerSerializer
from todos.models import Account, List, Tag, Todo, TodoTag, dues
from todos.models.expressions import LocalDate, Rows, zone_of

NUMBERS = ("inbox", "today", "overdue", "upcoming", "completed_today", "trashed", "version")
TAG = re.compile(r'"([0-9]{1,18})-([0-9]{1,12})(?:-([A-Za-z0-9_+/-]{1,64}))?"')


class SummaryAnswer(AnswerSerializer):
    inbox = serializers.IntegerField(help_text="Open in the Inbox.")
    today = serializers.IntegerField(
        help_text="Open and due today, those included that are overdue since this morning."
    )
    overdue = serializers.IntegerField(help_text="As `GET /todos?due=overdue`.")
    upcoming = serializers.IntegerField(help_text="Open and due after today.")
    completed_today = serializers.IntegerField(help_text="Completed since midnight.")
    trashed = serializers.IntegerField(help_text="In the trash.")
    lists = serializers.DictField(child=serializers.IntegerField(), help_text="Open todos by id of every active list.")
    tags = serializers.DictField(child=serializers.IntegerField(), help_text="Open todos by id of every tag.")
    version = serializers.IntegerField(help_text="Your change counter; `since` of the next sync.")


class SummaryView(OwnedViewSet):
    model = Account
    serializer_class = SummaryAnswer
    parameters = {"retrieve": frozenset({"tz"})}

    @extend_schema(**answered(schema.GET_SUMMARY, SummaryAnswer))
    def retrieve(self, request: Request) -> Response:
        now, tz = clock.now(), asked_zone(request)
        account = self.get_queryset()
        if tag := self.known_tag(account, now, tz):
            return Response(status=304, headers={"ETag": tag})
        zone = zone_of(self.owner_id, tz)
        row = account.annotate(**numbers(self.owner_id, zone, now), zone=zone).values().first()
        if row is None:
            return Response({**dict.fromkeys(NUMBERS, 0), "lists": {}, "tags": {}})
        good_until = min(filter(None, (row["next_due"], zones.next_midnight(now, row["zone"]))))
        tag = f'"{row["version"]}-{int(good_until.timestamp())}{"-" + tz if tz else ""}"'
        data: dict[str, Any] = {name: row[name] for name in NUMBERS}
        data["lists"] = counts(row["lists"])
        data["tags"] = {**counts(row["tags"]), **counts(row["tags_in_use"])}
        return Response(data, headers={"ETag": tag})

    def known_tag(self, account: QuerySet[Any], now: datetime, tz: str) -> str:
        """The caller's ETag if it still stands: no change since, and no todo has become due by the passing of time."""
        match = TAG.search(self.request.headers.get("If-None-Match", ""))
        if not match or (match[3] or "") != tz or now.timestamp() >= int(match[2]):
            return ""
        version = account.values_list("version", flat=True).first()
        return match[0] if version == int(match[1]) else ""


def numbers(owner_id: int, zone: Expression, now: datetime) -> dict[str, Any]:
    todos = Todo.objects.filter(owner_id=owner_id)
    shown = todos.live().in_active_lists().started(zone, now).with_due(zone)
    is_open = shown.open()
    completed = todos.live().filter(completed_at__gte=now - dues.ROOM)
    soon = {"due_date__gte": LocalDate(now - dues.ROOM, zone), "due_date__lte": LocalDate(now + dues.ROOM, zone)}
    moments = is_open.filter(due_time__isnull=False, due_moment__gt=now, **soon)
    lists = List.objects.filter(owner_id=owner_id, deleted_at=None, archived_at=None)
    tags = Tag.objects.filter(owner_id=owner_id)
    tagged = TodoTag.objects.filter(owner_id=owner_id, todo__in=todos.open().in_active_lists().started(zone, now))
    return {
        "inbox": count(is_open.filter(list__is_inbox=True)),
        "today": count(is_open.filter(dues.is_due_today(zone, now))),
        "overdue": count(is_open.filter(dues.is_overdue(zone, now))),
        "upcoming": count(is_open.filter(dues.is_upcoming(zone, now))),
        "completed_today": count(completed.alias(day=LocalDate("completed_at", zone)).filter(day=LocalDate(now, zone))),
        "trashed": count(todos.trashed()),
        "lists": Rows(lists.with_open_count(owner_id, now, zone).values(item=pair(F("open_count")))),
        "tags": Rows(tags.values(item=pair(Value(0)))),
        "tags_in_use": Rows(
            tagged.values("tag__uid").annotate(count=Count("*")).values(item=pair(F("count"), "tag__uid"))
        ),
        "next_due": Subquery(moments.order_by().values("owner").annotate(moment=Min("due_moment")).values("moment")),
    }


def count(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("owner").annotate(count=Count("*")).values("count")), 0)


def pair(number: Expression | F, uid: str = "uid") -> Concat:
    return Concat(Cast(uid, CharField()), Value(":"), Cast(number, CharField()))


def counts(pairs: list[str]) -> dict[str, int]:
    split = (text.split(":") for text in pairs)
    return {str(UUID(uid)): int(number) for uid, number in split}
