"""What operators read that comes from elsewhere: columns, refusals; and what the log keeps of it."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from todos.exceptions import Refused, members_of
from todos.letters import ONE_LINE_FAULTS
from todos.models import List, Tag, Todo, View

ONE_LINE = RegexValidator(ONE_LINE_FAULTS.regex, _("Control characters are not accepted."), ONE_LINE_FAULTS.code)
# Not in the models, where each would be a migration.
LABELS = {
    "archived_at": _("archived at"),
    "color": _("colour"),
    "completed_at": _("completed at"),
    "completed_in": _("completed in"),
    "created_at": _("created at"),
    "deleted_at": _("deleted at"),
    "due_at": _("due at"),
    "due_date": _("due date"),
    "due_time": _("due time"),
    "name": _("name"),
    "notes": _("notes"),
    "position": _("position"),
    "priority": _("priority"),
    "query": _("query"),
    "reminders": _("reminders"),
    "repeat_from": _("repeat from"),
    "rrule": _("rule"),
    "starts_on": _("starts on"),
    "time_zone": _("time zone"),
    "title": _("title"),
    "uid": _("id"),
    "updated_at": _("updated at"),
    "version": _("version"),
}
NAMES = {
    Todo: (_("todo"), _("todos")),
    List: (_("list"), _("lists")),
    Tag: (_("tag"), _("tags")),
    View: (_("view"), _("views")),
}
# Those that an operator can be given.
REFUSALS = {
    "": _("The row is gone; its owner has deleted it meanwhile."),
    "stale": _("The row is not as you know it."),
    "name_taken": _("The owner has a tag with this name."),
    "inbox_stays": _("The Inbox can't be archived or deleted."),
    "time_needs_date": _("A time of day needs a date."),
    "zone_needs_time": _("A time zone needs a time of day."),
    "reminder_needs_date": _("Reminders that count from a date need one."),
    "rrule_needs_date": _("A todo that repeats needs a date."),
    "too_many_todos": _("The owner has no room for more than %(max)d todos."),
    "too_many_lists": _("The owner has no room for more than %(max)d lists."),
    "too_many_subtasks": _("A todo has no room for more than %(max)d subtasks."),
}


def put_up() -> None:
    for model, names in NAMES.items():
        model._meta.verbose_name, model._meta.verbose_name_plural = names
        for field in model._meta.fields:
            field.verbose_name = LABELS.get(field.name, field.verbose_name)


def refusal_text(refusal: Refused) -> str:
    """In the operator's language if it is one that operators are given, else in English."""
    if refusal.code not in REFUSALS:
        return refusal.detail
    return str(REFUSALS[refusal.code]) % members_of(refusal.code).get("params", {})


def in_english(text: object) -> str:
    """As the log has it: those who read it need not speak the language of whoever acted."""
    with override(None):
        return str(text)
