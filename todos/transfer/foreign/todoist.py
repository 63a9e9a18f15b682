"""Todoist's CSV of a project: sections, tasks, indented, with comments below them. A section becomes a list."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from todos import zones
from todos.exceptions import Code, Invalid
from todos.fields.declared import MAX_NOTES
from todos.transfer.foreign.drafts import Drafts, day, one_line, refuse_more, text_in
from todos.types import Json

LABEL = re.compile(r"(?:^|\s)@(\w[\w-]*)")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
DATE_AND_TIME = re.compile(
    rf"({DATE.pattern})[T ]({TIME})(?::\d\d(?:\.\d+)?)?(?: ?(Z|[+-]{TIME})| ([A-Za-z]+(?:/[\w+-]+)*))?", re.ASCII
)
# Commas where none is more frequent.
SEPARATORS = (",", ";", "\t")
# With sections and comments.
MOST_LINES = 50_000
MOST_COLUMNS = 100
# 1 is the highest.
PRIORITIES = {"1": 3, "2": 2, "3": 1}


def read(body: bytes) -> Drafts:
    drafts, seen = Drafts("todoist"), Counter[str]()
    parent: Json | None = None
    last: Json | None = None
    section: str | None = None
    for line, row in rows_of(text_in(body)):
        kind, place = row.get("TYPE", "").strip().lower(), f"line {line}"
        if kind == "task":
            is_subtask = row.get("INDENT", "1").strip() not in {"", "1"} and parent is not None
            values = {"list": section, **({"parent": parent["id"]} if parent and is_subtask else {})}
            last = add(drafts, place, row, seen, values)
            if last and not is_subtask:
                parent = last
        elif kind == "note" and last:
            # What is longer than notes may be is cut anyway.
            if len(last["notes"]) < MAX_NOTES:
                last["notes"] = f"{last['notes']}\n\n{row.get('CONTENT', '')}".strip()[:MAX_NOTES]
        elif kind == "section":
            name = one_line(row["CONTENT"])
            section, parent = drafts.list_of(place, f"section/{name}", name) if name else None, None
    return drafts


def rows_of(text: str) -> Any:
    """Each row by the headings, with its line."""
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True, restval="", restkey="")
    try:
        columns = reader.fieldnames or ()
        if not {"TYPE", "CONTENT"} <= {*columns} or len(columns) > MOST_COLUMNS:
            raise Invalid("no_columns", "The first line has to name the columns, TYPE and CONTENT among them.")
        for number, row in enumerate(reader):
            if number > MOST_LINES:
                refuse_more()
            yield reader.line_num, {name: value for name, value in row.items() if isinstance(value, str)}
    except csv.Error as exc:
        place = {"line": reader.line_num}
        raise Invalid(Code("not_csv", **place), "This is not CSV; see line {line}.".format(**place)) from exc


def add(drafts: Drafts, place: str, row: dict[str, str], seen: Counter[str], values: Json) -> Json | None:
    """`values` say where it stands."""
    content, notes = one_line(row["CONTENT"]), row.get("DESCRIPTION", "")
    key = f"{values.get('parent', '')}/{content}"
    # The file has no ids: the nth task of this text below this one.
    seen[key] += 1
    due = due_of(row.get("DATE", ""), row.get("TIMEZONE", "").strip())
    if row.get("DATE", "").strip() and not due:
        drafts.note(place, "date_in_words", "The date is in words; it is in the notes.")
        notes = f"{notes}\n\nDue: {one_line(row['DATE'])}".strip()
    values = {**values, "notes": notes, "tags": LABEL.findall(content), **due}
    values["priority"] = PRIORITIES.get(row.get("PRIORITY", "").strip(), 0)
    title = LABEL.sub("", content).strip() or content
    return drafts.add(place, f"{key}/{seen[key]}", title, **values)


def due_of(text: str, zone: str) -> Json:
    text = text.strip()
    if DATE.fullmatch(text) and day(text):
        return {"due_date": text}
    found = DATE_AND_TIME.fullmatch(text)
    if not (found and day(found[1])):
        return {}
    zone = found[4] or zone
    zone = zone if zone in zones.known_zones() else ""
    if found[3]:
        return moment_in(f"{found[1]}T{found[2]}{found[3]}", zone or "UTC")
    timed = {"due_date": found[1], "due_time": found[2]}
    return {**timed, "time_zone": zone} if zone else timed


def moment_in(text: str, zone: str) -> Json:
    """As a clock in the zone shows it."""
    try:
        shown = datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
    except OverflowError:
        return {}
    found = day(shown.date().isoformat())
    return {"due_date": str(found), "due_time": f"{shown:%H:%M}", "time_zone": zone} if found else {}
