"""The history of todos that repeat, as a change reads and writes it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Max, Q

from todos import conf
from todos.changes.change import Change
from todos.models import Completion, Todo

# Counting a full history takes 40 ms, so one of so many changes does it.
CHANGES_TO_A_COUNT = 32


class History:
    def __init__(self, change: Change) -> None:
        self.change = change
        self.new: list[Completion] = []
        # From which row on the history of a todo is taken back.
        self.taken_back: dict[int, int] = {}
        # Of each todo that was asked for the row, skips counted or not.
        self.latest: dict[bool, dict[int, Completion | None]] = {False: {}, True: {}}

    def latest_of(self, todo: Todo, among: Iterable[Todo], *, with_skips: bool) -> Completion | None:
        """One of this change, or fetched for all of these in one statement."""
        for new in reversed(self.new):
            if new.todo is todo and (with_skips or not new.is_skipped):
                return new
        found = self.latest[with_skips]
        if todo.pk and (todo.pk not in found or self.is_taken_back(found[todo.pk])):
            found |= {todo.pk: None} | self.fetch([todo, *among], with_skips=with_skips)
        return found.get(todo.pk)

    def fetch(self, todos: Iterable[Todo], *, with_skips: bool) -> dict[int, Completion | None]:
        keys = [todo.pk for todo in todos if todo.rrule and todo.pk]
        rows = Completion.objects.filter(owner_id=self.change.owner_id)
        left = rows.filter(Q() if with_skips else Q(is_skipped=False), todo__in=keys).exclude(self.those_taken_back)
        latest = left.order_by().values("todo").annotate(latest=Max("pk")).values("latest")
        return dict.fromkeys(keys) | {row.todo_id: row for row in rows.filter(pk__in=latest)}

    def is_taken_back(self, row: Completion | None) -> bool:
        return row is not None and row.pk >= self.taken_back.get(row.todo_id, row.pk + 1)

    @property
    def those_taken_back(self) -> Q:
        """With what was skipped after them."""
        return reduce(or_, (Q(todo=todo, pk__gte=key) for todo, key in self.taken_back.items()), Q(pk__in=()))

    def take_back(self, row: Completion) -> None:
        if row.pk:
            self.taken_back[row.todo_id] = row.pk
        else:
            first = self.new.index(row)
            self.new[first:] = [new for new in self.new[first:] if new.todo is not row.todo]

    def restore(self, new: list[Completion], taken_back: dict[int, int]) -> None:
        """As it was when it had these. What was fetched stays, unless it was to stand in for what is there again."""
        if taken_back != self.taken_back:
            self.forget_fetched()
        self.new, self.taken_back = new, taken_back

    def forget_fetched(self) -> None:
        self.latest = {False: {}, True: {}}

    def write(self) -> None:
        if self.taken_back:
            Completion.objects.filter(self.those_taken_back, owner_id=self.change.owner_id).delete()
        for row in self.new:
            # A new todo has got its key only now.
            row.todo_id = row.todo.pk
        Completion.objects.bulk_create(self.new)
        if self.new and self.change.takes_turn(CHANGES_TO_A_COUNT):
            self.forget_old()
        self.new, self.taken_back = [], {}
        self.forget_fetched()

    def forget_old(self) -> None:
        """Nobody is kept from completing because the history is full."""
        if limit := conf.quota("completions"):
            rows = Completion.objects.filter(owner_id=self.change.owner_id)
            # Ids begin with the time.
            first_beyond = rows.order_by("-uid").values("uid")[limit : limit + 1]
            rows.filter(uid__lte=first_beyond).delete()
