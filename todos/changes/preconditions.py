"""What a change insists on of the rows that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import Any

from todos.exceptions import Stale
from todos.models.owned import OwnedRow
from todos.models.tag import tag_keys
from todos.types import Values

# How a row tells what bodies call otherwise than its columns.
TOLD: dict[str, Callable[[Any], object]] = {
    "list": lambda todo: todo.list_uid,
    "parent": lambda todo: todo.parent_uid,
    "completed": lambda todo: todo.completed_at is not None,
    "archived": lambda row: row.archived_at is not None,
    "default_list": lambda account: account.default_list and account.default_list.uid,
}
Keys = Callable[[Iterable[str]], set[str]]
STALE = "The row is not as you know it."


def require_version(row: OwnedRow, expected: frozenset[int] | None) -> None:
    if expected is not None and row.version not in expected:
        raise Stale("stale", STALE, uid=row.uid)


def require_base(row: Any, values: Values, base: Values, keys_of: Keys = tag_keys) -> None:
    """Refuses values whose fields have others by now than those that the caller started from."""
    if is_contested(row, values, base, keys_of):
        raise Stale("stale", STALE, uid=getattr(row, "uid", None))


def is_contested(row: Any, values: Values, base: Values, keys_of: Keys = tag_keys) -> bool:
    """Whether a field is neither as the caller saw it nor as the caller wants it."""
    fields = values.keys() & base.keys()
    return any(not has(row, name, base[name], keys_of) and not has(row, name, values[name], keys_of) for name in fields)


def has(row: Any, name: str, value: Any, keys_of: Keys = tag_keys) -> bool:
    """Whether a row has this value of a body."""
    if name == "tags":
        return tag_keys(row.tag_names) == keys_of(value)
    told: object = TOLD[name](row) if name in TOLD else getattr(row, name)
    return told == value


class Put(Enum):
    """What a PUT insists on."""

    NOTHING = auto()
    CREATING = auto()
    CHANGING = auto()


def require_put(row: OwnedRow | None, put: Put, expected: frozenset[int] | None) -> None:
    """Refuses a PUT of what is there or not there, contrary to what the caller insists on."""
    if row is None:
        if expected is not None or put is Put.CHANGING:
            raise Stale("stale", STALE)
        return
    if put is Put.CREATING:
        raise Stale("exists", "There is a row with this id already.", uid=row.uid)
    require_version(row, expected)


def has_values(row: OwnedRow, values: Values, names: tuple[str, ...]) -> bool:
    """Whether a second creation with the same id asks for what the first one made."""
    return all(getattr(row, name) == values[name] for name in names)
