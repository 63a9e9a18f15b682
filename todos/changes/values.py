"""What the values that a body names do to a todo, and to those around it."""

from __future__ import annotations

from collections.abc import Sequence

from todos.changes import recurring
from todos.changes.batch import Batch
from todos.changes.change import Place
from todos.exceptions import Code, Invalid
from todos.fields.declared import MAX_TAGS, TODO_FIELDS
from todos.fields.field import defaults, plain_names
from todos.models import Todo
from todos.models.tag import tag_key
from todos.models.todo import derived
from todos.reminders import need_a_date
from todos.types import Values

PLAIN, DEFAULTS = plain_names(TODO_FIELDS), defaults(TODO_FIELDS)


def apply_values(batch: Batch, todo: Todo, values: Values) -> None:
    """Takes over what the values name, and nothing else."""
    was = todo.rrule, todo.due_date
    if "list" in values or "parent" in values:
        apply_place(batch, todo, values)
    named = {name: values[name] for name in PLAIN if name in values}
    take_over(batch, todo, named)
    require_whole_date(todo)
    if todo.reminders:
        require_date_of_minutes(todo, is_named="reminders" in values, had_date=bool(was[1]))
    recurring.settle(batch, todo, was, is_named="rrule" in values)
    if "tags" in values:
        batch.tag(todo, values["tags"])
    if "tags_add" in values or "tags_remove" in values:
        change_tags(batch, todo, values.get("tags_add", ()), values.get("tags_remove", ()))
    if values.get("completed"):
        complete_with_subtasks(batch, todo)
    elif "completed" in values:
        reopen_with_family(batch, todo)
        # What is named counts, and not what the last occurrence had.
        take_over(batch, todo, named)
    if values.get("parent") and todo.completed_at is None:
        keep_parent_open(batch, todo)


def take_over(batch: Batch, todo: Todo, named: Values) -> None:
    """These values, and what follows from them."""
    batch.touch(todo, **named)
    batch.touch(todo, **derived(todo.title, todo.due_date, todo.due_time, todo.time_zone, todo.reminders))


def apply_whole(batch: Batch, todo: Todo, values: Values) -> None:
    """Takes over a whole row. It says what there is afterwards, so that the same again changes nothing."""
    apply_values(batch, todo, values)
    if values["completed"] and todo.completed_at is None:
        detail = "A todo that repeats is open after each occurrence. Send it open, and complete one by `complete`."
        raise Invalid("completed_repeats", detail, pointer="/completed")


def apply_place(batch: Batch, todo: Todo, values: Values) -> None:
    if "parent" in values:
        parent = batch.todo_named(values["parent"], "/parent") if values["parent"] else None
    else:
        parent = batch.parent_of(todo)
    place = Place(todo.list_id, todo.list_uid)
    if values.get("list", place.uid) != place.uid:
        place = batch.list_named(values["list"])
    if parent:
        require_parent(batch, todo, parent)
        if parent.list_uid != place.uid:
            pointer = "/parent" if values.get("parent") else "/list"
            raise Invalid("other_list", "A subtask is in the same list as its parent.", pointer=pointer)
    batch.put_into(todo, place)
    batch.attach(todo, parent)


def require_parent(batch: Batch, todo: Todo, parent: Todo) -> None:
    if parent is todo:
        raise Invalid("cycle", "A todo can't be its own parent.", pointer="/parent")
    if parent.parent_uid is not None:
        raise Invalid("parent_is_subtask", "A subtask can't have subtasks.", pointer="/parent")
    if todo.pk and todo.parent_uid is None and batch.children_of(todo):
        detail = "This todo has subtasks, perhaps in the trash, so it can't become one."
        raise Invalid("has_subtasks", detail, pointer="/parent")


def change_tags(batch: Batch, todo: Todo, added: Sequence[str], removed: Sequence[str]) -> None:
    gone = batch.present_keys(removed)
    kept = [name for name in todo.tag_names if tag_key(name) not in gone]
    if len(batch.present_keys([*kept, *added])) > MAX_TAGS:
        raise Invalid(Code("max_items", max=MAX_TAGS), f"There can be at most {MAX_TAGS}.", pointer="/tags_add")
    batch.tag(todo, [*kept, *added])


def require_whole_date(todo: Todo) -> None:
    if todo.due_time and not todo.due_date:
        raise Invalid("time_needs_date", "A due_time needs a due_date.", pointer="/due_time")
    if todo.time_zone and not todo.due_time:
        raise Invalid("zone_needs_time", "A time_zone needs a due_time.", pointer="/time_zone")


def require_date_of_minutes(todo: Todo, *, is_named: bool, had_date: bool) -> None:
    """Refuses the change that leaves them without one, not those that come after a version that did not know them."""
    if not todo.due_date and (is_named or had_date) and need_a_date(todo.reminders):
        pointer = "/reminders" if is_named else "/due_date"
        raise Invalid("reminder_needs_date", "Minutes before need a due_date.", pointer=pointer)


def complete_with_subtasks(batch: Batch, todo: Todo) -> None:
    """Completes a todo and the subtasks that are still open, or one occurrence of a todo that goes on."""
    if todo.completed_at is not None:
        return
    if recurring.repeats(todo) and recurring.complete(batch, todo):
        return
    if not todo.pk:
        batch.touch(todo, completed_at=batch.change.now)
        return
    still_open = (child for child in batch.children_of(todo) if not child.deleted_at and not child.completed_at)
    for row in [todo, *still_open]:
        batch.touch(row, completed_at=batch.change.now, completed_in=batch.change.mark)


def reopen_with_family(batch: Batch, todo: Todo) -> None:
    """Reopens a todo, the subtasks that were completed together with it, and its parent: an open subtask of a
    completed todo would be out of sight."""
    if todo.completed_at is None:
        return
    number = todo.completed_in
    together = [row for row in batch.children_of(todo) if row.completed_in == number] if number else []
    if todo.rrule:
        recurring.take_back_last(batch, todo)
    for row in [todo, *(child for child in together if not child.deleted_at)]:
        batch.touch(row, completed_at=None, completed_in=None)
    keep_parent_open(batch, todo)


def keep_parent_open(batch: Batch, todo: Todo) -> None:
    if parent := batch.parent_of(todo):
        if parent.completed_at and parent.rrule:
            recurring.take_back_last(batch, parent)
        batch.touch(parent, completed_at=None, completed_in=None)
