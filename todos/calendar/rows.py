"""What is written of a todo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from todos.reminders import Due


class Row(NamedTuple):
    """Named as the columns, so that they can be asked for by these names."""

    uid: UUID
    version: int
    title: str
    notes: str
    priority: int
    completed_at: datetime | None
    starts_on: date | None
    due_date: date | None
    due_time: time | None
    time_zone: str
    rrule: str
    repeat_from: str
    series_start: date | None
    occurrence_on: date | None
    occurrence_number: int | None
    reminders: str
    created_at: datetime
    updated_at: datetime
    parent_uid: UUID | None
    tag_names: Sequence[str]

    @property
    def due(self) -> Due:
        return Due(self.due_date, self.due_time, self.time_zone)
