"""Rows that come from a document: what is new is written, what is there stays as it is. All of it, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from typing import Any
from uuid import UUID

import orjson

from todos import conf
from todos.changes import positions
from todos.changes.accounts import change_settings
from todos.changes.arrivals import AT_A_TIME, Records, Report, found
from todos.changes.arriving_lists import bring_lists, bring_tags
from todos.changes.arriving_todos import Arrival, bring_todos
from todos.changes.arriving_views import bring_views
from todos.changes.change import Change, change
from todos.changes.purge import TOMBSTONES_KEPT
from todos.compiled.caller import Caller
from todos.exceptions import Code, Invalid
from todos.models import Account, List, Tag, Todo, Tombstone, View
from todos.notes import Notes
from todos.types import Values

MODELS: dict[str, Any] = {
    Tombstone.Kind.TODO: Todo,
    Tombstone.Kind.LIST: List,
    Tombstone.Kind.TAG: Tag,
    Tombstone.Kind.VIEW: View,
}


def bring_in(owner: int | Caller, records: Records, notes: Notes, *, is_dry_run: bool = False) -> Report:
    """A dry run finds out the same and leaves nothing behind. `notes` are those of whoever made the records."""
    report = Report(notes)
    with change(owner) as current:
        before = current.number - 1
        skip_numbers(current, records)
        take_settings(current, records.settings, report)
        places = bring_lists(current, records.lists, report)
        arrival = Arrival(current, report, places)
        arrival.load(records.todos, records.settings.get("default_list"))
        if arrival.default and not current.default:
            change_settings(current, {"default_list": arrival.default.uid})
        arrival.tags = bring_tags(current, records, arrival.there.keys(), report)
        bring_todos(arrival, records, is_dry_run=is_dry_run)
        bring_views(current, records.views, places, report)
        bring_tombstones(current, records.deleted, arrival.new.keys(), report)
        if is_dry_run:
            current.is_empty = True
        report.version = before if current.is_empty else current.number
    return report


def skip_numbers(current: Change, records: Records) -> None:
    """Beyond the numbers that the rows name, so that no later change is taken for one of theirs, and what is put last
    comes after them."""
    highest = max(numbers_in(records), default=0)
    if highest >= current.number:
        current.number = highest + 1
        Account.objects.filter(owner_id=current.owner_id).update(version=current.number)


def numbers_in(records: Records) -> Iterator[int]:
    for record in (*records.lists, *records.todos, *records.completions, *records.views):
        yield from (record.get(name) or 0 for name in ("trashed_in", "completed_in", "series_in"))
        if "position" in record:
            yield positions.number_of(record["position"])
    for record in records.completions:
        for _, number in orjson.loads(record.get("subtasks") or "{}").values():
            yield number or 0


def take_settings(current: Change, settings: Values, report: Report) -> None:
    """Where they are as they were in the beginning."""
    wanted: Any = {name: settings[name] for name in ("time_zone", "week_start") if name in settings}
    if not wanted:
        return
    account, blank = Account.objects.get(owner_id=current.owner_id), Account()
    if all(getattr(account, name) == value for name, value in wanted.items()):
        report.count("settings", "same")
    elif all(getattr(account, name) == getattr(blank, name) for name in wanted):
        report.count("settings", "new")
        change_settings(current, wanted)
    else:
        report.count("settings", "different")


def bring_tombstones(current: Change, records: list[Values], new_todos: Set[UUID], report: Report) -> None:
    """Of what is not there. A creation that comes late does not bring it back here either."""
    # Older ones would be purged next, and every device that syncs would have to start over.
    records = [record for record in records if record["deleted_at"] > current.now - TOMBSTONES_KEPT]
    # A dry run has not written its todos.
    known = {(Tombstone.Kind.TODO.value, uid) for uid in new_todos}
    for kind, model in MODELS.items():
        uids = [record["uid"] for record in records if record["kind"] == kind]
        present = model.objects.filter(owner_id=current.owner_id)
        buried = Tombstone.objects.filter(owner_id=current.owner_id, kind=kind)
        for rows in (present, buried):
            known |= {(kind, uid) for uid in found(rows.values_list("uid", flat=True), uids)}
    new = [record for record in records if (record["kind"], record["uid"]) not in known]
    report.counts["deleted"] = Counter(new=len(new), same=len(records) - len(new))
    stamp: dict[str, Any] = {"owner_id": current.owner_id, "version": current.number}
    if new:
        require_room_for_tombstones(current, len(new))
        current.take_number()
        Tombstone.objects.bulk_create((Tombstone(**record, **stamp) for record in new), batch_size=AT_A_TIME)


def require_room_for_tombstones(current: Change, count: int) -> None:
    """As many as todos: nothing else bounds what somebody says to have deleted, import after import."""
    limit = conf.quota("todos")
    stored = Tombstone.objects.filter(owner_id=current.owner_id)[:limit].count() if limit else 0
    if limit and stored + count > limit:
        code = Code("too_many_deleted", max=limit)
        detail = f"There is room for {limit:,} deletions, yours included. Leave out `deleted`, or the older part of it."
        raise Invalid(code, detail, pointer="/deleted")
