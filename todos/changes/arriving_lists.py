"""Lists and tags that come from a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from todos.changes import quotas
from todos.changes.arrivals import AT_A_TIME, Places, Records, Report, few, found, new_row, trashed
from todos.changes.change import Change
from todos.changes.tags import MAX_FORMER_NAMES, by_former_names
from todos.fields.declared import LIST_FIELDS
from todos.fields.field import columns, defaults
from todos.fields.records import LIST_RECORD, TAG_RECORD
from todos.models import FormerName, List, Tag, Tombstone
from todos.models.tag import tag_key
from todos.types import Values

LIST_COLUMNS, TAG_COLUMNS = columns(LIST_RECORD), columns(TAG_RECORD)
# Of the Inbox, which nobody has touched since it was made.
TAKEN_BY_INBOX = ("name", "color", "position", "created_at", "updated_at")


def bring_lists(current: Change, records: list[Values], report: Report) -> Places:
    places: Places = {}
    rows = List.objects.filter(owner_id=current.owner_id)
    there = {row.uid: row for row in found(rows, [record["uid"] for record in records])}
    new = []
    for record in records:
        row = there.get(record["uid"])
        if record.get("is_inbox"):
            places[record["uid"]] = bring_inbox(current, record, row, report)
        elif row:
            places[row.uid] = row
            report.compare("lists", record, columns_of(row, LIST_COLUMNS))
        else:
            places[record["uid"]] = made = list_of(current, record)
            new.append(made)
            report.count("lists", "new")
    if new:
        quotas.require_room("lists", lambda: rows.count() + len(new) - 1)
        List.objects.bulk_create(new, batch_size=AT_A_TIME)
        dig_up(current, Tombstone.Kind.LIST, [row.uid for row in new])
    return places


def list_of(current: Change, record: Values) -> List:
    values = {**defaults(LIST_FIELDS), **record, **trashed(current, record)}
    values.pop("archived", None)
    values.setdefault("position", current.end_position())
    return List(**new_row(current, values))


def bring_inbox(current: Change, record: Values, same: List | None, report: Report) -> List:
    """There is one Inbox: the account's, whatever its id is elsewhere. It takes on what nobody has given it yet."""
    rows = List.objects.filter(owner_id=current.owner_id)
    inbox = rows.filter(is_inbox=True).first()
    if inbox is None and same is None:
        made = list_of(current, {**record, "deleted_at": None, "archived_at": None})
        List.objects.bulk_create([made])
        report.count("lists", "new")
        return made
    if inbox is None:
        return rows.get(pk=current.inbox().pk)
    wanted = {name: record[name] for name in TAKEN_BY_INBOX if name in record}
    if inbox.created_at == inbox.updated_at and any(getattr(inbox, name) != value for name, value in wanted.items()):
        rows.filter(pk=inbox.pk).update(**wanted, version=current.take_number())
        report.count("lists", "new")
    else:
        report.compare("lists", wanted, columns_of(inbox, LIST_COLUMNS))
    return inbox


def bring_tags(current: Change, records: Records, there: Container[UUID], report: Report) -> dict[str, Tag]:
    """Gives the tags that the document names, by the keys that they have in it. Todos that are `there` add none."""
    rows = Tag.objects.filter(owner_id=current.owner_id)
    by_uid = {row.uid: row for row in found(rows, [record["uid"] for record in records.tags])}
    # An id tells a tag, whatever it is called by now.
    same = {tag_key(record["name"]): by_uid[record["uid"]] for record in records.tags if record["uid"] in by_uid}
    named = {tag_key(record["name"]) for record in records.tags}
    wanted = names_of(record for record in records.todos if record["uid"] not in there)
    keys = {tag_key(name) for record in records.todos for name in record.get("tag_names", ())} | named
    tags = tags_called(current, keys - same.keys(), named | wanted.keys(), rows.count()) | same
    new: list[Tag] = []
    for record in records.tags:
        key = tag_key(record["name"])
        row = by_uid.get(record["uid"]) or tags.get(key)
        if row:
            report.compare("tags", record, columns_of(row, TAG_COLUMNS))
        else:
            row = tags[key] = tag_of(current, record)
            new.append(row)
            report.count("tags", "new")
        by_uid[record["uid"]] = row
    for key in wanted.keys() - tags.keys():
        tags[key] = made = tag_of(current, {"name": wanted[key]})
        new.append(made)
        report.count("tags", "new")
    if new:
        write_tags(current, new)
    bring_former_names(current, records.former_names, by_uid)
    return tags


def names_of(todos: Iterable[Values]) -> dict[str, str]:
    """The tags' names by key, each as the first todo writes it."""
    names: dict[str, str] = {}
    for record in todos:
        for name in record.get("tag_names", ()):
            names.setdefault(tag_key(name), name)
    return names


def tags_called(current: Change, keys: set[str], wanted: set[str], count: int) -> dict[str, Tag]:
    """Those that are there, by their names or by names that they had until lately.

    Others that are wanted will be new. As soon as there is no room for them, nothing more is looked for.
    """
    rows, tags = Tag.objects.filter(owner_id=current.owner_id), dict[str, Tag]()
    for some in few(keys):
        there = {row.key: row for row in rows.filter(key__in=some)}
        there |= by_former_names(current, {*some} - there.keys())
        tags |= there
        if missing := {*some} & wanted - there.keys():
            count += len(missing)
            quotas.require_room("tags", partial(int, count - 1))
    return tags


def in_keys(rows: Any, keys: Iterable[str]) -> Iterator[Any]:
    for some in few(keys):
        yield from rows.filter(key__in=some)


def tag_of(current: Change, record: Values) -> Tag:
    return Tag(key=tag_key(record["name"]), **new_row(current, record))


def write_tags(current: Change, new: list[Tag]) -> None:
    Tag.objects.bulk_create(new, batch_size=AT_A_TIME)
    former = FormerName.objects.filter(owner_id=current.owner_id)
    for some in few(new):
        former.filter(key__in=[row.key for row in some]).delete()
    dig_up(current, Tombstone.Kind.TAG, [row.uid for row in new])


def bring_former_names(current: Change, records: list[Values], by_uid: dict[UUID, Tag]) -> None:
    """Of tags in the document, where a name leads nowhere yet."""
    keys = [record["key"] for record in records]
    taken = {
        row.key for model in (Tag, FormerName) for row in in_keys(model.objects.filter(owner_id=current.owner_id), keys)
    }
    stored = FormerName.objects.filter(owner_id=current.owner_id).values_list("tag__uid", flat=True)
    new, counts = [], Counter(stored if records else ())
    for record in records:
        tag = by_uid.get(record["tag_uid"])
        if tag and record["key"] not in taken and counts[tag.uid] < MAX_FORMER_NAMES:
            counts[tag.uid] += 1
            taken.add(record["key"])
            at = record["renamed_at"]
            new.append(FormerName(owner_id=current.owner_id, key=record["key"], tag=tag, renamed_at=at))
    if new:
        current.take_number()
        FormerName.objects.bulk_create(new, batch_size=AT_A_TIME)


def columns_of(row: Any, names: tuple[str, ...]) -> Values:
    return {name: getattr(row, name) for name in names}


def dig_up(current: Change, kind: Tombstone.Kind, uids: Iterable[UUID]) -> None:
    """What comes back is not gone any more."""
    buried = Tombstone.objects.filter(owner_id=current.owner_id, kind=kind)
    for some in few(uids):
        buried.filter(uid__in=some).delete()
