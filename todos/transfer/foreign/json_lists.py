"""JSON of lists with their tasks, as more than one product has it, by names of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from todos.exceptions import Code, Invalid
from todos.transfer import json_text
from todos.transfer.foreign.drafts import Drafts, key_of


class Names(NamedTuple):
    """What a product calls its lists, their names, and their tasks."""

    lists: str
    name: str
    tasks: str


def drafts_of(
    product: str, body: bytes, names: Names, add: Callable[[Drafts, str, dict[str, Any], str], None]
) -> Drafts:
    found = json_text.load(body)
    drafts = Drafts(product)
    for index, tasks in enumerate(objects(found, names.lists, "")):
        place = f"/{names.lists}/{index}"
        uid = drafts.list_of(place, key_of(tasks, place), tasks.get(names.name))
        for number, task in enumerate(objects(tasks, names.tasks, place, is_required=False)):
            add(drafts, f"{place}/{names.tasks}/{number}", task, uid)
    return drafts


def objects(value: Any, name: str, place: str, *, is_required: bool = True) -> list[dict[str, Any]]:
    """The objects in an array of this name."""
    rows = value.get(name) if isinstance(value, dict) else None
    if rows is None and not is_required:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        code = Code("invalid", expected="array of objects")
        raise Invalid(code, "There has to be an array of objects here.", pointer=f"{place}/{name}")
    return rows
