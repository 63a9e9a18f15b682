"""What became of each of several edits that are taken or refused one by one, as answers tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from todos.changes import Answer, Edit, Kind
from todos.exceptions import Full, Invalid, Missing, Refused, members_of
from todos.types import Json

Named: TypeAlias = dict[Kind, set[UUID]]
Rows: TypeAlias = dict[tuple[Kind, UUID | None], Json]
# Of several faults of one edit.
MAX_FAULTS_IN_ALL = 60


class Faulty(NamedTuple):
    """An edit that can't be accepted."""

    kind: Kind
    uid: UUID | None
    errors: list[Json]


def results_of(
    edits: list[Edit | Faulty], answers: list[Answer], rows_among: Callable[[Named], Rows], since: int | None = None
) -> list[Json]:
    told, room = iter(answers), MAX_FAULTS_IN_ALL
    for edit in edits:
        if isinstance(edit, Faulty):
            # Each is told of one at least.
            del edit.errors[max(1, room) :]
            room -= len(edit.errors)
    pairs = [(edit, None if isinstance(edit, Faulty) else next(told)) for edit in edits]
    shown: Named = defaultdict(set)
    for edit, answer in pairs:
        if shows_current(answer, since):
            other = answer.refusal.uid if answer and answer.refusal else None
            shown[edit.kind] |= {uid for uid in (edit.uid, other) if uid}
    rows = rows_among(shown)
    return [result_of(edit, answer, rows, since) for edit, answer in pairs]


def shows_current(answer: Answer | None, since: int | None) -> bool:
    """Whether the client needs the row: nothing was done, or the news since that version leave it out."""
    if answer is None or answer.refusal:
        return True
    return since is not None and answer.version is not None and answer.version <= since


def is_conflict(refusal: Refused) -> bool:
    """Whether the row is in the way, and not the edit itself, or a full account."""
    return not isinstance(refusal, (Invalid, Full))


def result_of(edit: Edit | Faulty, answer: Answer | None, rows: Rows, since: int | None) -> Json:
    about: Json = {"kind": edit.kind, "id": edit.uid}
    refusal = answer.refusal if answer else None
    current = rows.get((edit.kind, edit.uid)) or rows.get((edit.kind, refusal.uid if refusal else None))
    row = {"current": current} if shows_current(answer, since) else {}
    if isinstance(edit, Faulty):
        return {"status": "rejected", **about, "errors": edit.errors, **row}
    if refusal is None:
        return {"status": "applied", **about, "version": answer and answer.version, **row}
    if not is_conflict(refusal):
        where = {"pointer": refusal.pointer, **members_of(refusal.code), "detail": refusal.detail}
        return {"status": "rejected", **about, "errors": [where], **row}
    code, detail = (refusal.code, refusal.detail)
    if isinstance(refusal, Missing):
        code, detail = "not_found", "There is nothing here that you can see."
    return {"status": "conflict", **about, **members_of(code), "detail": detail, **row}


def in_short(results: list[Json]) -> list[Json]:
    """With the ids of rows in their place."""
    return with_current(results, lambda result: result["current"] and result["current"].get("id"))


def in_full(results: list[Json], rows_among: Callable[[Named], Rows]) -> list[Json]:
    """With the rows as they are now."""
    named: Named = defaultdict(set)
    for each in results:
        if "current" in each:
            named[Kind(each["kind"])] |= {UUID(uid) for uid in [each["current"]] if uid}
    rows = {(kind, uid and str(uid)): row for (kind, uid), row in rows_among(named).items()}
    return with_current(results, lambda result: rows.get((result["kind"], result["current"])))


def with_current(results: list[Json], current_of: Callable[[Json], Any]) -> list[Json]:
    return [{**each, "current": current_of(each)} if "current" in each else each for each in results]
