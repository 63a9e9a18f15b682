"""Ways to narrow a list of todos, lists or tags down. None of them reads a table to find out what it can offer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.contrib.auth import get_user_model
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from todos import clock
from todos.bounded import whole_number
from todos.models import TodoTag
from todos.models.todo import LIVE, OPEN

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

MANY_OWNERS = 50


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"
    conditions = {
        "open": OPEN,
        "completed": LIVE & Q(completed_at__isnull=False),
        "trashed": Q(deleted_at__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> list[tuple[str, StrOrPromise]]:
        return [("open", _("Open")), ("completed", _("Completed")), ("trashed", _("In the trash"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(self.conditions.get(self.value() or "", Q()))


class ListStateFilter(StateFilter):
    conditions = {
        "active": LIVE & Q(archived_at=None),
        "archived": LIVE & Q(archived_at__isnull=False),
        "trashed": Q(deleted_at__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> list[tuple[str, StrOrPromise]]:
        return [("active", _("Active")), ("archived", _("Archived")), ("trashed", _("In the trash"))]


class DueFilter(admin.SimpleListFilter):
    title = _("due day, as written")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> list[tuple[str, StrOrPromise]]:
        return [
            ("overdue", _("Overdue")),
            ("today", _("Today")),
            ("week", _("In the next 7 days")),
            ("none", _("No date")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        today = clock.now().date()
        conditions = {
            "overdue": OPEN & Q(due_date__lt=today),
            "today": OPEN & Q(due_date=today),
            "week": OPEN & Q(due_date__gt=today, due_date__lte=today + timedelta(days=7)),
            "none": OPEN & Q(due_date=None),
        }
        return queryset.filter(conditions.get(self.value() or "", Q()))


class TypedFilter(admin.SimpleListFilter):
    """A filter with a box to type into, for what has too many values to list them."""

    template = "todos/admin/typed_filter.html"
    parameter_name: str
    help_text: StrOrPromise = ""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> tuple[()]:
        return ()

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, object]]:  # type: ignore[override] # the template is our own
        others = changelist.get_query_string(remove=[self.parameter_name, PAGE_VAR])
        yield {"others": parse_qsl(others.removeprefix("?")), "clear": others, "value": self.value() or ""}


class OwnerFilter(TypedFilter):
    """By the owner's number, or by whatever finds a user on the page of users."""

    title = _("owner")
    parameter_name = "owner"
    help_text = _("Number, or as in the search for users")

    def __init__(
        self,
        request: HttpRequest,
        params: dict[str, list[str]],
        model: type[Model],
        model_admin: admin.ModelAdmin[Model],
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.site = model_admin.admin_site

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        text = (self.value() or "").strip()
        if not text:
            return queryset
        if number := whole_number(text):
            return queryset.filter(owner_id=number)
        user = get_user_model()
        if "\0" in text or not self.site.is_registered(user):
            return queryset.none()
        users = self.site.get_model_admin(user)
        if not users.has_view_permission(request):
            return queryset.none()
        found, _ = users.get_search_results(request, users.get_queryset(request), text)
        return queryset.filter(owner_id__in=list(found.order_by().values_list("pk", flat=True)[:MANY_OWNERS]))


class RowFilter(TypedFilter):
    """By the number of another row; shown only when a link has set it."""

    def has_output(self) -> bool:
        return bool(self.value())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        number = whole_number(self.value() or "")
        return self.of_row(queryset, number) if number else queryset.none()

    def of_row(self, queryset: QuerySet[Model], number: int) -> QuerySet[Model]:
        raise NotImplementedError


class InListFilter(RowFilter):
    title = _("list, by number")
    parameter_name = "list"

    def of_row(self, queryset: QuerySet[Model], number: int) -> QuerySet[Model]:
        return queryset.filter(list_id=number)


class TaggedFilter(RowFilter):
    title = _("tag, by number")
    parameter_name = "tag"

    def of_row(self, queryset: QuerySet[Model], number: int) -> QuerySet[Model]:
        return queryset.filter(Exists(TodoTag.objects.filter(owner=OuterRef("owner"), todo=OuterRef("pk"), tag=number)))
