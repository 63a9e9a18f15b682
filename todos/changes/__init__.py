"""Every write to the application's tables, whoever asks for it."""

from todos.changes.accounts import erase, update_settings
from todos.changes.arrivals import Records, Report
from todos.changes.calendar import make_calendar, note_calendar_read, revoke_calendar
from todos.changes.change import MAX_ALSO, change, ensure_inbox, open_account
from todos.changes.edits import Deed, Edit, Kind
from todos.changes.imports import bring_in
from todos.changes.lists import create_list, delete_list, move_list, put_list, restore_list, update_list
from todos.changes.preconditions import Put
from todos.changes.pushing import Answer, push
from todos.changes.tags import create_tag, delete_tag, put_tag, update_tag
from todos.changes.todos import Operation, Outcome, Result, Verb, run
from todos.changes.trash import empty_trash, erase_list
from todos.changes.views import create_view, delete_view, move_view, put_view, update_view

__all__ = [
    "MAX_ALSO",
    "Answer",
    "Deed",
    "Edit",
    "Kind",
    "Operation",
    "Outcome",
    "Put",
    "Records",
    "Report",
    "Result",
    "Verb",
    "bring_in",
    "change",
    "create_list",
    "create_tag",
    "create_view",
    "delete_list",
    "delete_tag",
    "delete_view",
    "empty_trash",
    "ensure_inbox",
    "erase",
    "erase_list",
    "make_calendar",
    "move_list",
    "move_view",
    "note_calendar_read",
    "open_account",
    "push",
    "put_list",
    "put_tag",
    "put_view",
    "restore_list",
    "revoke_calendar",
    "run",
    "update_list",
    "update_settings",
    "update_tag",
    "update_view",
]
