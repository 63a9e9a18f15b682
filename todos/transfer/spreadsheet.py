"""Todos for a spreadsheet: nothing that comes back, and nothing that a program for tables would carry out.

Such programs calculate what begins with certain signs, and some take a comma or a semicolon within quotation marks for
the end of a cell. An apostrophe in front makes text of it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from uuid import UUID

from todos.models import List
from todos.transfer.document import TODOS, chunks
from todos.types import Row

# Without it Excel takes UTF-8 for something else.
BOM = b"\xef\xbb\xbf"
SIGNS = "=+-@\uff0b\uff0d\uff1d\uff20"
SEPARATORS = frozenset(";,|\t\r\n")
# A whole run, so that a long one is looked at once.
BEFORE_SIGN = re.compile(rf"""(?<![;,|\s"'])[;,|\s"']++(?=[{re.escape(SIGNS)}])""")
HEADINGS = (
    *("title", "notes", "list", "tags", "priority", "due_date", "due_time", "time_zone", "rrule", "starts_on"),
    *("created_at", "updated_at", "completed_at", "deleted_at", "id", "parent"),
)


def pieces(owner_id: int) -> Iterator[bytes]:
    names = dict(List.objects.filter(owner_id=owner_id).values_list("uid", "name"))
    yield BOM + lines([HEADINGS])
    for rows in chunks(TODOS, owner_id):
        yield lines(cells(row, names) for row in rows)


def cells(row: Row, list_names: dict[UUID, str]) -> list[str]:
    values = dict(zip(TODOS.columns, row, strict=True))
    values["id"], values["parent"] = values["uid"], values["parent_uid"]
    values["list"] = list_names.get(values["list_uid"])
    values["tags"] = "; ".join(values["tag_names"])
    return [harmless(shown(values[name])) for name in HEADINGS]


def shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return "" if value is None else str(value)


def harmless(text: str) -> str:
    text = BEFORE_SIGN.sub(quoted, text)
    return f"'{text}" if text.startswith(tuple(SIGNS)) else text


def quoted(run: re.Match[str]) -> str:
    is_end_of_cell = run.start() == 0 or not SEPARATORS.isdisjoint(run[0])
    return f"{run[0]}'" if is_end_of_cell else run[0]


def lines(rows: Iterable[Iterable[str]]) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    return made.getvalue().encode()
