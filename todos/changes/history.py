"""The history of todos that repeat, as a change reads and writes it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max

from todos import conf
from todos.changes.change import Change
from todos.models import Completion, Todo

# Counting a full history takes 40 ms, so one of so many changes does it.
CHANGES_TO_A_COUNT = 32


class History:
    def __init__(self, change: Change) -> None:
        self.change = change
        self.new: list[Completion] = []
        self.taken_back: list[int] = []
        self.latest: dict[int, Completion] | None = None

    def latest_of(self, todo: Todo, among: Iterable[Todo]) -> Completion | None:
        """One of this change, or fetched for all of these in one statement."""
        if new := next((row for row in reversed(self.new) if row.todo is todo), None):
            return new
        if self.latest is None:
            keys = [row.pk for row in among if row.rrule and row.pk]
            rows = Completion.objects.filter(owner_id=self.change.owner_id, todo__in=keys).order_by()
            latest = rows.values("todo").annotate(latest=Max("pk")).values("latest")
            found = Completion.objects.filter(owner_id=self.change.owner_id, pk__in=latest) if keys else ()
            self.latest = {row.todo_id: row for row in found}
        return self.latest.get(todo.pk)

    def take_back(self, completion: Completion) -> None:
        if completion.pk:
            self.taken_back.append(completion.pk)
        else:
            self.new.remove(completion)

    def write(self) -> None:
        rows = Completion.objects.filter(owner_id=self.change.owner_id)
        if self.taken_back:
            rows.filter(pk__in=self.taken_back).delete()
        for row in self.new:
            # A new todo has got its key only now.
            row.todo_id = row.todo.pk
        Completion.objects.bulk_create(self.new)
        if self.new and self.change.number % CHANGES_TO_A_COUNT == 0:
            self.forget_old()
        self.new, self.taken_back, self.latest = [], [], None

    def forget_old(self) -> None:
        """Nobody is kept from completing because the history is full."""
        if limit := conf.quota("completions"):
            rows = Completion.objects.filter(owner_id=self.change.owner_id)
            # Ids begin with the time.
            first_beyond = rows.order_by("-uid").values("uid")[limit : limit + 1]
            rows.filter(uid__lte=first_beyond).delete()
