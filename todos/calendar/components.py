"""A todo as a VTODO, or as a VEVENT for calendars that know no tasks."""

from __future__ import annotations

from collections.abc import Iterator

from todos.calendar import lines
from todos.calendar.repeating import moment, recurrence
from todos.calendar.rows import Row
from todos.reminders import MIDNIGHT, counted, is_hidden, moment_of

# Of an integer, says the RFC.
MOST = 2**31 - 1
# As clients show them: 1 to 4 high, 5 medium, 6 to 9 low.
PRIORITIES = {1: "9", 2: "5", 3: "1"}
# How long a todo with a time is in a calendar: long enough to be seen.
MOMENT = "PT15M"


def todo(row: Row, reader_zone: str) -> bytes:
    return lines.component("VTODO", todo_lines(row, reader_zone))


def event(row: Row, reader_zone: str) -> bytes:
    return lines.component("VEVENT", event_lines(row, reader_zone))


def todo_lines(row: Row, reader_zone: str) -> Iterator[str]:
    yield f"UID:{row.uid}@todos"
    yield from about(row)
    if row.parent_uid:
        yield f"RELATED-TO:{row.parent_uid}@todos"
    if row.completed_at:
        yield from ("STATUS:COMPLETED", f"COMPLETED:{lines.instant(row.completed_at)}", "PERCENT-COMPLETE:100")
    else:
        yield from ("STATUS:NEEDS-ACTION", "PERCENT-COMPLETE:0")
    repeating = [] if row.completed_at else [*recurrence(row)]
    if start := start_of(row, repeats=bool(repeating)):
        yield start
    if row.due_date:
        yield moment("DUE", row.due_date, row)
    yield from repeating
    if not row.completed_at:
        yield from alarms(row, reader_zone, related=";RELATED=END")


def event_lines(row: Row, reader_zone: str) -> Iterator[str]:
    yield f"UID:{row.uid}@events"
    yield from about(row)
    if row.due_date:
        yield moment("DTSTART", row.due_date, row)
    yield f"DURATION:{MOMENT}" if row.due_time else "DURATION:P1D"
    # Nobody is busy because of a todo.
    yield "TRANSP:TRANSPARENT"
    yield from recurrence(row)
    yield from alarms(row, reader_zone, related="")


def about(row: Row) -> Iterator[str]:
    """What both have. The stamp is the last change's, so that what has not changed is written as it was."""
    changed = lines.instant(row.updated_at)
    yield f"DTSTAMP:{changed}"
    yield f"CREATED:{lines.instant(row.created_at)}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{min(row.version, MOST)}"
    yield f"SUMMARY:{lines.text(row.title)}"
    if row.notes:
        yield f"DESCRIPTION:{lines.text(row.notes)}"
    if row.tag_names:
        yield f"CATEGORIES:{lines.texts(row.tag_names)}"
    if row.priority:
        yield f"PRIORITY:{PRIORITIES[row.priority]}"


def start_of(row: Row, *, repeats: bool) -> str | None:
    """Where its rule counts from, or the day from which it is shown, in the form that the due date has."""
    if repeats and row.due_date:
        return moment("DTSTART", row.due_date, row)
    if row.starts_on is None:
        return None
    at_midnight = row._replace(due_time=row.due_time and MIDNIGHT)
    # It has to be before the due date.
    if row.due_date and (row.starts_on, row.due_time and MIDNIGHT) >= (row.due_date, row.due_time):
        return None
    return moment("DTSTART", row.starts_on, at_midnight)


def alarms(row: Row, reader_zone: str, related: str) -> Iterator[str]:
    for reminder in counted(row.reminders or "[]", row.due):
        rings_at = moment_of(reminder, row.due, row.time_zone or reader_zone)
        if is_hidden(rings_at, row.starts_on, reader_zone):
            continue
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{lines.text(row.title)}")
        if "at" in reminder:
            yield f"TRIGGER;VALUE=DATE-TIME:{lines.instant(rings_at)}"
        else:
            yield f"TRIGGER{related}:{before(reminder['minutes_before'])}"
        yield "END:VALARM"


def before(minutes: int) -> str:
    """As a duration: negative for minutes before."""
    return f"{'-' if minutes > 0 else ''}PT{abs(minutes)}M"
