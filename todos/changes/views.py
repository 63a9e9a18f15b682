"""What can be done to a saved view. What its query may say, `todos.api.saved` knows; here it is a text."""

from __future__ import annotations

from typing import TypedDict, Unpack
from uuid import UUID

from todos.changes.change import Change, Chosen, change
from todos.changes.moves import position_among
from todos.changes.preconditions import Put, has_values, require_base, require_put
from todos.changes.quotas import require_room
from todos.compiled.caller import Caller
from todos.exceptions import Code, Conflict
from todos.fields.declared import VIEW_FIELDS
from todos.fields.field import defaults, plain_names
from todos.models import Tombstone, View
from todos.models.owned import uuid7
from todos.types import Values

Expected = frozenset[int] | None
PLAIN, DEFAULTS = plain_names(VIEW_FIELDS), defaults(VIEW_FIELDS)


class ViewValues(TypedDict, total=False):
    name: str
    color: str
    query: str


def create_view(owner: int | Caller, uid: UUID | None, **values: Unpack[ViewValues]) -> tuple[UUID, bool]:
    """Gives the id, and whether the view is new: the same creation twice makes one view."""
    new: Values = {**DEFAULTS, **values}
    with change(owner, chosen=Chosen(Tombstone.Kind.VIEW, [uid] if uid else ())) as current:
        old = View.objects.filter(owner_id=current.owner_id, uid=uid).first() if uid else None
        if old:
            if not has_values(old, new, PLAIN):
                code = Code("id_conflict", kind="view")
                raise Conflict(code, "You have another view with this id.", pointer="/id", uid=uid)
            return old.uid, False
        row = new_view(current, uid, new, pointer="/id")
    return row.uid, True


def new_view(current: Change, uid: UUID | None, values: Values, pointer: str = "") -> View:
    current.require_unburied(uid, pointer)
    require_room("views", View.objects.filter(owner_id=current.owner_id).count)
    row = View(uid=uid or uuid7(), position=current.end_position(), **values, **current.stamp_new())
    View.objects.bulk_create([row])
    return row


def put_view(owner: int | Caller, uid: UUID, put: Put, expected: Expected, **values: Unpack[ViewValues]) -> bool:
    """Replaces the view, or creates it and says so. What the values leave out goes back to its default."""
    whole: Values = {**DEFAULTS, **values}
    with change(owner, chosen=Chosen(Tombstone.Kind.VIEW, [uid])) as current:
        row = View.objects.filter(owner_id=current.owner_id, uid=uid).first()
        require_put(row, put, expected)
        if row:
            current.write(row, **whole)
        else:
            new_view(current, uid, whole)
    return row is None


def update_view(
    owner: int | Caller, uid: UUID, expected: Expected, base: Values | None = None, **values: Unpack[ViewValues]
) -> None:
    with change(owner) as current:
        row = current.row(View, uid, expected)
        require_base(row, {**values}, base or {})
        current.write(row, **values)


def delete_view(owner: int | Caller, uid: UUID, expected: Expected) -> int:
    """Gives the version of its tombstone."""
    with change(owner) as current:
        erase_view(current, current.row(View, uid, expected))
    return current.number


def erase_view(current: Change, row: View) -> None:
    """For good: there is no trash for views."""
    View.objects.filter(owner_id=current.owner_id, pk=row.pk).delete()
    stamp = {"version": current.take_number(), "deleted_at": current.now}
    Tombstone.objects.create(owner_id=current.owner_id, kind=Tombstone.Kind.VIEW, uid=row.uid, **stamp)


def move_view(owner: int | Caller, uid: UUID, expected: Expected, place: Values) -> None:
    with change(owner) as current:
        put_view_beside(current, current.row(View, uid, expected), place)


def put_view_beside(current: Change, row: View, place: Values) -> None:
    """Beside another view, or to an end; `place` may have `after` and `before`."""
    siblings = View.objects.filter(owner_id=current.owner_id).exclude(uid=row.uid)
    current.write(row, position=position_among(current, siblings, place, "view"))
