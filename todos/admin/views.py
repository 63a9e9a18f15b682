from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from todos import changes
from todos.admin.filters import OwnerFilter
from todos.admin.owned import OwnedAdmin, columns_of
from todos.fields.declared import VIEW_FIELDS
from todos.models import View
from todos.types import Values


@admin.register(View)
class ViewAdmin(OwnedAdmin[View]):
    list_display = ("name", "owner_link", "created")
    list_filter = (OwnerFilter,)
    search_fields = ("name",)
    search_help_text = _(
        "A view's id; or a part of its name, among all views of the chosen owner, else among the latest 10,000."
    )
    editable = ("name",)
    shown = ("owner_link", *columns_of(View, VIEW_FIELDS, *editable))

    def write(self, row: View, values: Values, expected: frozenset[int]) -> None:
        changes.update_view(row.owner_id, row.uid, expected, **values)
