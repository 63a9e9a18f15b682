"""Where a row goes when it is dragged beside another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db.models import UUIDField, Value

from todos.changes import positions
from todos.exceptions import Code, Invalid
from todos.models import List, Todo, View
from todos.models.expressions import After

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.db.models import QuerySet

    from todos.changes.batch import Batch
    from todos.changes.change import Change
    from todos.types import Values

SIDES = ("after", "before")
Sibling = TypeVar("Sibling", Todo, List, View)


def neighbour_in(values: Values, find: Callable[[UUID, str], Sibling]) -> tuple[Sibling | None, str]:
    """The neighbour that counts and on which side of it: the first that is still there. Without one, which end.

    `find` gets the id and the side, and refuses what can be no neighbour.
    """
    fault = None
    for side in SIDES:
        if values.get(side):
            try:
                return find(values[side], side), side
            except Invalid as refusal:
                fault = fault or refusal
    ends = [side for side in SIDES if side in values and values[side] is None]
    if fault and not ends:
        raise fault
    return None, ends[0] if ends else "before"


def position_at_end(change: Change, side: str) -> str:
    """After nothing is the beginning."""
    return change.top_position() if side == "after" else change.end_position()


def position_among(change: Change, siblings: QuerySet[Sibling], place: Values, kind: str) -> str:
    """The key of a row that goes beside one of these, or to an end; `place` may have `after` and `before`."""

    def find(uid: UUID, side: str) -> Sibling:
        neighbour = siblings.filter(uid=uid).first()
        if neighbour is None:
            raise Invalid(Code("does_not_exist", kind=kind), f"You have no such {kind}.", pointer=f"/{side}")
        return neighbour

    neighbour, side = neighbour_in(place, find)
    if neighbour is None:
        return position_at_end(change, side)
    position = position_beside(change, siblings, neighbour, side)
    if position is None:
        respace(change, siblings)
        position = position_beside(change, siblings, siblings.get(pk=neighbour.pk), side)
    return position or change.end_position()


def move_beside(batch: Batch, todo: Todo, neighbour: Todo, side: str) -> None:
    """Gives a todo a key next to its neighbour's; siblings without room between them get new keys first."""
    siblings = Todo.objects.filter(owner_id=batch.change.owner_id, list_id=todo.list_id, parent_id=todo.parent_id)
    siblings = siblings.live().exclude(uid=todo.uid)
    position = position_beside(batch.change, siblings, neighbour, side)
    if position is None:
        for row in respace(batch.change, siblings):
            if row.uid in batch.todos:
                batch.todos[row.uid].position = row.position
                batch.todos[row.uid].version = row.version
                batch.todos[row.uid].updated_at = row.updated_at
        position = position_beside(batch.change, siblings, neighbour, side) or batch.change.end_position()
    batch.touch(todo, position=position)


def position_beside(change: Change, siblings: QuerySet[Sibling], neighbour: Sibling, side: str) -> str | None:
    """A key between the neighbour and the row on its other side; None if there is no room."""
    ahead = side == "after"
    order = ("position", "uid") if ahead else ("-position", "-uid")
    beyond = siblings.filter(
        After("position", Value(neighbour.position), Value(neighbour.uid, UUIDField()), operator=">" if ahead else "<")
    )
    other = beyond.order_by(*order).values_list("position", flat=True).first()
    if other is None:
        return change.end_position() if ahead else change.top_position()
    low, high = (neighbour.position, other) if ahead else (other, neighbour.position)
    position = positions.between(low, high) if low < high else None
    return position if position and len(position) <= positions.MAX_LENGTH else None


def respace(change: Change, siblings: QuerySet[Sibling]) -> list[Sibling]:
    """Fresh, short keys in the order that the siblings have."""
    rows = list(siblings.order_by("position", "uid").only("pk", "uid", "position"))
    stamp = change.stamp()
    for row in rows:
        row.position = change.end_position()
        row.version, row.updated_at = stamp["version"], stamp["updated_at"]
    siblings.bulk_update(rows, ["position", "version", "updated_at"])
    return rows
