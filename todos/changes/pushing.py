"""What a device has changed while it was alone: edits of every kind in their order, each taken or refused by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple
from uuid import UUID

from todos.changes.accounts import change_settings
from todos.changes.batch import Batch
from todos.changes.change import Change, Place, change
from todos.changes.edits import MODELS, PLAIN, Deed, Edit, Kind, Plain
from todos.changes.preconditions import STALE, has, is_contested
from todos.changes.todos import NAMING_TAGS, VERBS, Operation, Verb, load
from todos.compiled.caller import Caller
from todos.exceptions import Code, Conflict, Invalid, Missing, Refused, Stale
from todos.models import Account, List, Todo, Tombstone
from todos.models.tag import tag_keys
from todos.types import Values

MOMENT = datetime.resolution
# What no other value contradicts needs nothing to start from.
ADDING = frozenset({"tags_add", "tags_remove"})
STEPS = frozenset({Deed.COMPLETE, Deed.REOPEN, Deed.SKIP, Deed.UNSKIP})


class Answer(NamedTuple):
    """The version of the row, which may be gone; or why nothing was done."""

    version: int | None
    refusal: Refused | None = None


class Pushed(NamedTuple):
    """What became of each edit; other todos that were written; the owner's version."""

    answers: list[Answer]
    beside: list[UUID]
    version: int


def push(owner: int | Caller, edits: list[Edit]) -> Pushed:
    """All that is taken is one change."""
    with change(owner) as current:
        before = current.number - 1
        give_marks(current, sum(edit.is_undone_together for edit in edits))
        pushing = Push(current, edits)
        refusals = [pushing.refusal_of(index, edit) for index, edit in enumerate(edits)]
        pushing.flush()
        versions = pushing.versions()
    answers = [
        Answer(versions.get((edit.kind, edit.uid)), refusal) for edit, refusal in zip(edits, refusals, strict=True)
    ]
    named = {edit.uid for edit in edits}
    beside = [uid for uid in pushing.written if uid not in named]
    return Pushed(answers, beside, before if current.is_empty else current.number)


def give_marks(current: Change, count: int) -> None:
    """One for each of so many edits; the change has the last one as its number."""
    current.mark = current.number - 1
    if count > 1:
        current.number += count - 1
        Account.objects.filter(owner_id=current.owner_id).update(version=current.number)


class Push:
    def __init__(self, current: Change, edits: list[Edit]) -> None:
        self.current, self.edits = current, edits
        # As the rows were before: edits of one row are all compared with that.
        self.before = self.versions()
        self.gone = self.gone_for_good()
        self.batch: Batch | None = None
        # The todos.
        self.written: dict[UUID, None] = {}

    def versions(self) -> dict[tuple[Kind, UUID | None], int]:
        """Of the rows that there are, a statement for each kind."""
        found: dict[tuple[Kind, UUID | None], int] = {}
        for kind, uids in self.uids_by_kind().items():
            rows = MODELS[kind].objects.filter(owner_id=self.current.owner_id, uid__in=uids)
            found |= {(kind, uid): version for uid, version in rows.values_list("uid", "version")}
        if any(edit.kind is Kind.SETTINGS for edit in self.edits):
            account = Account.objects.filter(owner_id=self.current.owner_id)
            found[Kind.SETTINGS, None] = account.values_list("settings_version", flat=True).get()
        return found

    def uids_by_kind(self) -> dict[Kind, set[UUID]]:
        kinds = {edit.kind for edit in self.edits} - {Kind.SETTINGS}
        return {kind: {edit.uid for edit in self.edits if edit.kind is kind and edit.uid} for kind in kinds}

    def gone_for_good(self) -> set[tuple[Kind, UUID | None]]:
        gone: set[tuple[Kind, UUID | None]] = set()
        for kind, uids in self.uids_by_kind().items():
            if missing := [uid for uid in uids if (kind, uid) not in self.before]:
                rows = Tombstone.objects.filter(owner_id=self.current.owner_id, kind=kind.value, uid__in=missing)
                gone |= {(kind, uid) for uid in rows.values_list("uid", flat=True)}
        return gone

    def refusal_of(self, index: int, edit: Edit) -> Refused | None:
        """Carries it out, or says why not."""
        if edit.is_undone_together:
            self.current.mark += 1
            # What was completed at the same moment is taken for the same occurrence.
            self.current.now += MOMENT
        try:
            self.carry_out(index, edit)
        except Refused as refusal:
            return refusal
        return None

    def carry_out(self, index: int, edit: Edit) -> None:
        if edit.kind is Kind.TODO:
            self.carry_out_on_todo(index, edit)
            return
        if edit.concerns_todos:
            self.flush()
        if edit.kind is Kind.SETTINGS:
            self.change_settings(edit)
        else:
            self.carry_out_on_row(edit)

    def flush(self) -> None:
        if self.batch:
            self.batch.flush()
            self.written |= self.batch.written
            self.batch = None

    # Todos

    def carry_out_on_todo(self, index: int, edit: Edit) -> None:
        batch = self.batch = self.batch or self.loaded(index)
        todo = batch.todos.get(edit.uid) if edit.uid else None
        if todo is None and edit.deed is Deed.DELETE:
            return
        if todo and not todo.pk:
            # What this push has made is stored before it is changed, as it would be by other requests.
            batch.flush()
        verb, values = self.verb_of(edit, todo), edit.values
        if verb is Verb.CREATE:
            self.require_new(edit, ["title"])
            values = whole(values)
        is_stale = todo is not None and self.is_stale(edit, todo)
        if is_stale and verb is Verb.MOVE:
            raise stale(edit)
        attempt = batch.begin()
        try:
            VERBS[verb](batch, Operation(verb, edit.uid, values))
            if is_stale and attempt.has_altered:
                raise stale(edit)
        except Refused:
            attempt.undo()
            raise
        finally:
            batch.attempt = None

    def verb_of(self, edit: Edit, todo: Todo | None) -> Verb:
        if edit.deed is not Deed.SAVE:
            return Verb(edit.deed.value)
        return Verb.UPDATE if todo else Verb.CREATE

    def loaded(self, index: int) -> Batch:
        """With what this edit and those after it name, as far as it will be of use."""
        batch = Batch(self.current)
        stretch = takewhile(lambda edit: edit.kind is Kind.TODO or not edit.concerns_todos, self.edits[index:])
        todos = [edit for edit in stretch if edit.kind is Kind.TODO]
        load(batch, [Operation(Verb.UPDATE, edit.uid, edit.values, base=edit.base) for edit in todos])
        return batch

    # Lists, tags, views

    def carry_out_on_row(self, edit: Edit) -> None:
        current, plain = self.current, PLAIN[edit.kind]
        row = plain.model.objects.filter(owner_id=current.owner_id, uid=edit.uid).first()
        if row is None:
            if edit.deed in {Deed.SAVE, Deed.CREATE}:
                self.make_row(edit, plain)
            elif edit.deed is not Deed.DELETE:
                raise Missing
            return
        if edit.deed is Deed.CREATE and not has_all(row, plain.new | edit.values):
            code = Code("id_conflict", kind=edit.kind.value)
            raise Conflict(code, f"You have another {edit.kind} with this id.", uid=edit.uid)
        if self.is_done(edit, row):
            return
        if self.is_stale(edit, row):
            raise stale(edit)
        act = plain.deeds.get(edit.deed, plain.change)
        act(current, row, {**edit.values})
        if edit.deed is Deed.DELETE and edit.kind is not Kind.LIST:
            self.gone.add((edit.kind, edit.uid))

    def is_done(self, edit: Edit, row: Any) -> bool:
        """Whether everything is as it is wanted."""
        if edit.kind is Kind.LIST and edit.deed in {Deed.DELETE, Deed.RESTORE}:
            return (row.deleted_at is None) == (edit.deed is Deed.RESTORE)
        return edit.deed in {Deed.SAVE, Deed.CREATE, Deed.UPDATE} and has_all(row, edit.values)

    def make_row(self, edit: Edit, plain: Plain) -> None:
        self.require_new(edit, plain.required)
        values = {**plain.new, **edit.values}
        if values.pop("archived", False):
            values["archived_at"] = self.current.now
        if edit.kind is Kind.LIST:
            self.current.inbox()
        row = plain.make(self.current, edit.uid, values)
        if self.batch and edit.kind is Kind.LIST:
            self.batch.lists[row.uid] = row

    def require_new(self, edit: Edit, required: Iterable[str]) -> None:
        if (edit.kind, edit.uid) in self.gone:
            raise Conflict("erased", "What had this id was deleted for good. Choose another one.")
        for name in required:
            if name not in edit.values:
                raise Invalid("required", "This is missing.", pointer=f"/{name}")

    def change_settings(self, edit: Edit) -> None:
        current = self.current
        account = Account.objects.select_related("default_list").get(owner_id=current.owner_id)
        if has_all(account, edit.values):
            return
        if self.is_stale(edit, account):
            raise stale(edit)
        change_settings(current, {**edit.values})  # type: ignore[typeddict-item] # as the body's serializer gives it
        current.zone = edit.values.get("time_zone", current.zone)
        if "default_list" in edit.values:
            place = List.objects.filter(owner_id=current.owner_id, uid=edit.values["default_list"])
            current.default = next((Place(*row) for row in place.values_list("pk", "uid")), None)

    # What the client started from

    def is_stale(self, edit: Edit, row: Any) -> bool:
        """Whether something that the edit is about has changed since the client looked."""
        # An occurrence is told by what one saw of it.
        about = edit.base if edit.deed in STEPS else edit.values
        if is_contested(row, about, edit.base, self.batch.present_keys if self.batch else tag_keys):
            return True
        if edit.base and edit.values and edit.values.keys() <= edit.base.keys() | ADDING:
            return False
        before = self.before.get((edit.kind, edit.uid))
        return edit.version is not None and before is not None and before != edit.version


def has_all(row: Any, values: Values) -> bool:
    return all(has(row, name, value) for name, value in values.items())


def stale(edit: Edit) -> Stale:
    return Stale("stale", STALE, uid=edit.uid)


def whole(values: Values) -> Values:
    """What a new todo takes of the values of one that may be there."""
    tags = values.get("tags", values.get("tags_add", []))
    return {**{name: value for name, value in values.items() if name not in NAMING_TAGS}, "tags": tags}
