"""The query parameters of GET /todos, declared, checked and described in one place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Expression
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from todos import clock, zones
from todos.api.errors import QueryInvalid, query_fault
from todos.api.strict import parse_day, parse_uuid
from todos.models import dues
from todos.models.expressions import zone_of
from todos.models.tag import tag_key
from todos.models.todo import TodoQuerySet

MAX_TAG_FILTERS = 20
DUES = {"today": dues.is_due_today, "overdue": dues.is_overdue, "upcoming": dues.is_upcoming}


class UuidField(forms.Field):
    def to_python(self, value: Any) -> UUID | None:
        if value in self.empty_values:
            return None
        uid = parse_uuid(value)
        if uid is None:
            raise forms.ValidationError("Write a UUID.", "invalid")
        return uid


class ParentField(UuidField):
    def to_python(self, value: Any) -> Any:
        return "none" if value == "none" else super().to_python(value)


class DayField(forms.Field):
    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        day = parse_day(value)
        if day is None:
            raise forms.ValidationError("Write a day of the years 1970 to 9999 as YYYY-MM-DD.", "invalid")
        return day


class ZoneField(forms.Field):
    def to_python(self, value: Any) -> str:
        if value and value not in zones.known_zones():
            raise forms.ValidationError("This is not a zone of the IANA database.", "unknown_zone")
        return value or ""


class NamesField(forms.Field):
    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> list[str]:
        names = [name.strip() for name in value or ()]
        if len(names) > MAX_TAG_FILTERS:
            raise forms.ValidationError(f"Give at most {MAX_TAG_FILTERS} tags.", "max_length")
        if any(not name or len(name) > 60 or "\0" in name for name in names):
            raise forms.ValidationError("A tag has 1 to 60 letters.", "invalid")
        return names


def parameter(field: forms.Field, text: str, **schema: Any) -> filters.Filter:
    made = filters.Filter()
    made.field_class = lambda **options: field
    return extend_schema_field({"type": "string", **schema, "description": text})(made)


def choice(text: str, *names: str) -> filters.Filter:
    return parameter(forms.ChoiceField(choices=[(name, name) for name in names], required=False), text, enum=names)


class TodoFilter(filters.FilterSet):
    status = choice(
        "Default: open and completed. Trashed todos show only with `status=trashed`.", "open", "completed", "trashed"
    )
    starts = choice(
        "By `starts_on`: `started` (default) hides what begins later, `future` shows only that. "
        "The trash shows all unless asked otherwise.",
        "started",
        "future",
        "all",
    )
    list = parameter(
        UuidField(required=False),
        "In this list. Todos of archived lists show only when asked for like this.",
        format="uuid",
    )
    tag = parameter(
        NamesField(required=False),
        "With this tag, compared without case. Repeat it for todos that have all of them.",
        type="array",
        items={"type": "string", "maxLength": 60},
        maxItems=MAX_TAG_FILTERS,
    )
    parent = parameter(
        ParentField(required=False),
        "Subtasks of this todo; `none`: todos that are no subtask.",
        pattern="^(none|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$",
    )
    priority_gte = parameter(
        forms.TypedChoiceField(
            choices=[(str(number), number) for number in range(4)], coerce=int, empty_value=None, required=False
        ),
        "This priority or a higher one.",
        type="integer",
        minimum=0,
        maximum=3,
    )
    due = choice(
        "By the day in your zone, or `tz`. `overdue`: open, and the day has ended or the time has come; a todo at 9:00 "
        "is overdue at 9:00, and still due today. `upcoming`: after today. `none`: no date. All but `overdue` include "
        "completed todos unless `status=open`.",
        "today",
        "overdue",
        "upcoming",
        "none",
    )
    due_before = parameter(DayField(required=False), "Due before this day, in your zone or `tz`.", format="date")
    due_after = parameter(DayField(required=False), "Due after this day, in your zone or `tz`.", format="date")
    q = parameter(
        forms.CharField(max_length=200, required=False),
        "Part of the title or the notes, whatever the case.",
        maxLength=200,
    )
    tz = parameter(
        ZoneField(required=False),
        "IANA zone to use instead of yours, for `due`, `starts` and the `due_at` of answers.",
        examples=["Asia/Tokyo"],
    )

    def filter_queryset(self, queryset: TodoQuerySet) -> TodoQuerySet:
        asked = self.form.cleaned_data
        owner_id = self.request.user.pk
        zone, now = zone_of(owner_id, asked["tz"]), clock.now()
        rows = queryset.trashed() if asked["status"] == "trashed" else queryset.live()
        if asked["status"] in {"open", "completed"}:
            rows = rows.filter(completed_at__isnull=asked["status"] == "open")
        starts = asked["starts"] or ("all" if asked["status"] == "trashed" else "started")
        if starts != "all":
            rows = rows.started(zone, now) if starts == "started" else rows.not_started(zone, now)
        if asked["list"]:
            rows = rows.filter(list__uid=asked["list"])
        elif asked["status"] != "trashed":
            rows = rows.in_active_lists()
        if asked["parent"]:
            rows = rows.filter(parent=None) if asked["parent"] == "none" else rows.filter(parent__uid=asked["parent"])
        for name in asked["tag"]:
            rows = rows.tagged(owner_id, tag_key(name))
        if asked["priority_gte"]:
            rows = rows.filter(priority__gte=asked["priority_gte"])
        if asked["q"]:
            rows = rows.containing(asked["q"])
        return due_filtered(rows, asked, zone, now)


def due_filtered(rows: TodoQuerySet, asked: dict[str, Any], zone: Expression, now: datetime) -> TodoQuerySet:
    if asked["due"] == "none":
        rows = rows.filter(due_date=None)
    conditions = []
    if asked["due"] in DUES:
        conditions.append(DUES[asked["due"]](zone, now))
    if asked["due_before"]:
        conditions.append(dues.is_due_before(asked["due_before"]))
    if asked["due_after"]:
        conditions.append(dues.is_due_after(asked["due_after"]))
    return rows.with_due(zone).filter(*conditions) if conditions else rows


class TodoFilterBackend(filters.DjangoFilterBackend):
    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        chosen = self.get_filterset(request, queryset, view)
        if not chosen.is_valid():
            faults = chosen.errors.get_json_data().items()
            raise QueryInvalid(
                {name: [ErrorDetail(fault["message"], fault["code"]) for fault in found] for name, found in faults}
            )
        return chosen.qs


def asked_zone(request: Request) -> str:
    """The zone in `?tz=`, or nothing."""
    try:
        return ZoneField(required=False).clean(request.query_params.get("tz", ""))
    except forms.ValidationError as exc:
        raise query_fault("tz", "unknown_zone", exc.messages[0]) from exc
