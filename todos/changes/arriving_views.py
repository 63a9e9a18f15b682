"""Saved views that come from a document."""

from __future__ import annotations

import orjson

from todos.changes import quotas
from todos.changes.arrivals import AT_A_TIME, Places, Report, found, new_row
from todos.changes.arriving_lists import columns_of, dig_up
from todos.changes.change import Change
from todos.fields.declared import VIEW_FIELDS
from todos.fields.field import columns, defaults
from todos.fields.records import VIEW_RECORD
from todos.models import Tombstone, View
from todos.types import Values

COLUMNS = columns(VIEW_RECORD)


def bring_views(current: Change, records: list[Values], places: Places, report: Report) -> None:
    records = [{**record, "query": with_own_lists(record["query"], places)} for record in records]
    rows = View.objects.filter(owner_id=current.owner_id)
    there = {row.uid: row for row in found(rows, [record["uid"] for record in records])}
    new = []
    for record in records:
        if row := there.get(record["uid"]):
            report.compare("views", record, columns_of(row, COLUMNS))
        else:
            new.append(view_of(current, record))
            report.count("views", "new")
    if new:
        quotas.require_room("views", lambda: rows.count() + len(new) - 1)
        View.objects.bulk_create(new, batch_size=AT_A_TIME)
        dig_up(current, Tombstone.Kind.VIEW, [row.uid for row in new])


def with_own_lists(query: str, places: Places) -> str:
    """The Inbox of the document is the account's."""
    values = orjson.loads(query)
    if "list" not in values:
        return query
    own = {str(uid): str(row.uid) for uid, row in places.items()}
    values["list"] = sorted({own.get(uid, uid) for uid in values["list"]})
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()


def view_of(current: Change, record: Values) -> View:
    values = {**defaults(VIEW_FIELDS), **record}
    values.setdefault("position", current.end_position())
    return View(**new_row(current, values))
