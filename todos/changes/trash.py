"""What leaves the trash for good, with tombstones: all of it, or a list with its todos."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import Q

from todos.changes.change import Change, change
from todos.compiled.caller import Caller
from todos.exceptions import Code, Conflict
from todos.models import List, Todo, Tombstone
from todos.models.todo import TRASHED

LEAVE_TOMBSTONES = """
INSERT INTO todos_tombstone (owner_id, kind, uid, version, deleted_at)
SELECT %s, 'todo', uid, %s, %s FROM todos_todo WHERE owner_id = %s AND {which}
"""


def empty_trash(owner: int | Caller) -> int:
    """Erases every todo in the trash, and gives the owner's version. Lists stay there."""
    with change(owner) as current:
        erase_todos(current, TRASHED, "deleted_at IS NOT NULL", [])
    return current.number - current.is_empty


def erase_list(owner: int | Caller, uid: UUID, expected: frozenset[int] | None) -> int:
    """Erases a list that is in the trash, and its todos, which are there too. Gives the version of the tombstones."""
    with change(owner) as current:
        row = current.row(List, uid, expected)
        if not row.deleted_at:
            detail = "Only a list in the trash can be deleted for good; delete it without permanent=true first."
            raise Conflict(Code("not_trashed", kind="list"), detail, uid=uid)
        erase_todos(current, Q(list=row.pk), "list_id = %s", [row.pk])
        List.objects.filter(owner_id=current.owner_id, pk=row.pk).delete()
        stamp = {"version": current.take_number(), "deleted_at": current.now}
        Tombstone.objects.create(owner_id=current.owner_id, kind=Tombstone.Kind.LIST, uid=uid, **stamp)
    return current.number


def erase_todos(current: Change, which: Q, sql: str, parameters: list[int]) -> None:
    """In four statements, however many there are; `sql` says in SQL which."""
    todos = Todo.objects.filter(which, owner_id=current.owner_id)
    count = todos.count()
    if not count:
        return
    moment = connection.ops.adapt_datetimefield_value(current.now)
    with connection.cursor() as cursor:
        stamp = [current.owner_id, current.take_number(), moment, current.owner_id]
        cursor.execute(LEAVE_TOMBSTONES.format(which=sql), [*stamp, *parameters])
    current.delete_what_refers_to(todos.values("pk"))
    # Subtasks first, for SQLite.
    todos.filter(parent__isnull=False).delete()
    todos.delete()
    current.todo_count -= count
