"""One operation among others, which may be refused while they go on: then all that it has altered is as before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from todos.changes.batch import Batch
    from todos.models import Todo


class Attempt:
    """What has to be known to undo it. `Batch` tells of each todo before it alters it."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.kept: dict[UUID, tuple[Todo, Any, set[str] | None]] = {}
        self.new, self.new_tags = len(batch.new), len(batch.new_tags)
        self.retagged, self.arrived = batch.retagged.copy(), batch.arrived.copy()
        self.steps, self.taken_back = batch.history.new.copy(), batch.history.taken_back.copy()
        self.todo_count, self.is_empty = batch.change.todo_count, batch.change.is_empty

    def keep(self, todo: Todo) -> None:
        if todo.uid not in self.kept:
            changed = self.batch.changed.get(todo.uid)
            # What is to be pickled is a copy, with rows that it refers to.
            self.kept[todo.uid] = (todo, todo.__getstate__(), None if changed is None else set(changed))

    @property
    def has_altered(self) -> bool:
        return bool(self.kept) or len(self.batch.new) > self.new

    def undo(self) -> None:
        batch = self.batch
        for uid, (todo, values, changed) in self.kept.items():
            vars(todo).clear()
            vars(todo).update(values)
            if changed is None:
                batch.changed.pop(uid, None)
            else:
                batch.changed[uid] = changed
        for todo in batch.new[self.new :]:
            del batch.todos[todo.uid]
        for tag in batch.new_tags[self.new_tags :]:
            del batch.tags[tag.key]
        del batch.new[self.new :], batch.new_tags[self.new_tags :]
        batch.retagged, batch.arrived = self.retagged, self.arrived
        batch.history.restore(self.steps, self.taken_back)
        batch.change.todo_count, batch.change.is_empty = self.todo_count, self.is_empty
