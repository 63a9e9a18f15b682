"""/summary: the numbers of every badge in one statement, and none of them when nothing has changed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Expression, Min, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat
from django.http import HttpResponse
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from todos import clock, zones
from todos.api import filters, viewed
from todos.api.base import OwnedViewSet
from todos.api.docs import account as operations
from todos.api.docs.answers import SummaryAnswer
from todos.api.docs.parts import answered
from todos.api.parameters import flag, values_of
from todos.compiled.shapes import Given
from todos.models import Account, Completion, List, Tag, Todo, TodoTag, due_dates
from todos.models.expressions import LocalDate, Rows, Written, zone_of
from todos.models.owned import Owner
from todos.reading import Query
from todos.types import Json, RowSet

NUMBERS = ("inbox", "today", "overdue", "upcoming", "completed_today", "trashed", "version")
COLUMNS = (*NUMBERS, "lists", "tags", "tags_in_use", "next_due", "zone", "todo_count")
LISTS = COLUMNS.index("lists")
TAG = re.compile(r'"([0-9]{1,18})-([0-9]{1,12})(-views)?(?:-([A-Za-z0-9_+/-]{1,64}))?"')


class SummaryView(OwnedViewSet):
    model = Account
    serializer_class = SummaryAnswer
    parameters = {"retrieve": frozenset({"tz", "views"})}

    @extend_schema(**answered(operations.GET_SUMMARY, SummaryAnswer))
    def retrieve(self, request: Request) -> HttpResponse:
        now, tz = clock.now(), self.filters.get("tz", "")
        if tag := self.known_tag(now, tz):
            return Response(status=304, headers={"ETag": tag})
        data, good_until, todo_count = summary_of(self, tz, now)
        if self.with_views:
            counts = viewed.counts(self.reader, viewed.first_views(self.reader), todo_count, tz, now)
            data, good_until = {**data, "views": counts.numbers}, good_until if counts.stand else now
        tag = f'"{data["version"]}-{int(good_until.timestamp())}{self.asked(tz)}"'
        return self.json_response(data, headers={"ETag": tag})

    @cached_property
    def filters(self) -> Json:
        return values_of(self.request.query_params)

    @property
    def with_views(self) -> bool:
        return flag(self.request, "views")

    def asked(self, tz: str) -> str:
        """How ETags tell what was asked for."""
        return "-views" * self.with_views + (f"-{tz}" if tz else "")

    def version(self, owner: Owner, given: Given) -> RowSet:
        rows: RowSet = self.get_queryset(owner)
        return rows

    def known_tag(self, now: datetime, tz: str) -> str:
        """The caller's ETag if it still stands: no change since, and no todo has become due by the passing of time."""
        match = TAG.search(self.request.META.get("HTTP_IF_NONE_MATCH", ""))
        if (
            not match
            or (match[3] or "") + (f"-{match[4]}" if match[4] else "") != self.asked(tz)
            or now.timestamp() >= int(match[2])
        ):
            return ""
        found = self.reader.tuples(self.query(self.version), ("version",))
        return match[0] if found and found[0][0] == int(match[1]) else ""


class Summary(NamedTuple):
    data: Json
    good_until: datetime
    todo_count: int


def summary_of(view: OwnedViewSet, tz: str, now: datetime) -> Summary:
    values = filters.bindings({"tz": tz} if tz else {}, now)
    query = Query(("summary", bool(tz)), in_zone if tz else in_own_zone, values)
    # The Inbox is among the lists, always.
    found = view.with_inbox(lambda: view.reader.tuples(query, COLUMNS), lambda rows: bool(rows and rows[0][LISTS]))
    row = dict(zip(COLUMNS, found[0], strict=True))
    data: Json = {name: row[name] for name in NUMBERS}
    tags_in_use = numbers_of(row["tags_in_use"])
    data["lists"] = {str(UUID(uid)): count for uid, count in numbers_of(row["lists"]).items()}
    data["tags"] = {str(UUID(uid)): tags_in_use.get(str(key), 0) for uid, key in numbers_of(row["tags"]).items()}
    good_until = min(filter(None, (row["next_due"], zones.next_midnight(now, row["zone"]))))
    return Summary(data, good_until, row["todo_count"])


def in_zone(owner: Owner, given: Given) -> RowSet:
    return with_numbers(owner, given, given("tz", TextField()))


def in_own_zone(owner: Owner, given: Given) -> RowSet:
    return with_numbers(owner, given, zone_of(owner.pk))


def with_numbers(owner: Owner, given: Given, zone: Expression) -> RowSet:
    rows = Account.objects.owned_by(owner)
    return rows.annotate(**numbers(owner.pk, zone, filters.span(given)), zone=zone)


def numbers(owner_id: Any, zone: Expression, span: due_dates.Span) -> Json:
    todos = Todo.objects.filter(owner_id=owner_id)
    shown = todos.live().in_active_lists(owner_id).started(zone, span.now).with_due(zone)
    is_open = shown.open()
    lately = todos.live().filter(completed_at__gte=span.earliest)
    completions = Completion.objects.filter(owner_id=owner_id, is_skipped=False)
    occurrences = completions.filter(todo__deleted_at=None, completed_at__gte=span.earliest)
    # The last occurrence of what repeated is among those; what its parent completed is not.
    is_occurrence = Exists(completions.filter(todo=OuterRef("pk"), completed_at=OuterRef("completed_at")))
    completed_today = on_this_day(lately.filter(Q(rrule="") | ~is_occurrence), zone, span)
    soon = {"due_date__gte": LocalDate(span.earliest, zone), "due_date__lte": LocalDate(span.latest, zone)}
    # Saved views may count those of archived lists, and those that begin later.
    ahead = todos.open().with_due(zone)
    moments = ahead.filter(Q(due_moment__gt=span.now), due_time__isnull=False, **soon)
    lists = List.objects.filter(owner_id=owner_id, deleted_at=None, archived_at=None)
    tags = Tag.objects.filter(owner_id=owner_id)
    tagged = TodoTag.objects.filter(
        owner_id=owner_id, todo__in=todos.open().in_active_lists(owner_id).started(zone, span.now)
    )
    return {
        "inbox": count(is_open.filter(list__is_inbox=True)),
        "today": count(is_open.filter(due_dates.is_due_today(zone, span))),
        "overdue": count(is_open.filter(due_dates.is_overdue(zone, span))),
        "upcoming": count(is_open.filter(due_dates.is_upcoming(zone, span))),
        "completed_today": count(completed_today) + count(on_this_day(occurrences, zone, span)),
        "trashed": count(todos.trashed()),
        "lists": Rows(lists.with_open_count(owner_id, span.now, zone).values(item=pair("uid", "open_count"))),
        # Grouped by the key that the index has; a tag's uid would be looked up for each of its todos.
        "tags": Rows(tags.values(item=pair("uid", "id"))),
        "tags_in_use": Rows(tagged.values("tag_id").annotate(count=Count("*")).values(item=pair("tag_id", "count"))),
        "next_due": Subquery(moments.order_by().values("owner").annotate(moment=Min("due_moment")).values("moment")),
    }


def on_this_day(rows: RowSet, zone: Expression, span: due_dates.Span) -> RowSet:
    return rows.alias(day=LocalDate("completed_at", zone)).filter(day=LocalDate(span.now, zone))


def count(rows: RowSet) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("owner").annotate(count=Count("*")).values("count")), 0)


def pair(name: str, number: str) -> Concat:
    return Concat(Written(name), Value(":"), Written(number))


def numbers_of(pairs: list[str]) -> dict[str, int]:
    split = (text.split(":") for text in pairs)
    return {name: int(number) for name, number in split}
