from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from todos import changes
from todos.admin.filters import OwnerFilter
from todos.admin.owned import OwnedAdmin, columns_of
from todos.fields.declared import TAG_FIELDS
from todos.models import Tag
from todos.types import Values


@admin.register(Tag)
class TagAdmin(OwnedAdmin[Tag]):
    list_display = ("name", "owner_link", "todos_link", "created")
    list_filter = (OwnerFilter,)
    search_fields = ("name",)
    search_help_text = _(
        "A tag's id; or a part of its name, among all tags of the chosen owner, else among the latest 10,000."
    )
    editable = ("name",)
    shown = ("owner_link", "todos_link", *columns_of(Tag, TAG_FIELDS, *editable))

    def write(self, row: Tag, values: Values, expected: frozenset[int]) -> None:
        changes.update_tag(row.owner_id, row.uid, expected, **values)

    @admin.display(description=_("todos"))
    def todos_link(self, row: Tag) -> str:
        address = reverse("admin:todos_todo_changelist")
        return format_html('<a href="{}?owner={}&amp;tag={}">{}</a>', address, row.owner_id, row.pk, _("Show"))
