"""What repeats: where its series stands, on to the next occurrence and back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from todos import zones
from todos.changes.batch import Batch
from todos.exceptions import Conflict, Invalid
from todos.models import Completion, Todo
from todos.models.due_dates import FIRST_DAY, LAST_DAY
from todos.models.todo import derived
from todos.recurrence.rule import Rule, RuleRefused, parse
from todos.recurrence.series import Next, Occurrence, next_from, next_from_completion, require_an_occurrence
from todos.reminders import have_moments, moved

NO_SERIES = dict.fromkeys(("series_in", "series_start", "occurrence_on", "occurrence_number"))


class Series(NamedTuple):
    rule: Rule
    begun_in: int
    start: date
    this: Occurrence
    # When this occurrence is due, which may have been moved.
    due: date


def repeats(todo: Todo) -> bool:
    """A rule without a date rests until there is one again: a version that does not know rules may have cleared it."""
    return bool(todo.rrule and todo.due_date)


def series_of(todo: Any) -> Series:
    """Of a todo that repeats, where the database holds that the series is whole."""
    this = Occurrence(todo.occurrence_on, todo.occurrence_number)
    return Series(parse(todo.rrule), todo.series_in, todo.series_start, this, todo.due_date)


def settle(batch: Batch, todo: Todo, was: tuple[str, date | None], *, is_named: bool) -> None:
    """Begins the series where a rule was sent, unless everything is as it was, and ends it with the rule."""
    is_resting = not is_named and was == (todo.rrule, None)
    if todo.rrule and not todo.due_date and not is_resting:
        pointer = "/rrule" if is_named else "/due_date"
        raise Invalid("rrule_needs_date", "A todo that repeats needs a due_date.", pointer=pointer)
    if not todo.rrule:
        batch.touch(todo, **NO_SERIES)
    elif (
        is_named and todo.due_date and not (was == (todo.rrule, todo.due_date) and todo.due_date == todo.occurrence_on)
    ):
        begin(batch, todo, todo.due_date)


def begin(batch: Batch, todo: Todo, start: date) -> None:
    try:
        require_an_occurrence(parse(todo.rrule), start)
    except RuleRefused as exc:
        raise Invalid(exc.code, exc.detail, pointer="/rrule") from exc
    batch.touch(todo, series_in=batch.change.mark, series_start=start, occurrence_on=start, occurrence_number=1)


def complete(batch: Batch, todo: Todo) -> bool:
    """Notes that this occurrence is done, and says whether there is a next one, to which the todo goes on."""
    series = series_of(todo)
    following = following_of(batch, todo, series)
    children = batch.children_of(todo) if todo.pk and following.occurrence else []
    done = [child for child in children if child.completed_at and not child.deleted_at]
    step = noted(batch, todo, series, following.missed)
    if following.occurrence is None:
        return False
    step.subtasks = written({str(child.uid): (child.completed_at, child.completed_in) for child in done})
    go_on(batch, todo, step, following.occurrence)
    for child in done:
        batch.touch(child, completed_at=None, completed_in=None)
    return True


def skip(batch: Batch, todo: Todo) -> None:
    if not repeats(todo) or todo.completed_at:
        raise Conflict("not_repeating", "Only an open todo that repeats can be skipped.", uid=todo.uid)
    series = series_of(todo)
    following = following_of(batch, todo, series)
    if following.occurrence is None:
        raise Conflict("last_occurrence", "There is no occurrence after this one.", uid=todo.uid)
    step = noted(batch, todo, series, following.missed)
    step.is_skipped = True
    go_on(batch, todo, step, following.occurrence)


def noted(batch: Batch, todo: Todo, series: Series, missed: int) -> Completion:
    """A new row of the history, with what it takes to come back."""
    step = Completion(
        owner_id=todo.owner_id,
        todo=todo,
        occurrence_on=series.this.day,
        occurrence_number=series.this.number,
        series_in=series.begun_in,
        due_date=series.due,
        starts_on=todo.starts_on,
        completed_at=batch.change.now,
        missed=missed,
    )
    batch.history.new.append(step)
    return step


def unskip(batch: Batch, todo: Todo) -> None:
    """Back to the occurrence that was skipped, if nothing was done since."""
    step = batch.latest_step_of(todo)
    if todo.completed_at or step is None or not step.is_skipped or step.series_in != todo.series_in:
        raise Conflict("not_skipped", "It is not open, or was not skipped last.", uid=todo.uid)
    go_back(batch, todo, step)


def take_back(batch: Batch, todo: Todo) -> None:
    """Back to the occurrence that was completed last in this series, if need be over some that were skipped."""
    completion = batch.latest_completion_of(todo)
    if completion is None or completion.series_in != todo.series_in:
        return
    go_back(batch, todo, completion)
    states = orjson.loads(completion.subtasks or "{}")
    for child in batch.children_of(todo) if states else []:
        if str(child.uid) in states and not child.deleted_at and child.completed_at is None:
            moment, number = states[str(child.uid)]
            batch.touch(child, completed_at=datetime.fromisoformat(moment), completed_in=number)


def take_back_last(batch: Batch, todo: Todo) -> None:
    """For a todo that is completed: by its last occurrence, or by its parent, which is no occurrence of its own."""
    completion = batch.latest_completion_of(todo)
    if completion and completion.completed_at == todo.completed_at:
        take_back(batch, todo)


def go_back(batch: Batch, todo: Todo, step: Completion) -> None:
    batch.history.take_back(step)
    this = Occurrence(step.occurrence_on, step.occurrence_number)
    stand(batch, todo, this, step.due_date, step.starts_on, step.reminders or todo.reminders)


def following_of(batch: Batch, todo: Todo, series: Series) -> Next:
    today = zones.local_date(batch.change.now, batch.change.zone)
    if todo.repeat_from == "completion":
        return next_from_completion(series.rule, series.start, series.this, today)
    return next_from(series.rule, series.start, series.this, today)


def go_on(batch: Batch, todo: Todo, step: Completion, following: Occurrence) -> None:
    """To this occurrence, hidden until as many days before as now, and with reminders as many days later."""
    away = following.day - step.due_date
    starts_on = todo.starts_on and within_calendar(todo.starts_on, away)
    # Also where they don't move for once, because going back may pass over steps that moved them.
    if have_moments(todo.reminders):
        step.reminders = todo.reminders
    stand(batch, todo, following, following.day, starts_on, moved(todo.reminders, away))


def within_calendar(day: date, away: timedelta) -> date:
    """A day so far away, but not out of those that a todo may have."""
    ordinal = min(max(day.toordinal() + away.days, FIRST_DAY.toordinal()), LAST_DAY.toordinal())
    return date.fromordinal(ordinal)


def stand(batch: Batch, todo: Todo, this: Occurrence, due: date, starts_on: date | None, reminders: str) -> None:
    batch.touch(todo, occurrence_on=this.day, occurrence_number=this.number)
    batch.touch(todo, due_date=due, starts_on=starts_on, reminders=reminders)
    batch.touch(todo, **derived(todo.title, todo.due_date, todo.due_time, todo.time_zone, todo.reminders))


def written(states: dict[str, tuple[datetime | None, int | None]]) -> str:
    return orjson.dumps(states).decode() if states else ""
