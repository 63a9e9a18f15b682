"""What can be done to a todo. A request with one operation and a bulk of a hundred go the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import NamedTuple
from uuid import UUID

from todos.changes import quotas, recurring
from todos.changes.batch import Batch
from todos.changes.change import Chosen, Place, change
from todos.changes.moves import move_beside, neighbour_in, position_at_end
from todos.changes.preconditions import STALE, has_values, require_base, require_version
from todos.changes.values import (
    DEFAULTS,
    PLAIN,
    apply_values,
    apply_whole,
    complete_with_subtasks,
    keep_parent_open,
    reopen_with_family,
)
from todos.compiled.caller import Caller
from todos.exceptions import Code, Conflict, Invalid, Missing, Refused, Stale
from todos.models import Todo, Tombstone
from todos.models.owned import uuid7
from todos.models.tag import tag_keys
from todos.types import Values

NEIGHBOURS = ("parent", "after", "before")
NAMING_TAGS = ("tags", "tags_add", "tags_remove")


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    INSERT = "insert"
    OVERWRITE = "overwrite"
    COMPLETE = "complete"
    REOPEN = "reopen"
    DELETE = "delete"
    SKIP = "skip"
    UNSKIP = "unskip"
    RESTORE = "restore"
    MOVE = "move"
    DELETE_FOREVER = "delete_forever"


# What mostly makes a row. (PUT mostly replaces one.)
CREATING = frozenset({Verb.CREATE, Verb.INSERT})
MAY_CREATE = CREATING | {Verb.REPLACE}


@dataclass
class Operation:
    verb: Verb
    uid: UUID | None = None
    values: Values = field(default_factory=dict)
    # The versions that the caller accepts; None is any.
    expected: frozenset[int] | None = None
    # What the caller started from, field by field.
    base: Values = field(default_factory=dict)


@dataclass
class Outcome:
    todo: Todo
    created: bool = False


class Result(NamedTuple):
    """The rows of the operations as they are afterwards, in order; others that were written; the owner's version."""

    outcomes: list[Outcome]
    also: list[Todo]
    version: int


def run(owner: int | Caller, operations: list[Operation]) -> Result:
    """Carries out all operations as one change, or none."""
    new_todos = sum(operation.verb in CREATING for operation in operations)
    uids = [operation.uid for operation in operations if operation.uid and operation.verb in MAY_CREATE]
    with change(owner, new_todos=new_todos, chosen=Chosen(Tombstone.Kind.TODO, uids)) as current:
        batch = Batch(current)
        load(batch, operations)
        outcomes = []
        for index, operation in enumerate(operations):
            try:
                outcomes.append(VERBS[operation.verb](batch, operation))
            except Refused as refusal:
                refusal.index = index
                raise
        batch.flush()
    also = batch.written_beside({outcome.todo.uid for outcome in outcomes})
    return Result(outcomes, also, current.number - current.is_empty)


def load(batch: Batch, operations: list[Operation]) -> None:
    names = [(operation.uid, operation.values) for operation in operations]
    todos = {uid for uid, _ in names} | {values.get(name) for _, values in names for name in NEIGHBOURS}
    lists = {values.get("list") for _, values in names}
    bodies = [body for operation in operations for body in (operation.values, operation.base)]
    tags = {name for body in bodies for member in NAMING_TAGS for name in body.get(member, ())}
    keeping = {uid for uid, values in names if values.keys() & {"tags_add", "tags_remove"}}
    batch.load({uid for uid in todos if uid}, {uid for uid in lists if uid}, tags, keeping)


def found(batch: Batch, operation: Operation) -> Todo:
    """The row that an operation is about, in the version that the caller knows."""
    if operation.uid is None:
        raise Missing
    todo = batch.todo(operation.uid)
    require_version(todo, operation.expected)
    return todo


def usable(batch: Batch, operation: Operation) -> Todo:
    todo = found(batch, operation)
    if todo.deleted_at:
        raise Conflict(Code("trashed", kind="todo"), "This todo is in the trash; restore it first.", uid=todo.uid)
    return todo


def create(batch: Batch, operation: Operation) -> Outcome:
    values = {**DEFAULTS, **operation.values}
    if operation.uid in batch.todos:
        return repeat(batch, batch.todos[operation.uid], values)
    current = batch.change
    current.require_unburied(operation.uid, "/id" if operation.verb is Verb.CREATE else "")
    quotas.require_room("todos", lambda: current.todo_count)
    todo = Todo(uid=operation.uid or uuid7(), position=current.end_position(), **current.stamp_new())
    todo.parent_uid, todo.tag_names, todo.owner_zone = None, [], current.zone
    todo.list_archived_at = todo.list_deleted_at = None
    todo.list_id, todo.list_uid = batch.list_named(values["list"]) if "list" in values else new_place(batch, values)
    apply_whole(batch, todo, values)
    batch.add(todo)
    return Outcome(todo, created=True)


def new_place(batch: Batch, values: Values) -> Place:
    """Where a new todo goes that names no list; an archived one takes none by its parent either."""
    place = own_place(batch, values)
    if values["parent"] and batch.todos[values["parent"]].list_archived_at:
        raise Invalid("archived", "This list is archived.", pointer="/parent")
    return place


def own_place(batch: Batch, values: Values) -> Place:
    """Where a todo belongs that names no list."""
    if values["parent"] is None:
        return batch.change.default_place()
    parent = batch.todo_named(values["parent"], "/parent")
    return Place(parent.list_id, parent.list_uid)


def repeat(batch: Batch, todo: Todo, values: Values) -> Outcome:
    """The answer to a second creation with the same id: the row, if it is what was asked for."""
    is_same = (
        has_values(todo, values, PLAIN)
        and (todo.completed_at is not None) == values["completed"]
        and todo.parent_uid == values["parent"]
        and todo.list_uid == values.get("list", todo.list_uid)
        and tag_keys(todo.tag_names) == batch.present_keys(values["tags"])
    )
    if not is_same:
        code = Code("id_conflict", kind="todo")
        raise Conflict(code, "You have another todo with this id.", pointer="/id", uid=todo.uid)
    return Outcome(todo)


def update(batch: Batch, operation: Operation) -> Outcome:
    todo = usable(batch, operation)
    require_base(todo, operation.values, operation.base, batch.present_keys)
    apply_values(batch, todo, operation.values)
    return Outcome(todo)


def replace(batch: Batch, operation: Operation) -> Outcome:
    """PUT: what the values leave out goes back to its default, the list to the user's default list."""
    if operation.uid not in batch.todos:
        if operation.expected is not None:
            raise Stale("stale", STALE)
        return create(batch, operation)
    todo = usable(batch, operation)
    values = {**DEFAULTS, **operation.values}
    if "list" not in values:
        batch.put_into(todo, own_place(batch, values))
    apply_whole(batch, todo, values)
    return Outcome(todo)


def overwrite(batch: Batch, operation: Operation) -> Outcome:
    """PUT that insists on changing what is there."""
    if operation.uid not in batch.todos:
        raise Stale("stale", STALE)
    return replace(batch, operation)


def insert(batch: Batch, operation: Operation) -> Outcome:
    """PUT that insists on creating."""
    if operation.uid in batch.todos:
        raise Stale("exists", "There is a row with this id already.", uid=operation.uid)
    return replace(batch, operation)


def reopen(batch: Batch, operation: Operation) -> Outcome:
    todo = usable(batch, operation)
    if todo.completed_at is None and todo.rrule:
        recurring.take_back(batch, todo)
    else:
        reopen_with_family(batch, todo)
    return Outcome(todo)


def step(take: Callable[[Batch, Todo], None]) -> Callable[[Batch, Operation], Outcome]:
    """What needs nothing but the todo."""

    def run(batch: Batch, operation: Operation) -> Outcome:
        take(batch, todo := usable(batch, operation))
        return Outcome(todo)

    return run


def delete(batch: Batch, operation: Operation) -> Outcome:
    """To the trash, with its subtasks. What is there already stays as it is."""
    todo = found(batch, operation)
    if not todo.deleted_at:
        for row in [todo, *batch.children_of(todo)]:
            if not row.deleted_at:
                batch.touch(row, deleted_at=batch.change.now, trashed_in=batch.change.mark)
    return Outcome(todo)


def restore(batch: Batch, operation: Operation) -> Outcome:
    """Out of the trash, with the subtasks that went there together with it.

    Where its list is still in the trash it goes to the Inbox, where its parent is it becomes a todo of its own.
    """
    todo = found(batch, operation)
    if not todo.deleted_at:
        return Outcome(todo)
    together = [row for row in batch.children_of(todo) if row.trashed_in == todo.trashed_in]
    if (parent := batch.parent_of(todo)) and parent.deleted_at:
        batch.attach(todo, None)
    if todo.list_deleted_at:
        batch.put_into(todo, batch.change.inbox())
    for row in [todo, *together]:
        batch.touch(row, deleted_at=None, trashed_in=None)
    if todo.completed_at is None:
        keep_parent_open(batch, todo)
    return Outcome(todo)


def move(batch: Batch, operation: Operation) -> Outcome:
    """To another list, to another place among its siblings, or both; without a neighbour to the end."""
    todo, values = usable(batch, operation), operation.values
    if values.get("list", todo.list_uid) != todo.list_uid:
        # A subtask that goes to another list leaves its parent behind.
        batch.put_into(todo, batch.list_named(values["list"]))
        batch.attach(todo, None)
    neighbour, side = neighbour_in(values, partial(sibling_named, batch, todo))
    if neighbour:
        batch.flush()
        move_beside(batch, todo, neighbour, side)
    else:
        batch.touch(todo, position=position_at_end(batch.change, side))
    return Outcome(todo)


def sibling_named(batch: Batch, todo: Todo, uid: UUID, side: str) -> Todo:
    neighbour = batch.todo_named(uid, f"/{side}")
    if neighbour is todo or (neighbour.list_uid, neighbour.parent_uid) != (todo.list_uid, todo.parent_uid):
        detail = "The neighbour has to be another todo of the same list and the same parent."
        raise Invalid("not_a_sibling", detail, pointer=f"/{side}")
    return neighbour


def delete_forever(batch: Batch, operation: Operation) -> Outcome:
    todo = found(batch, operation)
    if not todo.deleted_at:
        detail = "Only a todo in the trash can be deleted for good; delete it without permanent=true first."
        raise Conflict(Code("not_trashed", kind="todo"), detail, uid=todo.uid)
    batch.erase([*batch.children_of(todo), todo])
    return Outcome(todo)


VERBS: dict[Verb, Callable[[Batch, Operation], Outcome]] = {
    Verb.CREATE: create,
    Verb.UPDATE: update,
    Verb.REPLACE: replace,
    Verb.INSERT: insert,
    Verb.OVERWRITE: overwrite,
    Verb.COMPLETE: step(complete_with_subtasks),
    Verb.REOPEN: reopen,
    Verb.SKIP: step(recurring.skip),
    Verb.UNSKIP: step(recurring.unskip),
    Verb.DELETE: delete,
    Verb.RESTORE: restore,
    Verb.MOVE: move,
    Verb.DELETE_FOREVER: delete_forever,
}
