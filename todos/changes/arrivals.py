"""What comes from a document, and what is said of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from todos.changes.change import Change
from todos.models import List
from todos.notes import Notes
from todos.types import RowSet, Values

T = TypeVar("T")
# The lists of the account by the ids that the document has for them.
Places: TypeAlias = dict[UUID, List]
# Of what was left alone, and of what is new, an answer names as many.
MOST_NAMED = 20
AT_A_TIME = 500


@dataclass
class Records:
    """The rows of a document by their columns, once each has passed by itself."""

    settings: Values = field(default_factory=dict)
    lists: list[Values] = field(default_factory=list)
    tags: list[Values] = field(default_factory=list)
    former_names: list[Values] = field(default_factory=list)
    todos: list[Values] = field(default_factory=list)
    completions: list[Values] = field(default_factory=list)
    views: list[Values] = field(default_factory=list)
    deleted: list[Values] = field(default_factory=list)


class Named(NamedTuple):
    kind: str
    uid: UUID


class Report:
    """How many rows were new, there with the same content, or there with other content and left alone."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.left_alone: list[Named] = []
        self.sample: list[str] = []
        # Todos whose list or parent is not there, or does not take them.
        self.displaced = 0
        self.version = 0

    def count(self, kind: str, outcome: str, uid: UUID | None = None) -> None:
        self.counts[kind][outcome] += 1
        if outcome == "different" and uid and len(self.left_alone) < MOST_NAMED:
            self.left_alone.append(Named(kind, uid))

    def compare(self, kind: str, record: Values, row: Values) -> None:
        """Of what the document says of a row that is there."""
        is_same = all(row[name] == value for name, value in record.items() if name != "uid")
        self.count(kind, "same" if is_same else "different", row["uid"])


def few(items: Iterable[T]) -> Iterator[Sequence[T]]:
    """So many at a time as a statement can name."""
    rest = list(items)
    for start in range(0, len(rest), AT_A_TIME):
        yield rest[start : start + AT_A_TIME]


def found(rows: RowSet, uids: Iterable[UUID]) -> Iterator[Any]:
    for some in few(uids):
        yield from rows.filter(uid__in=some)


def new_row(current: Change, record: Values) -> Values:
    """The columns that every row has, with the moments that the document knows."""
    created_at = record.get("created_at", current.now)
    moments = {"created_at": created_at, "updated_at": record.get("updated_at", created_at)}
    current.take_number()
    return {**record, **moments, "owner_id": current.owner_id, "version": current.number}


def trashed(current: Change, record: Values) -> Values:
    """Both columns of the trash, or neither."""
    if record.get("deleted_at") is None:
        return {"deleted_at": None, "trashed_in": None}
    return {"deleted_at": record["deleted_at"], "trashed_in": record.get("trashed_in") or current.number}
