"""Todos as operators see them: everything but the notes, which take a permission, a reason and a line in the log."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format, time_format
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from todos import changes
from todos.admin.date_drilldown import DrillDown, drill_down
from todos.admin.filters import DueFilter, InListFilter, OwnerFilter, StateFilter, TaggedFilter
from todos.admin.owned import OwnedAdmin, Write, columns_of
from todos.fields.declared import TODO_FIELDS
from todos.models import Todo, TodoTag
from todos.recurrence import sentence
from todos.recurrence.rule import parse
from todos.reminders import in_words
from todos.types import Values

STATES = {"trash": _("in the trash"), "completed": _("completed"), "open": _("open")}


class NotesForm(forms.Form):
    reason = forms.CharField(max_length=500, help_text=_("Goes to the log, together with your name and this todo."))


class TodoChangeList(ChangeList):
    @cached_property
    def calendar(self) -> DrillDown:
        return drill_down(self, Todo, self.date_hierarchy)


@admin.register(Todo)
class TodoAdmin(OwnedAdmin[Todo]):
    list_display = ("short_title", "state", "owner_link", "list_name", "due", "created")
    list_select_related = ("owner", "list")
    list_filter = (StateFilter, DueFilter, OwnerFilter, InListFilter, TaggedFilter)
    date_hierarchy = "created_at"
    search_fields = ("title",)
    search_help_text = _(
        "A todo's id; or a part of its title, among all todos of the chosen owner, else among the latest 10,000."
    )
    actions = ("restore", "trash")
    editable = ("title", "priority", "due_date", "due_time")
    shown = (
        *("owner_link", "state", "list_link", "parent_link", "tag_names", "repeats", "reminds"),
        *columns_of(Todo, TODO_FIELDS, *editable),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Todo]:
        return super().get_queryset(request).defer("notes", "meta")

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[TodoChangeList]:
        return TodoChangeList

    def get_fields(self, request: HttpRequest, obj: Todo | None = None) -> tuple[str, ...]:
        kind = "notes_link" if request.user.has_perm("todos.view_notes") else "notes_length"
        kinds = {"notes": kind, "meta": "meta_length"}
        return tuple(kinds.get(name, name) for name in super().get_fields(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Todo | None = None) -> tuple[str, ...]:
        return (
            *(name for name in self.shown if name not in {"notes", "meta"}),
            "notes_link",
            "notes_length",
            "meta_length",
        )

    def write(self, row: Todo, values: Values, expected: frozenset[int]) -> None:
        changes.run(row.owner_id, [changes.Operation(changes.Verb.UPDATE, row.uid, values, expected)])

    # Columns

    @admin.display(description=_("title"), ordering="title")
    def short_title(self, todo: Todo) -> str:
        return Truncator(todo.title).chars(70)

    @admin.display(description=_("state"))
    def state(self, todo: Todo) -> str:
        word = "trash" if todo.deleted_at else "completed" if todo.completed_at else "open"
        return format_html('<span class="badge badge-{}">{}</span>', word, STATES[word])

    @admin.display(description=_("list"))
    def list_name(self, todo: Todo) -> str:
        return todo.list.name

    @admin.display(description=_("due"), ordering="due_date")
    def due(self, todo: Todo) -> str | None:
        if todo.due_date is None:
            return None
        day = date_format(todo.due_date, "SHORT_DATE_FORMAT")
        at = time_format(todo.due_time, "TIME_FORMAT") if todo.due_time else ""
        return " ".join(filter(None, (day, at, todo.time_zone)))

    # Lines of the page

    @admin.display(description=_("list"))
    def list_link(self, todo: Todo) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:todos_list_change", args=[todo.list_id]), todo.list)

    @admin.display(description=_("subtask of"))
    def parent_link(self, todo: Todo) -> str:
        if todo.parent is None:
            return "-"
        address = reverse("admin:todos_todo_change", args=[todo.parent_id])
        return format_html('<a href="{}">{}</a>', address, todo.parent)

    @admin.display(description=_("tags"))
    def tag_names(self, todo: Todo) -> str:
        links = TodoTag.objects.filter(owner=todo.owner_id, todo=todo).select_related("tag").order_by("tag__key")
        return format_html_join(", ", "{}", ((link.tag.name,) for link in links)) or "-"

    @admin.display(description=_("repeats"))
    def repeats(self, todo: Todo) -> str:
        if not (todo.rrule and todo.series_start):
            return "-"
        ending = gettext(", counted from completing") if todo.repeat_from == "completion" else ""
        # What the API says too, in the only language that it has.
        said = sentence.in_words(parse(todo.rrule), todo.series_start)
        return format_html('<span lang="en" dir="ltr">{}</span>{}', said, ending)

    @admin.display(description=_("reminds"))
    def reminds(self, todo: Todo) -> str:
        return in_words(todo.reminders) or "-"

    @admin.display(description=_("notes"))
    def notes_length(self, todo: Todo) -> str:
        length = Todo.objects.filter(pk=todo.pk).values_list(Length("notes"), flat=True).get()
        return hidden(length)

    @admin.display(description=_("meta"))
    def meta_length(self, todo: Todo) -> str:
        """What a client keeps there may be as private as notes, and no operator has to read it."""
        length = Todo.objects.filter(pk=todo.pk).values_list(Length("meta"), flat=True).get()
        return hidden(length)

    @admin.display(description=_("notes"))
    def notes_link(self, todo: Todo) -> str:
        length = self.notes_length(todo)
        if length == hidden(0):
            return length
        address = reverse("admin:todos_todo_notes", args=[todo.pk])
        return format_html('{} · <a href="{}">{}</a>', length, address, gettext("Read them …"))

    # Notes

    def get_urls(self) -> list[URLPattern]:
        notes = path("<path:object_id>/notes/", self.admin_site.admin_view(self.notes_view), name="todos_todo_notes")
        return [notes, *super().get_urls()]

    def notes_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks why first; what is shown afterwards has its line in the log already."""
        if not (self.has_view_permission(request) and request.user.has_perm("todos.view_notes")):
            raise PermissionDenied
        todo = self.get_object(request, object_id)
        if todo is None:
            raise Http404
        form = NotesForm(request.POST or None)
        is_logged = form.is_valid()
        if is_logged:
            self.log_change(request, todo, f"Read the notes. Reason: {form.cleaned_data['reason']}")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Notes of a todo"),
            "opts": self.opts,
            "todo": todo,
            "form": form,
            "notes": todo.notes if is_logged else None,
        }
        return TemplateResponse(request, "todos/admin/notes.html", context, headers={"Cache-Control": "no-store"})

    # Actions

    @admin.action(description=_("Restore from the trash"), permissions=["restore"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Todo]) -> None:
        self.act(
            request,
            queryset.filter(deleted_at__isnull=False),
            run_all(changes.Verb.RESTORE),
            _("Restored from the trash"),
        )

    @admin.action(description=_("Move to the trash"), permissions=["change"])
    def trash(self, request: HttpRequest, queryset: QuerySet[Todo]) -> None:
        self.act(request, queryset.filter(deleted_at=None), run_all(changes.Verb.DELETE), _("Moved to the trash"))


def hidden(length: int) -> str:
    told = ngettext("hidden, %(count)d character", "hidden, %(count)d characters", length) % {"count": length}
    return told if length else gettext("none")


def run_all(verb: changes.Verb) -> Write:
    def write(owner_id: int, uids: list[UUID]) -> None:
        changes.run(owner_id, [changes.Operation(verb, uid) for uid in uids])

    return write
