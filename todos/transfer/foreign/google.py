"""Tasks.json of Google Takeout: lists with their tasks, as Google's API has them."""

from __future__ import annotations

from typing import Any

from todos.transfer.foreign.drafts import Drafts, day, done, key_of, moment, written
from todos.transfer.foreign.json_lists import Names, drafts_of


def read(body: bytes) -> Drafts:
    return drafts_of("google", body, Names(lists="items", name="title", tasks="items"), add)


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
