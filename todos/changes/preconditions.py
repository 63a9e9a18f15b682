"""What a change insists on of the rows that are there."""

from __future__ import annotations

from enum import Enum, auto

from todos.exceptions import Stale
from todos.models.owned import OwnedRow
from todos.types import Values


def require_version(row: OwnedRow, expected: frozenset[int] | None) -> None:
    if expected is not None and row.version not in expected:
        raise Stale("stale", "The row has changed since the version you know.", uid=row.uid)


class Put(Enum):
    """What a PUT insists on."""

    NOTHING = auto()
    CREATING = auto()
    CHANGING = auto()


def require_put(row: OwnedRow | None, put: Put, expected: frozenset[int] | None) -> None:
    """Refuses a PUT of what is there or not there, contrary to what the caller insists on."""
    if row is None:
        if expected is not None or put is Put.CHANGING:
            raise Stale("stale", "There is no such row yet, so it has no version.")
        return
    if put is Put.CREATING:
        raise Stale("exists", "There is a row with this id already.", uid=row.uid)
    require_version(row, expected)


def has_values(row: OwnedRow, values: Values, names: tuple[str, ...]) -> bool:
    """Whether a second creation with the same id asks for what the first one made."""
    return all(getattr(row, name) == values[name] for name in names)
