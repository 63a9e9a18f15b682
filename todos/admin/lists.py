from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from todos import changes
from todos.admin.filters import ListStateFilter, OwnerFilter
from todos.admin.owned import OwnedAdmin, columns_of
from todos.fields.declared import LIST_FIELDS
from todos.models import List
from todos.types import Values

STATES = {"trash": _("in the trash"), "archived": _("archived"), "inbox": _("Inbox"), "active": _("active")}


@admin.register(List)
class ListAdmin(OwnedAdmin[List]):
    list_display = ("name", "state", "owner_link", "todos_link", "created")
    list_filter = (ListStateFilter, OwnerFilter)
    search_fields = ("name",)
    search_help_text = _(
        "A list's id; or a part of its name, among all lists of the chosen owner, else among the latest 10,000."
    )
    actions = ("restore", "trash")
    editable = ("name",)
    # The state says whether it is the Inbox.
    shown = ("owner_link", "state", "todos_link", *columns_of(List, LIST_FIELDS, *editable, "is_inbox"))

    def write(self, row: List, values: Values, expected: frozenset[int]) -> None:
        changes.update_list(row.owner_id, row.uid, expected, **values)

    @admin.display(description=_("state"))
    def state(self, row: List) -> str:
        word = "trash" if row.deleted_at else "archived" if row.archived_at else "inbox" if row.is_inbox else "active"
        return format_html('<span class="badge badge-{}">{}</span>', word, STATES[word])

    @admin.display(description=_("todos"))
    def todos_link(self, row: List) -> str:
        address = reverse("admin:todos_todo_changelist")
        return format_html('<a href="{}?owner={}&amp;list={}">{}</a>', address, row.owner_id, row.pk, _("Show"))

    @admin.action(description=_("Restore from the trash, with their todos"), permissions=["restore"])
    def restore(self, request: HttpRequest, queryset: QuerySet[List]) -> None:
        self.act(request, queryset.filter(deleted_at__isnull=False), restore_all, _("Restored from the trash"))

    @admin.action(description=_("Move to the trash, with their todos"), permissions=["change"])
    def trash(self, request: HttpRequest, queryset: QuerySet[List]) -> None:
        self.act(request, queryset.filter(deleted_at=None), trash_all, _("Moved to the trash"))


def restore_all(owner_id: int, uids: list[UUID]) -> None:
    for uid in uids:
        changes.restore_list(owner_id, uid, None)


def trash_all(owner_id: int, uids: list[UUID]) -> None:
    for uid in uids:
        changes.delete_list(owner_id, uid, None)
