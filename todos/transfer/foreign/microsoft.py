"""Lists of Microsoft To Do with their tasks, as Microsoft Graph has them."""

from __future__ import annotations

import re
from typing import Any

from todos import zones
from todos.transfer.foreign.drafts import Drafts, day, done, key_of, moment, text_of, written
from todos.transfer.foreign.json_lists import Names, drafts_of, objects
from todos.transfer.foreign.microsoft_rules import rrule_of

IMPORTANCE = {"high": 3}


def read(body: bytes) -> Drafts:
    return drafts_of("microsoft", body, Names(lists="value", name="displayName", tasks="tasks"), add)


def add(drafts: Drafts, place: str, task: dict[str, Any], list_uid: str) -> None:
    body: Any = task.get("body")
    changed = moment(task.get("lastModifiedDateTime"))
    created = written(moment(task.get("createdDateTime")) or changed)
    due = day(local(task.get("dueDateTime")))
    values: dict[str, Any] = {
        "list": list_uid,
        "notes": body.get("content") if isinstance(body, dict) else "",
        "priority": IMPORTANCE.get(str(task.get("importance")), 0),
        "due_date": str(due) if due else None,
        "created_at": created,
        "updated_at": written(changed),
        "tags": task["categories"] if isinstance(task.get("categories"), list) else (),
    }
    if task.get("status") == "completed":
        values["completed_at"] = done(moment(local(task.get("completedDateTime"))), changed)
    if reminder := reminder_of(task):
        values["reminders"] = [reminder]
    row = drafts.add(place, key_of(task, place), task.get("title"), **values)
    # Of one that is done, the next occurrence is a task of its own.
    if row and task.get("recurrence") and "completed_at" not in row:
        repeat(drafts, f"{place}/recurrence", row, task["recurrence"])
    if row:
        add_steps(drafts, place, task, row)


def repeat(drafts: Drafts, place: str, row: dict[str, Any], recurrence: Any) -> None:
    rrule = rrule_of(recurrence, row.get("due_date"))
    if rrule is None:
        drafts.note(place, "not_repeating", "How it repeats was not taken over.")
    else:
        drafts.repeat(place, row, rrule)


def add_steps(drafts: Drafts, place: str, task: dict[str, Any], parent: dict[str, Any]) -> None:
    for number, step in enumerate(objects(task, "checklistItems", place, is_required=False)):
        is_done = step.get("isChecked") is True
        checked = done(moment(step.get("checkedDateTime")), moment(task.get("lastModifiedDateTime")))
        own = f"{place}/checklistItems/{number}"
        drafts.add(
            own,
            f"{key_of(task, place)}/{key_of(step, own)}",
            step.get("displayName"),
            list=parent["list"],
            parent=parent["id"],
            completed_at=checked if is_done else None,
            created_at=written(moment(step.get("createdDateTime"))),
        )


def reminder_of(task: dict[str, Any]) -> dict[str, str] | None:
    value = task.get("reminderDateTime")
    if task.get("isReminderOn") is not True or not isinstance(value, dict):
        return None
    if text_of(value.get("timeZone")) not in KNOWN:
        return None
    at = text_of(local(value))[:16]
    return {"at": at} if day(at) and AT.fullmatch(at) else None


def local(value: Any) -> Any:
    return value.get("dateTime") if isinstance(value, dict) else None


KNOWN = zones.known_zones()
AT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d", re.ASCII)
