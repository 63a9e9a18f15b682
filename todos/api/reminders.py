"""/reminders: what a device schedules."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import datetime

from django.db.models import DateField, Expression, TextField
from django.http import HttpResponse
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from todos import clock
from todos.api import tables
from todos.api.base import OwnedViewSet
from todos.api.docs import repeating as operations
from todos.api.pagination import pagination_of
from todos.api.parameters import SOON, UNTIL, values_of
from todos.api.serializers import ComingReminderAnswer
from todos.compiled.shapes import Given
from todos.models import Todo
from todos.models.due_dates import ZONE_MARGIN
from todos.models.expressions import zone_of
from todos.models.owned import Owner
from todos.types import Json, RowSet


class RemindersView(OwnedViewSet):
    """Pages of todos that may remind in time, each with the moments that do."""

    model = Todo
    serializer_class = ComingReminderAnswer
    table = tables.REMINDING
    orderings = {"last": "reminds_until"}
    parameters = {"list": frozenset({*UNTIL, "cursor", "page_size"})}

    @cached_property
    def asked(self) -> Json:
        return values_of(self.request.query_params, UNTIL)

    @property
    def shape(self) -> Hashable:
        return "tz" in self.asked

    @extend_schema(**operations.LIST_REMINDERS)
    def list(self, request: Request) -> HttpResponse:
        now = clock.now()
        until = self.asked.get("until", now + SOON)
        days = {"first": (now - ZONE_MARGIN).date(), "last": (until + ZONE_MARGIN).date()}
        query, pagination = self.query(self.reminding, **self.asked, **days), pagination_of(self)
        page = self.reader.page(query, self.table, pagination.cut)
        entries = sorted(entries_of(page.results, now, until), key=lambda entry: (entry["at"], str(entry["todo"])))
        return self.page_response(self.sent({**pagination.body(page), "results": entries}))

    def reminding(self, owner: Owner, given: Given) -> RowSet:
        """By the days on the clock, which the moment in any zone is close to."""
        rows = self.get_queryset(owner).open().in_active_lists(owner.pk)
        first, last = (given(name, DateField()) for name in ("first", "last"))
        found: RowSet = rows.filter(reminds_until__gte=first, reminds_from__lte=last)
        return found.annotate(owner_zone=self.zone(owner, given))

    def zone(self, owner: Owner, given: Given) -> Expression:
        return given("tz", TextField()) if "tz" in self.asked else zone_of(owner.pk)


def entries_of(todos: list[Json], now: datetime, until: datetime) -> Iterator[Json]:
    for todo in todos:
        for moment in todo["moments"]:
            if now < moment <= until:
                yield {"todo": todo["todo"], "title": todo["title"], "at": moment}
