"""The query parameters of GET /todos, declared, checked and described in one place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import DateField, DateTimeField, Expression, F, IntegerField, TextField, UUIDField
from django.http import QueryDict
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ErrorDetail

from todos import zones
from todos.api.errors import QueryInvalid
from todos.api.strict import parse_day, parse_uuid
from todos.compiled.shapes import Placeholder
from todos.models import due_dates
from todos.models.tag import tag_key
from todos.models.todo import TodoQuerySet

MAX_TAG_FILTERS = 20
DUES = {"today": due_dates.is_due_today, "overdue": due_dates.is_overdue, "upcoming": due_dates.is_upcoming}

UUID_PATTERN = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


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
    # Django's own text repeats what was sent.
    messages = {"invalid_choice": f"Choose one of {', '.join(names)}."}
    field = forms.ChoiceField(choices=[(name, name) for name in names], required=False, error_messages=messages)
    return parameter(field, text, enum=names)


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
        pattern=f"^(none|{UUID_PATTERN})$",
    )
    priority_gte = parameter(
        forms.TypedChoiceField(
            choices=[(str(number), number) for number in range(4)],
            coerce=int,
            empty_value=None,
            required=False,
            error_messages={"invalid_choice": "Choose a number from 0 to 3."},
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


FIELDS = {name: declared.field for name, declared in TodoFilter.base_filters.items()}
# Of these the value decides what the SQL is; of the others only that they are given.
WORDS = frozenset({"status", "starts", "due"})
LIST, PARENT = Placeholder("list", UUIDField()), Placeholder("parent", UUIDField())
DUE_BEFORE = Placeholder("due_before", DateField()), Placeholder("due_before.latest", DateField())
DUE_AFTER = Placeholder("due_after", DateField()), Placeholder("due_after.earliest", DateField())
SPAN = due_dates.Span(*(Placeholder(name, DateTimeField()) for name in due_dates.Span._fields))
PRIORITY, TEXT, ZONE = (
    Placeholder("priority_gte", IntegerField()),
    Placeholder("q", TextField()),
    Placeholder("tz", TextField()),
)


def parse(parameters: QueryDict) -> dict[str, Any]:
    """The filters that a request gives, checked."""
    values: dict[str, Any] = {}
    faults: dict[str, list[ErrorDetail]] = {}
    for name in FIELDS.keys() & parameters.keys():
        try:
            value = FIELDS[name].clean(parameters.getlist(name) if name == "tag" else parameters[name])
        except forms.ValidationError as exc:
            faults[name] = [ErrorDetail(str(next(iter(fault))), fault.code) for fault in exc.error_list]
        else:
            if value not in FIELDS[name].empty_values:
                values[name] = value
    if faults:
        raise QueryInvalid(faults)
    return values


def shape_of(asked: dict[str, Any]) -> frozenset[tuple[str, Any]]:
    """What `apply` depends on besides the values that fill its placeholders."""
    return frozenset(
        (name, value if name in WORDS or value == "none" else len(value) if name == "tag" else None)
        for name, value in asked.items()
    )


def bindings(asked: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The values of the placeholders in `apply`."""
    tags = {f"tag.{index}": tag_key(name) for index, name in enumerate(asked.get("tag", ()))}
    values = {**asked, **tags, **due_dates.span(now)._asdict()}
    if "due_before" in asked:
        values["due_before.latest"] = due_dates.latest_written(asked["due_before"])
    if "due_after" in asked:
        values["due_after.earliest"] = due_dates.earliest_written(asked["due_after"])
    return values


def apply(
    rows: TodoQuerySet, owner_id: Any, asked: dict[str, Any], zone: Expression, span: due_dates.Span
) -> TodoQuerySet:
    status = asked.get("status")
    rows = rows.trashed() if status == "trashed" else rows.live()
    if status in {"open", "completed"}:
        rows = rows.filter(completed_at__isnull=status == "open")
    starts = asked.get("starts") or ("all" if status == "trashed" else "started")
    if starts != "all":
        rows = rows.started(zone, span.now) if starts == "started" else rows.not_started(zone, span.now)
    if "list" in asked:
        rows = rows.in_list(owner_id, LIST)
    elif status != "trashed":
        rows = rows.in_active_lists(owner_id)
    if "parent" in asked:
        rows = (
            rows.filter(parent=None)
            if asked["parent"] == "none"
            else rows.filter(parent__uid=PARENT, parent__owner=F("owner"))
        )
    for index, _ in enumerate(asked.get("tag", ())):
        rows = rows.tagged(Placeholder(f"tag.{index}", TextField()))
    if "priority_gte" in asked:
        rows = rows.filter(priority__gte=PRIORITY)
    if "q" in asked:
        rows = rows.containing(TEXT)
    return due_filtered(rows, asked, zone, span)


def due_filtered(rows: TodoQuerySet, asked: dict[str, Any], zone: Expression, span: due_dates.Span) -> TodoQuerySet:
    conditions = []
    if asked.get("due") == "none":
        rows = rows.filter(due_date=None)
    elif "due" in asked:
        conditions.append(DUES[asked["due"]](zone, span))
    if "due_before" in asked:
        conditions.append(due_dates.is_due_before(*DUE_BEFORE))
    if "due_after" in asked:
        conditions.append(due_dates.is_due_after(*DUE_AFTER))
    return rows.with_due(zone).filter(*conditions) if conditions else rows
