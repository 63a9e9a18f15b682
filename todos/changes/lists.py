"""What can be done to a list."""

from __future__ import annotations

from typing import TypedDict, Unpack
from uuid import UUID

from todos.changes.change import Change, Chosen, change, written_todos
from todos.changes.moves import position_among
from todos.changes.preconditions import Put, has_values, require_base, require_put
from todos.changes.quotas import require_room
from todos.compiled.caller import Caller
from todos.exceptions import Code, Conflict, Invalid
from todos.fields.declared import LIST_FIELDS
from todos.fields.field import defaults, plain_names
from todos.models import Account, List, Todo, Tombstone
from todos.models.owned import uuid7
from todos.types import Values

Expected = frozenset[int] | None
PLAIN, DEFAULTS = plain_names(LIST_FIELDS), defaults(LIST_FIELDS)


class ListValues(TypedDict, total=False):
    name: str
    color: str
    archived: bool


def create_list(owner: int | Caller, uid: UUID | None, **values: Unpack[ListValues]) -> tuple[UUID, bool]:
    """Gives the id, and whether the list is new: the same creation twice makes one list."""
    new: Values = {**DEFAULTS, **values}
    with change(owner, chosen=Chosen(Tombstone.Kind.LIST, [uid] if uid else ())) as current:
        current.inbox()
        old = List.objects.filter(owner_id=current.owner_id, uid=uid).first() if uid else None
        if old:
            if not has_values(old, new, PLAIN):
                code = Code("id_conflict", kind="list")
                raise Conflict(code, "You have another list with this id.", pointer="/id", uid=uid)
            return old.uid, False
        row = new_list(current, uid, new, pointer="/id")
    return row.uid, True


def new_list(current: Change, uid: UUID | None, values: Values, pointer: str = "") -> List:
    current.require_unburied(uid, pointer)
    require_room("lists", List.objects.filter(owner_id=current.owner_id).count)
    row = List(uid=uid or uuid7(), position=current.end_position(), **values, **current.stamp_new())
    List.objects.bulk_create([row])
    return row


def put_list(owner: int | Caller, uid: UUID, put: Put, expected: Expected, **values: Unpack[ListValues]) -> bool:
    """Replaces the list, or creates it and says so. What the values leave out goes back to its default."""
    whole: Values = {**DEFAULTS, "archived": False, **values}
    with change(owner, chosen=Chosen(Tombstone.Kind.LIST, [uid])) as current:
        # Whoever puts the Inbox puts the one that is there.
        current.inbox()
        row = List.objects.filter(owner_id=current.owner_id, uid=uid).first()
        require_put(row, put, expected)
        if row:
            require_untrashed(row)
            change_list(current, row, whole)
        else:
            since = {"archived_at": current.now if whole.pop("archived") else None}
            new_list(current, uid, {**whole, **since})
    return row is None


def update_list(
    owner: int | Caller, uid: UUID, expected: Expected, base: Values | None = None, **values: Unpack[ListValues]
) -> None:
    with change(owner) as current:
        row = usable_list(current, uid, expected)
        require_base(row, {**values}, base or {})
        change_list(current, row, {**values})


def change_list(current: Change, row: List, columns: Values) -> None:
    if "archived" in columns:
        archived = columns.pop("archived")
        if archived and row.is_inbox:
            raise Conflict("inbox_stays", "The Inbox can't be archived or deleted.", uid=row.uid)
        columns["archived_at"] = (row.archived_at or current.now) if archived else None
        forget_default(current, row if archived else None)
    current.write(row, **columns)


def delete_list(owner: int | Caller, uid: UUID, expected: Expected) -> int:
    """Gives the version that it has in the trash."""
    with change(owner) as current:
        row = current.row(List, uid, expected)
        return current.number if trash_list(current, row) else row.version


def trash_list(current: Change, row: List) -> bool:
    """To the trash, with the todos that are not there yet; says whether the list was not."""
    if row.is_inbox:
        raise Conflict("inbox_stays", "The Inbox can't be archived or deleted.", uid=row.uid)
    if row.deleted_at:
        return False
    trashed = {"deleted_at": current.now, "trashed_in": current.mark}
    current.write(row, **trashed)
    Todo.objects.filter(owner_id=current.owner_id, list=row.pk).live().update(**trashed, **current.stamp())
    forget_default(current, row)
    return True


def restore_list(owner: int | Caller, uid: UUID, expected: Expected) -> list[Todo]:
    """Gives the todos that have come along."""
    with change(owner) as current:
        return written_todos(current) if untrash_list(current, current.row(List, uid, expected)) else []


def untrash_list(current: Change, row: List) -> bool:
    """Out of the trash, with the todos that went there together with it; says whether it was there."""
    if not row.deleted_at:
        return False
    together = Todo.objects.filter(owner_id=current.owner_id, list=row.pk, deleted_at__gte=row.deleted_at)
    together.filter(trashed_in=row.trashed_in).update(deleted_at=None, trashed_in=None, **current.stamp())
    current.write(row, deleted_at=None, trashed_in=None)
    return True


def move_list(owner: int | Caller, uid: UUID, expected: Expected, place: Values) -> None:
    with change(owner) as current:
        put_list_beside(current, usable_list(current, uid, expected), place)


def put_list_beside(current: Change, row: List, place: Values) -> None:
    """Beside another list, or to an end; `place` may have `after` and `before`."""
    siblings = List.objects.filter(owner_id=current.owner_id, deleted_at=None).exclude(uid=row.uid)
    current.write(row, position=position_among(current, siblings, place, "list"))


def usable_list(current: Change, uid: UUID, expected: Expected) -> List:
    row = current.row(List, uid, expected)
    require_untrashed(row)
    return row


def require_untrashed(row: List) -> None:
    if row.deleted_at:
        raise Conflict(Code("trashed", kind="list"), "This list is in the trash; restore it first.", uid=row.uid)


def require_usable(row: List, pointer: str) -> None:
    """Refuses a list for todos to come that takes none."""
    if row.deleted_at:
        raise Invalid(Code("trashed", kind="list"), "This list is in the trash; restore it first.", pointer=pointer)
    if row.archived_at:
        raise Invalid("archived", "This list is archived.", pointer=pointer)


def forget_default(current: Change, row: List | None) -> None:
    """New todos must not go to a list that is out of sight; they go to the Inbox instead."""
    if row and current.default and current.default.pk == row.pk:
        current.default = None
        settings = {"default_list": None, "settings_version": current.take_number()}
        Account.objects.filter(owner_id=current.owner_id).update(**settings)
