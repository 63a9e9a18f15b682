"""Tasks.json of Google Takeout: lists with their tasks, as Google's API has them."""

from __future__ import annotations

from typing import Any

from todos.exceptions import Invalid
from todos.transfer import json_text
from todos.transfer.foreign.drafts import Drafts, day, done, key_of, moment, written


def read(body: bytes) -> Drafts:
    found = json_text.load(body)
    drafts = Drafts("google")
    for index, tasks in enumerate(objects(found, "items", "")):
        place = f"/items/{index}"
        uid = drafts.list_of(key_of(tasks, place), tasks.get("title"))
        for number, task in enumerate(objects(tasks, "items", place, is_required=False)):
            add(drafts, f"{place}/items/{number}", task, uid)
    return drafts


def objects(value: Any, name: str, place: str, *, is_required: bool = True) -> list[dict[str, Any]]:
    """The objects in an array of this name."""
    rows = value.get(name) if isinstance(value, dict) else None
    if rows is None and not is_required:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid("invalid", "There has to be an array of objects here.", pointer=f"{place}/{name}")
    return rows


def add(drafts: Drafts, place: str, task: dict[str, Any], list_uid: str) -> None:
    if task.get("deleted") is True:
        return
    changed = moment(task.get("updated"))
    values = {
        "list": list_uid,
        "notes": task.get("notes"),
        "due_date": day(task.get("due")),
        "created_at": written(moment(task.get("created")) or changed),
        "updated_at": written(changed),
    }
    if task.get("status") == "completed":
        values["completed_at"] = done(moment(task.get("completed")), changed)
    if isinstance(task.get("parent"), str):
        values["parent"] = drafts.uid("todo", task["parent"])
    if values["due_date"]:
        values["due_date"] = str(values["due_date"])
    drafts.add(place, key_of(task, place), task.get("title"), **values)
