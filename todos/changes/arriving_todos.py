"""Todos that come from a document, with their history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Count, Value

from todos.changes import quotas
from todos.changes.arrivals import AT_A_TIME, Places, Records, Report, few, found, new_row, trashed
from todos.changes.arriving_lists import columns_of, dig_up
from todos.changes.change import Change, Place
from todos.changes.history import History
from todos.changes.recurring import NO_SERIES
from todos.changes.values import DEFAULTS, PLAIN, require_whole_date
from todos.exceptions import Code, Invalid, Refused
from todos.fields.field import columns, defaults
from todos.fields.records import COMPLETION_RECORD, TODO_RECORD
from todos.models import Completion, List, Tag, Todo, TodoTag, Tombstone
from todos.models.tag import tag_key, tag_keys
from todos.models.todo import derived
from todos.recurrence.rule import RuleRefused, parse
from todos.recurrence.series import MOST_BEGUN, require_an_occurrence
from todos.reminders import in_order, need_a_date
from todos.search import searchable
from todos.types import Values

TODO_COLUMNS = columns(TODO_RECORD)
MOST_TITLES = 5
HISTORY_DEFAULTS = defaults(COMPLETION_RECORD)
SERIES = tuple(NO_SERIES)
# Columns that are stored as the document has them.
KEPT = (*PLAIN, *SERIES, "uid", "position", "completed_at", "completed_in")


class Arrival:
    """The todos of one document on their way."""

    def __init__(self, current: Change, report: Report, places: Places) -> None:
        self.current = current
        self.report = report
        self.places: dict[UUID, Any] = dict(places)
        # By the keys of the names that the document has for them.
        self.tags: dict[str, Tag] = {}
        # Where todos go that name no list.
        self.default: Place | None = None
        self.there: dict[UUID, Todo] = {}
        self.new: dict[UUID, Todo] = {}
        self.links: list[TodoTag] = []
        self.begun: set[tuple[str, date]] = set()

    def load(self, records: list[Values], default_list: UUID | None) -> None:
        """What the document names and the account has already."""
        owner_id = self.current.owner_id
        uids = {record["uid"] for record in records}
        uids |= {record["parent_uid"] for record in records if record.get("parent_uid")}
        rows = Todo.objects.filter(owner_id=owner_id).with_references(owner_id, Value(self.current.zone))
        self.there = {row.uid: row for row in found(rows, uids)}
        lists = {record["list_uid"] for record in records if record.get("list_uid")}
        lists |= {default_list} if default_list else set()
        lists -= self.places.keys()
        self.places |= {row.uid: row for row in found(List.objects.filter(owner_id=owner_id), lists)}
        row = self.places.get(default_list) if default_list else None
        if row and not (row.deleted_at or row.archived_at):
            self.default = Place(row.pk, row.uid)

    def arrive(self, index: int, record: Values) -> None:
        row = self.there.get(record["uid"])
        if row is None or row.reminders != record.get("reminders"):
            record = self.without_vain_minutes(index, record)
        if row:
            values = {**columns_of(row, TODO_COLUMNS), "tag_names": tag_keys(row.tag_names)}
            return self.report.compare("todos", self.as_it_would_be(record), values)
        try:
            todo = self.todo_of(record)
        except Refused as refusal:
            refusal.pointer = f"/todos/{index}{refusal.pointer}"
            raise
        # A name that a tag had until lately is another way to the same one.
        tags = {tag.key: tag for tag in (self.tags[tag_key(name)] for name in record.get("tag_names", ()))}.values()
        todo.search = searchable(todo.title, todo.notes, [tag.name for tag in tags])
        self.new[todo.uid] = todo
        self.report.count("todos", "new")
        if len(self.report.sample) < MOST_TITLES:
            self.report.sample.append(todo.title)
        self.links += [TodoTag(owner_id=todo.owner_id, todo=todo, tag=tag) for tag in tags]
        return None

    def without_vain_minutes(self, index: int, record: Values) -> Values:
        """Minutes before nothing never remind, and the API takes none."""
        reminders = record.get("reminders", "")
        if record.get("due_date") or not need_a_date(reminders):
            return record
        text = "What counts from a date does not remind, because it is due on no day."
        self.report.notes.add(f"/todos/{index}/reminders", "reminder_needs_date", text)
        return {**record, "reminders": in_order([each for each in orjson.loads(reminders) if "at" in each])}

    def as_it_would_be(self, record: Values) -> Values:
        """The record with the ids that the account has for the same lists."""
        if "tag_names" in record:
            keys = tag_keys(record["tag_names"])
            record = {**record, "tag_names": {self.tags[key].key if key in self.tags else key for key in keys}}
        uid: Any = record.get("list_uid")
        place = self.places.get(uid)
        return {**record, "list_uid": place.uid} if place else record

    def todo_of(self, record: Values) -> Todo:
        row = new_row(self.current, {**DEFAULTS, **record})
        values = {name: row[name] for name in (*KEPT, "owner_id", "version", "created_at", "updated_at") if name in row}
        values |= trashed(self.current, record)
        values.setdefault("position", self.current.end_position())
        if values.get("completed_at") is None:
            values["completed_in"] = None
        todo = Todo(**values)
        todo.parent = self.parent_of(todo, record)
        todo.list_id = todo.parent.list_id if todo.parent else self.place_of(todo, record).pk
        if todo.parent and todo.parent.completed_at and not (todo.completed_at or todo.deleted_at):
            # An open subtask of it would be out of sight.
            todo.completed_at, todo.completed_in = todo.parent.completed_at, todo.parent.completed_in
        require_whole_date(todo)
        self.settle(todo)
        for name, value in derived(todo.title, todo.due_date, todo.due_time, todo.time_zone, todo.reminders).items():
            setattr(todo, name, value)
        return todo

    def settle(self, todo: Todo) -> None:
        """Begins a series of which the document only has the rule. One that it has may rest without a date."""
        is_known = all(getattr(todo, name) is not None for name in SERIES)
        if not todo.rrule:
            for name in SERIES:
                setattr(todo, name, None)
        elif not is_known and todo.due_date:
            self.require_an_occurrence(todo.rrule, todo.due_date)
            todo.series_in, todo.occurrence_number = self.current.number, 1
            todo.series_start = todo.occurrence_on = todo.due_date
        elif not is_known:
            raise Invalid("rrule_needs_date", "A todo that repeats needs a due_date.", pointer="/rrule")

    def require_an_occurrence(self, rrule: str, start: date) -> None:
        if (rrule, start) in self.begun:
            return
        self.begun.add((rrule, start))
        if len(self.begun) > MOST_BEGUN:
            code, text = Code("too_many_rules", max=MOST_BEGUN), f"At most {MOST_BEGUN:,} series can begin at once."
            raise Invalid(code, text, pointer="/rrule")
        try:
            require_an_occurrence(parse(rrule), start)
        except RuleRefused as exc:
            raise Invalid(exc.code, exc.detail, pointer="/rrule") from exc

    def parent_of(self, todo: Todo, record: Values) -> Todo | None:
        """A todo of its own, like one that is restored without its parent, where there is none that takes it."""
        uid = record.get("parent_uid")
        if uid is None:
            return None
        parent = self.new.get(uid) or self.there.get(uid)
        is_one = parent is not None and parent.parent_id is None and parent.parent is None
        if is_one and parent and (todo.deleted_at or not parent.deleted_at):
            return parent
        self.report.displaced += 1
        return None

    def place_of(self, todo: Todo, record: Values) -> Place:
        uid = record.get("list_uid")
        if uid is None:
            return self.default or self.current.default_place()
        row = self.places.get(uid)
        if row and (todo.deleted_at or not row.deleted_at):
            return Place(row.pk, row.uid)
        self.report.displaced += 1
        return self.current.inbox()


def bring_todos(arrival: Arrival, records: Records, *, is_dry_run: bool) -> None:
    # Parents before their subtasks.
    for is_subtask in (False, True):
        for index, record in enumerate(records.todos):
            if (record.get("parent_uid") is not None) is is_subtask:
                arrival.arrive(index, record)
    require_rooms(arrival.current, arrival)
    history = [*bring_completions(arrival.current, arrival, records.completions)]
    if not is_dry_run:
        write(arrival.current, arrival, history)


def require_rooms(current: Change, arrival: Arrival) -> None:
    count = len(arrival.new)
    if not count:
        return
    quotas.require_room("todos", lambda: current.todo_count + count - 1)
    parents = {todo.parent.uid: todo.parent for todo in arrival.new.values() if todo.parent}
    totals = Counter(todo.parent.uid for todo in arrival.new.values() if todo.parent)
    uids = {parent.pk: uid for uid, parent in parents.items() if parent.pk}
    for some in few(uids):
        rows = Todo.objects.filter(owner_id=current.owner_id, parent__in=some).order_by()
        totals.update({uids[pk]: stored for pk, stored in rows.values_list("parent").annotate(count=Count("*"))})
    for uid, total in totals.items():
        quotas.require_room("subtasks", partial(int, total - 1), uid=uid if parents[uid].pk else None)


def bring_completions(current: Change, arrival: Arrival, records: list[Values]) -> Iterator[Completion]:
    """Of todos that have no history here yet, whose order would be lost."""
    if not records:
        return
    owner_id, report = current.owner_id, arrival.report
    rows = Completion.objects.filter(owner_id=owner_id)
    taken = set(found(rows.values_list("uid", flat=True), (record["uid"] for record in records)))
    missing = {record["todo_uid"] for record in records} - arrival.new.keys() - arrival.there.keys()
    arrival.there |= {row.uid: row for row in found(Todo.objects.filter(owner_id=owner_id), missing)}
    keys = [row.pk for row in arrival.there.values()]
    with_history = {key for some in few(keys) for key in rows.filter(todo__in=some).values_list("todo", flat=True)}
    for record in sorted(records, key=lambda record: (record["completed_at"], record["uid"])):
        todo = arrival.new.get(record["todo_uid"]) or arrival.there.get(record["todo_uid"])
        if record["uid"] in taken:
            report.count("completions", "same")
        elif todo is None or todo.pk in with_history:
            report.count("completions", "different")
        else:
            report.count("completions", "new")
            values = {name: value for name, value in record.items() if name != "todo_uid"}
            yield Completion(owner_id=owner_id, todo=todo, **{**HISTORY_DEFAULTS, **values})


def write(current: Change, arrival: Arrival, history: list[Completion]) -> None:
    new = list(arrival.new.values())
    current.todo_count += len(new)
    Todo.objects.bulk_create([todo for todo in new if todo.parent is None], batch_size=AT_A_TIME)
    Todo.objects.bulk_create([todo for todo in new if todo.parent is not None], batch_size=AT_A_TIME)
    dig_up(current, Tombstone.Kind.TODO, arrival.new)
    TodoTag.objects.bulk_create(arrival.links, batch_size=AT_A_TIME)
    Completion.objects.bulk_create(history, batch_size=AT_A_TIME)
    if history:
        current.take_number()
        History(current).forget_old()
