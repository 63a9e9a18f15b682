"""What a client asks of single rows, of every kind, and how those that are written one by one are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from todos.changes.change import Change
from todos.changes.lists import change_list, new_list, put_list_beside, require_untrashed, trash_list, untrash_list
from todos.changes.tags import change_tag, erase_tag, new_tag
from todos.changes.views import erase_view, new_view, put_view_beside
from todos.fields.declared import LIST_FIELDS, TAG_FIELDS, VIEW_FIELDS
from todos.fields.field import defaults
from todos.models import List, Tag, Todo, View
from todos.types import Values


class Kind(StrEnum):
    TODO = "todo"
    LIST = "list"
    TAG = "tag"
    VIEW = "view"
    SETTINGS = "settings"


class Deed(StrEnum):
    # A row that is there is changed, one that is not is made.
    SAVE = "save"
    CREATE = "create"
    UPDATE = "update"
    COMPLETE = "complete"
    REOPEN = "reopen"
    SKIP = "skip"
    UNSKIP = "unskip"
    DELETE = "delete"
    RESTORE = "restore"
    MOVE = "move"


@dataclass
class Edit:
    kind: Kind
    deed: Deed
    uid: UUID | None
    values: Values = field(default_factory=dict)
    # What the client started from: the version of the row, or these values of it.
    version: int | None = None
    base: Values = field(default_factory=dict)

    @property
    def is_undone_together(self) -> bool:
        """Whether it may do something to several rows, or to one several times, that is taken back together."""
        is_completion = self.deed is Deed.COMPLETE or bool(self.values.get("completed"))
        return is_completion or self.deed is Deed.DELETE or bool(self.values.get("rrule"))

    @property
    def concerns_todos(self) -> bool:
        """Whether it may write todos, or decides what becomes of those after it."""
        if self.kind is Kind.LIST:
            return self.deed in {Deed.DELETE, Deed.RESTORE} or "archived" in self.values
        return self.kind is not Kind.VIEW


class Plain(NamedTuple):
    """A kind whose edits are written one by one."""

    model: type[List] | type[Tag] | type[View]
    new: Values
    required: tuple[str, ...]
    make: Callable[..., Any]
    change: Callable[[Change, Any, Values], Any]
    deeds: dict[Deed, Callable[[Change, Any, Values], Any]]


def change_usable_list(current: Change, row: List, values: Values) -> None:
    require_untrashed(row)
    change_list(current, row, values)


def move_usable_list(current: Change, row: List, place: Values) -> None:
    require_untrashed(row)
    put_list_beside(current, row, place)


PLAIN = {
    Kind.LIST: Plain(
        List,
        defaults(LIST_FIELDS),
        ("name",),
        new_list,
        change_usable_list,
        {
            Deed.DELETE: lambda current, row, _: trash_list(current, row),
            Deed.RESTORE: lambda current, row, _: untrash_list(current, row),
            Deed.MOVE: move_usable_list,
        },
    ),
    Kind.TAG: Plain(
        Tag,
        defaults(TAG_FIELDS),
        ("name",),
        new_tag,
        change_tag,
        {Deed.DELETE: lambda current, row, _: erase_tag(current, row)},
    ),
    Kind.VIEW: Plain(
        View,
        defaults(VIEW_FIELDS),
        ("name", "query"),
        new_view,
        lambda current, row, values: current.write(row, **values),
        {Deed.DELETE: lambda current, row, _: erase_view(current, row), Deed.MOVE: put_view_beside},
    ),
}
MODELS: dict[Kind, Any] = {Kind.TODO: Todo, **{kind: plain.model for kind, plain in PLAIN.items()}}
