"""What an operator can do with everything that a user has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from todos import changes, clock
from todos.admin import export
from todos.bounded import count_up_to
from todos.models import Account, CalendarAddress, List, Tag, Todo, View

COUNTED_ROWS = 10_000
SAY_WHY = _("Nothing was done: say why. The reason goes to the log.")


@dataclass(frozen=True)
class Holding:
    """Some of a user's rows: how many there are, and the page that lists them."""

    name: str
    count: int
    page: str
    query: str

    @property
    def is_more(self) -> bool:
        return self.count > COUNTED_ROWS


def holdings(owner_id: int) -> list[Holding]:
    todos = Todo.objects.filter(owner_id=owner_id)
    lists = List.objects.filter(owner_id=owner_id)
    today = clock.now().date()
    found = [
        (gettext("open todos"), todos.open(), "todo", "&state=open"),
        (
            gettext("of these, hidden until their first day"),
            todos.open().filter(starts_on__gt=today),
            "todo",
            "&state=open",
        ),
        (gettext("completed todos"), todos.live().filter(completed_at__isnull=False), "todo", "&state=completed"),
        (gettext("todos in the trash"), todos.trashed(), "todo", "&state=trashed"),
        (gettext("lists"), lists.filter(deleted_at=None, archived_at=None), "list", "&state=active"),
        (
            gettext("archived lists"),
            lists.filter(deleted_at=None, archived_at__isnull=False),
            "list",
            "&state=archived",
        ),
        (gettext("lists in the trash"), lists.filter(deleted_at__isnull=False), "list", "&state=trashed"),
        (gettext("tags"), Tag.objects.filter(owner_id=owner_id), "tag", ""),
        (gettext("views"), View.objects.filter(owner_id=owner_id), "view", ""),
    ]
    return [
        Holding(name, count_up_to(rows, COUNTED_ROWS), f"admin:todos_{model}_changelist", f"?owner={owner_id}{query}")
        for name, rows, model, query in found
    ]


class OwnerAdmin(admin.ModelAdmin):
    """Export, erasure and the calendar; a base for the host's admin of users, whose rows are the owners."""

    actions: tuple[str, ...] = ("revoke_calendar", "export_data", "erase_data")

    @staticmethod
    def names_of(owners: Sequence[AbstractBaseUser]) -> dict[int, str]:
        """What operators know these users by. The host may know better names."""
        return {owner.pk: owner.get_username() for owner in owners}

    @staticmethod
    def profile_of(owner: AbstractBaseUser) -> dict[str, object]:
        """What an export says about the person. The host may know more."""
        return {"username": owner.get_username()}

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("todos.export_account")

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("todos.erase_account")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("todos.revoke_calendar")

    @admin.action(description=_("Revoke the calendar's address"), permissions=["revoke"])
    def revoke_calendar(self, request: HttpRequest, queryset: QuerySet[AbstractBaseUser]) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, SAY_WHY, messages.ERROR)
            return
        # Only of those who have one: asking for the others would make accounts.
        with_address = queryset.filter(pk__in=CalendarAddress.objects.values("owner_id"))
        for owner in with_address.order_by("pk"):
            with transaction.atomic():
                if changes.revoke_calendar(owner.pk):
                    self.log_change(request, owner, f"Revoked the calendar's address. Reason: {reason}")
                    self.message_user(
                        request, gettext("Revoked: %(name)s.") % {"name": owner.get_username()}, messages.SUCCESS
                    )

    @admin.action(description=_("Export all data …"), permissions=["export"])
    def export_data(self, request: HttpRequest, queryset: QuerySet[AbstractBaseUser]) -> HttpResponseBase | None:
        owners = list(queryset)
        if len(owners) != 1:
            text = gettext("Choose one user: an export is one person's document.")
            self.message_user(request, text, messages.ERROR)
            return None
        reason = confirmed_reason(request)
        if not reason:
            return self.ask(request, owners, "export_data")
        (owner,) = owners
        self.log_change(request, owner, f"Exported all data. Reason: {reason}")
        about = {"exported_at": clock.now(), "profile": self.profile_of(owner)}
        response = StreamingHttpResponse(export.document(owner.pk, about), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="user-{owner.pk}-{clock.now():%Y-%m-%d}.json"'
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description=_("Erase all data …"), permissions=["erase"])
    def erase_data(self, request: HttpRequest, queryset: QuerySet[AbstractBaseUser]) -> HttpResponse | None:
        owners = list(queryset.order_by("pk"))
        reason = confirmed_reason(request)
        if not reason:
            return self.ask(request, owners, "erase_data")
        for owner in owners:
            with transaction.atomic():
                changes.erase(owner.pk)
                self.log_change(request, owner, f"Erased all data. Reason: {reason}")
        names = ", ".join(owner.get_username() for owner in owners)
        self.message_user(request, gettext("Erased everything of %(names)s.") % {"names": names}, messages.SUCCESS)
        return None

    def ask(self, request: HttpRequest, owners: Sequence[AbstractBaseUser], action: str) -> HttpResponse:
        """The page that says what will happen and asks for the reason."""
        names = self.names_of(owners)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Erase all data") if action == "erase_data" else gettext("Export all data"),
            "opts": self.opts,
            "action": action,
            "is_erasure": action == "erase_data",
            "owners": [(owner, names[owner.pk], holdings(owner.pk)) for owner in owners],
            "reason": request.POST.get("reason", ""),
            "is_reason_missing": "confirmed" in request.POST,
            "from_page": request.POST.get("from_page", ""),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "todos/admin/confirm.html", context)


def confirmed_reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip() if "confirmed" in request.POST else ""


def account_of(owner_id: int) -> Account | None:
    return Account.objects.filter(owner_id=owner_id).select_related("default_list").first()


def calendar_of(owner_id: int) -> CalendarAddress | None:
    return CalendarAddress.objects.filter(owner_id=owner_id).defer("secret_hash").first()


def last_change_at(owner_id: int) -> datetime | None:
    """When a todo of this owner was last changed; the index of versions knows it."""
    latest = Todo.objects.filter(owner_id=owner_id).order_by("-version", "-uid").values_list("updated_at", flat=True)
    return latest.first()
