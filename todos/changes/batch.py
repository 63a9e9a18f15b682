"""The todos that a change works on: loaded together, altered in memory, written together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from functools import partial
from uuid import UUID

from django.db.models import Count, Q, Value

from todos.changes import quotas
from todos.changes.attempts import Attempt
from todos.changes.change import Change, Place
from todos.changes.history import History
from todos.changes.lists import require_usable
from todos.changes.tags import by_former_names
from todos.changes.words import words_of
from todos.exceptions import Code, Invalid, Missing
from todos.models import Completion, List, Tag, Todo, TodoTag, Tombstone
from todos.models.tag import tag_key, tag_keys

# What a subtask's place follows from, and SQLite checks at once; see `flush`.
BOUND_TO_PARENT = frozenset({"list_id", "parent_id"})


class Batch:
    def __init__(self, change: Change) -> None:
        self.change = change
        self.todos: dict[UUID, Todo] = {}
        self.lists: dict[UUID, List] = {}
        self.tags: dict[str, Tag] = {}
        self.new_tags: list[Tag] = []
        self.new: list[Todo] = []
        self.changed: dict[UUID, set[str]] = {}
        self.retagged: set[UUID] = set()
        # Those that were written, in their order.
        self.written: dict[UUID, None] = {}
        # Those that the database has as subtasks at present.
        self.nested: set[UUID] = set()
        self.has_parents = self.has_children = False
        self.history = History(change)
        # The operation that may be undone alone.
        self.attempt: Attempt | None = None
        # How many subtasks each parent and how many tags (None) are stored, and what is not written yet.
        self.stored_counts: dict[UUID | None, int] = {}
        self.arrived: Counter[UUID] = Counter()

    def load(self, todos: set[UUID], lists: set[UUID], tag_names: set[str], keeping_tags: Set[UUID | None]) -> None:
        """Fetches what the operations name, in one statement for each kind, and the tags that some todos keep."""
        owner_id = self.change.owner_id
        if todos:
            self.fetch(Q(uid__in=todos))
        if lists:
            rows = List.objects.filter(owner_id=owner_id, uid__in=lists)
            self.lists = {row.uid: row for row in rows}
        tag_names = tag_names.union(*(todo.tag_names for uid, todo in self.todos.items() if uid in keeping_tags))
        if tag_names:
            self.load_tags(tag_keys(tag_names))

    def load_tags(self, keys: Set[str]) -> None:
        """Tags by their names, and by names that they had until lately."""
        found = Tag.objects.filter(owner_id=self.change.owner_id, key__in=keys)
        self.tags = {tag.key: tag for tag in found}
        if missing := keys - self.tags.keys():
            former = by_former_names(self.change, missing)
            self.tags |= former | {tag.key: tag for tag in former.values()}

    def fetch(self, which: Q) -> None:
        owner_id = self.change.owner_id
        rows = Todo.objects.filter(which, owner_id=owner_id)
        rows = rows.with_references(owner_id, Value(self.change.zone)).with_state_of_list()
        for todo in rows:
            if todo.uid not in self.todos:
                self.todos[todo.uid] = todo
                if todo.parent_uid is not None:
                    self.nested.add(todo.uid)

    def todo(self, uid: UUID) -> Todo:
        if uid not in self.todos:
            raise Missing
        return self.todos[uid]

    def list_named(self, uid: UUID) -> Place:
        """The list that a body names, as a place for todos."""
        row = self.lists.get(uid)
        if row is None:
            raise Invalid(Code("does_not_exist", kind="list"), "You have no such list.", pointer="/list")
        require_usable(row, "/list")
        return Place(row.pk, row.uid)

    def todo_named(self, uid: UUID, pointer: str) -> Todo:
        """The todo that a body names beside the one it is about."""
        todo = self.todos.get(uid)
        if todo is None:
            raise Invalid(Code("does_not_exist", kind="todo"), "You have no such todo.", pointer=pointer)
        if todo.deleted_at:
            raise Invalid(Code("trashed", kind="todo"), "This todo is in the trash; restore it first.", pointer=pointer)
        return todo

    def parent_of(self, todo: Todo) -> Todo | None:
        if todo.parent_uid is None:
            return None
        if not self.has_parents:
            self.has_parents = True
            missing = {row.parent_id for row in self.todos.values() if row.parent_uid not in self.todos} - {None}
            if missing:
                self.fetch(Q(pk__in=missing))
        return self.todos[todo.parent_uid]

    def children_of(self, todo: Todo) -> list[Todo]:
        """Its subtasks, those in the trash included."""
        if todo.parent_uid is not None:
            return []
        if not self.has_children:
            self.has_children = True
            parents = [row.pk for row in self.todos.values() if row.parent_uid is None and row.pk]
            if parents:
                self.fetch(Q(parent_id__in=parents))
        return [row for row in self.todos.values() if row.parent_uid == todo.uid]

    def add(self, todo: Todo) -> None:
        self.todos[todo.uid] = todo
        self.new.append(todo)
        self.change.todo_count += 1

    def touch(self, todo: Todo, **values: object) -> None:
        """Takes over the values that differ."""
        names = {name for name, value in values.items() if getattr(todo, name) != value}
        if names:
            self.keep(todo)
        for name in names:
            setattr(todo, name, values[name])
        if names:
            self.changed.setdefault(todo.uid, set()).update(names)

    def begin(self) -> Attempt:
        """What is altered from now on can be undone."""
        self.attempt = Attempt(self)
        return self.attempt

    def keep(self, todo: Todo) -> None:
        """Before something of it is altered."""
        if self.attempt:
            self.attempt.keep(todo)

    def put_into(self, todo: Todo, place: Place) -> None:
        """Moves a todo, and its subtasks with it, to a list."""
        if todo.list_uid == place.uid:
            return
        for row in [todo, *(self.children_of(todo) if todo.pk else [])]:
            self.keep(row)
            row.list_uid, row.list_archived_at, row.list_deleted_at = place.uid, None, None
            self.touch(row, list_id=place.pk)

    def attach(self, todo: Todo, parent: Todo | None) -> None:
        if todo.parent_uid != (parent and parent.uid):
            if parent:
                quotas.require_room("subtasks", partial(self.count_below, parent), pointer="/parent", uid=parent.uid)
            self.keep(todo)
            if parent:
                self.arrived[parent.uid] += 1
            if todo.parent_uid:
                self.arrived[todo.parent_uid] -= 1
            todo.parent = parent
            todo.parent_uid = parent.uid if parent else None
            self.changed.setdefault(todo.uid, set()).add("parent_id")

    def count_below(self, parent: Todo) -> int:
        """How many subtasks it has, those in the trash included."""
        if parent.uid not in self.stored_counts:
            self.count_subtasks()
        return self.stored_counts[parent.uid] + self.arrived[parent.uid]

    def count_subtasks(self) -> None:
        """Of all that may be parents, in one statement."""
        parents = [todo for todo in self.todos.values() if todo.parent_uid is None]
        uids = {todo.pk: todo.uid for todo in parents if todo.pk}
        rows = Todo.objects.filter(owner_id=self.change.owner_id, parent__in=uids.keys())
        counts = rows.order_by().values_list("parent").annotate(Count("pk"))
        self.stored_counts.update({todo.uid: 0 for todo in parents})
        self.stored_counts.update({uids[pk]: count for pk, count in counts})

    def count_tags(self) -> int:
        if None not in self.stored_counts:
            self.stored_counts[None] = Tag.objects.filter(owner_id=self.change.owner_id).count()
        return self.stored_counts[None] + len(self.new_tags)

    def tag(self, todo: Todo, names: Iterable[str]) -> None:
        wanted = {self.present_key(name): name for name in reversed(list(names))}
        if wanted.keys() != tag_keys(todo.tag_names):
            self.keep(todo)
            todo.tag_names = [self.tag_named(wanted[key], key).name for key in sorted(wanted)]
            self.retagged.add(todo.uid)
            self.changed.setdefault(todo.uid, set())

    def present_key(self, name: str) -> str:
        """The key of the tag that a name leads to, even if the tag has another name by now."""
        key = tag_key(name)
        return self.tags[key].key if key in self.tags else key

    def present_keys(self, names: Iterable[str]) -> set[str]:
        return {self.present_key(name) for name in names}

    def tag_named(self, name: str, key: str) -> Tag:
        if key not in self.tags:
            quotas.require_room("tags", self.count_tags, pointer="/tags")
            self.tags[key] = Tag(name=name, key=key, **self.change.stamp_new())
            self.new_tags.append(self.tags[key])
        return self.tags[key]

    def flush(self) -> None:
        """Writes everything in a few statements, however many rows there are.

        SQLite checks each subtask when it is written: its parent has to be in its place, and it has to have lost its
        own subtasks. So what has no parent comes first, then subtasks that were subtasks, which had none of their own,
        then those that were parents until now, and new ones last.
        """
        new = {todo.uid for todo in self.new}
        self.written |= dict.fromkeys([*new, *self.changed])
        changed = [todo for uid, todo in self.todos.items() if uid in self.changed and uid not in new]
        for todo in changed:
            for name, value in self.change.stamp().items():
                setattr(todo, name, value)
        for todo in [*self.new, *changed]:
            is_retagged = todo.uid in self.retagged
            self.touch(todo, search=words_of(todo, self.changed[todo.uid], is_retagged=is_retagged))
        Tag.objects.bulk_create(self.new_tags)
        Todo.objects.bulk_create([todo for todo in self.new if todo.parent_uid is None])
        for todo in [*self.new, *changed]:
            if todo.parent_uid in new:
                # Only now the parent has a key.
                todo.parent_id = self.todos[todo.parent_uid].pk
        names = set().union(*(self.changed[todo.uid] for todo in changed))
        if names & BOUND_TO_PARENT:
            subtasks = [todo for todo in changed if todo.parent_uid is not None]
            self.update([todo for todo in changed if todo.parent_uid is None], names)
            self.update([todo for todo in subtasks if todo.uid in self.nested], names)
            self.update([todo for todo in subtasks if todo.uid not in self.nested], names)
        else:
            self.update(changed, names)
        Todo.objects.bulk_create([todo for todo in self.new if todo.parent_uid is not None])
        self.write_links(new)
        self.history.write()
        self.nested = {todo.uid for todo in self.todos.values() if todo.parent_uid is not None}
        self.new, self.new_tags, self.changed, self.retagged = [], [], {}, set()
        self.stored_counts, self.arrived = {}, Counter()

    def written_beside(self, uids: Set[UUID]) -> list[Todo]:
        """What was written along with these."""
        return [self.todos[uid] for uid in self.written if uid not in uids]

    def update(self, todos: list[Todo], names: set[str]) -> None:
        if not todos:
            return
        fields = sorted(names | self.change.stamp().keys())
        rows = Todo.objects.filter(owner_id=self.change.owner_id)
        deltas = [{name: getattr(todo, name) for name in fields} for todo in todos]
        if all(delta == deltas[0] for delta in deltas):
            rows.filter(pk__in=[todo.pk for todo in todos]).update(**deltas[0])
        else:
            rows.bulk_update(todos, fields)

    def write_links(self, new: set[UUID]) -> None:
        owner_id = self.change.owner_id
        todos = [self.todos[uid] for uid in self.retagged]
        if old := [todo.pk for todo in todos if todo.uid not in new]:
            TodoTag.objects.filter(owner_id=owner_id, todo__in=old).delete()
        TodoTag.objects.bulk_create(
            TodoTag(owner_id=owner_id, todo_id=todo.pk, tag_id=self.tags[tag_key(name)].pk)
            for todo in todos
            for name in todo.tag_names
        )

    def latest_completion_of(self, todo: Todo) -> Completion | None:
        return self.history.latest_of(todo, self.todos.values(), with_skips=False)

    def latest_step_of(self, todo: Todo) -> Completion | None:
        """What was completed or skipped last."""
        return self.history.latest_of(todo, self.todos.values(), with_skips=True)

    def erase(self, todos: list[Todo]) -> None:
        """Deletes for good and leaves tombstones."""
        owner_id, keys = self.change.owner_id, [todo.pk for todo in todos]
        self.change.delete_what_refers_to(keys)
        Todo.objects.filter(owner_id=owner_id, pk__in=keys).delete()
        self.change.todo_count -= len(keys)
        stamp = {"version": self.change.take_number(), "deleted_at": self.change.now}
        Tombstone.objects.bulk_create(
            Tombstone(owner_id=owner_id, kind=Tombstone.Kind.TODO, uid=todo.uid, **stamp) for todo in todos
        )
        for todo in todos:
            todo.version = self.change.number
            del self.todos[todo.uid]
            self.written.pop(todo.uid, None)
