"""What the pages of todos, lists, tags and views have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from todos.admin.owners import SAY_WHY, OwnerAdmin
from todos.admin.wording import ONE_LINE, in_english, refusal_text
from todos.bounded import BoundedPaginator
from todos.exceptions import Refused
from todos.fields.field import Fields, columns
from todos.models.owned import OwnedRow
from todos.types import Values

SEARCHED_ROWS = 10_000
# Parameters of the filters that leave the rows of few owners.
NARROWING = frozenset({"owner", "list", "tag"})


if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

Row = TypeVar("Row", bound=OwnedRow)
# Changes these rows of this owner.
Write: TypeAlias = Callable[[int, list[UUID]], None]


class ReasonForm(ActionForm):
    # Not required by the form: Django would answer "No action selected" when it is missing.
    reason = forms.CharField(label=_("Reason:"), required=False, max_length=500)


class OwnedForm(forms.ModelForm):
    """Changes a row in the version that the operator has seen, for a stated reason."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, label="", min_value=0, max_value=2**63 - 1)
    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("Goes to the log."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # A page without permission to change anything has none of these.
        for name in {"title", "name"} & self.fields.keys():
            self.fields[name].validators.append(ONE_LINE)
        for name in {"due_date", "due_time"} & self.fields.keys():
            self.fields[name].required = False
        if "seen_version" in self.fields:
            self.fields["seen_version"].initial = self.instance.version


class OwnedAdmin(admin.ModelAdmin, Generic[Row]):
    """`editable` are the fields that whoever may change a row can change; `save_model` hands them to the write path."""

    form = OwnedForm
    action_form = ReasonForm
    editable: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    list_select_related: ClassVar[tuple[str, ...]] = ("owner",)
    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    ordering = ("-pk",)

    def write(self, row: Row, values: Values, expected: frozenset[int]) -> None:
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("todos.restore_todo")

    # Lists

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist = super().get_changelist_instance(request)
        owners = {row.owner_id: row.owner for row in changelist.result_list}
        names = self.names_of(list(owners.values()))
        for row in changelist.result_list:
            row.owner_name = names[row.owner_id]
        return changelist

    def names_of(self, owners: Sequence[AbstractBaseUser]) -> dict[int, str]:
        user = get_user_model()
        users = self.admin_site.get_model_admin(user) if self.admin_site.is_registered(user) else None
        return (users if isinstance(users, OwnerAdmin) else OwnerAdmin).names_of(owners)

    @admin.display(description=_("owner"), ordering="owner")
    def owner_link(self, row: Row) -> str:
        name = getattr(row, "owner_name", None) or self.names_of([row.owner])[row.owner_id]
        if not self.admin_site.is_registered(type(row.owner)):
            return name
        opts = row.owner._meta
        address = reverse(f"{self.admin_site.name}:{opts.app_label}_{opts.model_name}_change", args=[row.owner_id])
        return format_html('<a href="{}">{}</a>', address, name)

    @admin.display(description=_("created"), ordering="created_at")
    def created(self, row: Row) -> str:
        return date_format(row.created_at, "SHORT_DATE_FORMAT")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """By id; by text among the rows of the chosen owner, else among the latest: no search reads a whole table."""
        text = search_term.strip()
        if not text:
            return queryset, False
        try:
            return queryset.filter(uid=UUID(text)), False
        except ValueError:
            pass
        if not any(request.GET.get(name) for name in NARROWING):
            latest = self.model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
            queryset = queryset.filter(pk__gt=(latest or 0) - SEARCHED_ROWS)
        return queryset.filter(**{f"{self.search_fields[0]}__icontains": text}), False

    # Rows

    def get_fields(self, request: HttpRequest, obj: Row | None = None) -> tuple[str, ...]:
        if self.has_change_permission(request, obj):
            return (*self.editable, "reason", "seen_version", *self.shown)
        return (*self.editable, *self.shown)

    def get_readonly_fields(self, request: HttpRequest, obj: Row | None = None) -> tuple[str, ...]:
        return self.shown

    def save_model(self, request: HttpRequest, obj: Row, form: OwnedForm, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in self.editable if name in form.changed_data}
        if values:
            self.write(obj, values, frozenset({form.cleaned_data["seen_version"]}))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            text = gettext("Not changed.")
            self.message_user(request, f"{text} {refusal_text(refusal)}", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    # The log

    def construct_change_message(  # type: ignore[override] # a text does as well
        self, request: HttpRequest, form: forms.Form, formsets: object, add: bool = False
    ) -> str:
        changed = ", ".join(name for name in self.editable if name in form.changed_data) or "nothing"
        return f"Changed {changed}. Reason: {form.cleaned_data['reason']}"

    def log_change(self, request: HttpRequest, obj: Row, message: str) -> LogEntry:
        # Never an anonymous one: the admin has let the operator in.
        operator: Any = request.user
        # Django would note the title or name, and the log would still tell it after the user's data was erased.
        return LogEntry.objects.create(
            user_id=operator.pk,
            content_type=ContentType.objects.get_for_model(obj),
            object_id=str(obj.pk),
            object_repr=f"{in_english(self.opts.verbose_name)} {obj.uid}",
            action_flag=CHANGE,
            change_message=message,
        )

    # Actions

    def act(
        self, request: HttpRequest, queryset: QuerySet[Row], write: Write, outcome: StrPromise
    ) -> HttpResponse | None:
        """Changes the rows through `write`, owner by owner, and logs each with the reason, all or nothing."""
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, SAY_WHY, messages.ERROR)
            return None
        rows = list(queryset.order_by("owner_id", "pk"))
        try:
            with transaction.atomic():
                for owner_id, of_owner in groupby(rows, key=attrgetter("owner_id")):
                    write(owner_id, [row.uid for row in of_owner])
                for row in rows:
                    self.log_change(request, row, f"{in_english(outcome)}. Reason: {reason}")
        except Refused as refusal:
            text = gettext("Nothing was done.")
            self.message_user(request, f"{text} {refusal_text(refusal)}", messages.ERROR)
        else:
            self.message_user(request, f"{outcome}: {len(rows)}.", messages.SUCCESS if rows else messages.WARNING)
        return None


def columns_of(model: type[models.Model], fields: Fields, *without: str) -> tuple[str, ...]:
    """The columns that the fields are made of, as far as they are the row's own."""
    own = {field.name for field in model._meta.concrete_fields} - {*without}
    return tuple(name for name in columns(fields) if name in own)
