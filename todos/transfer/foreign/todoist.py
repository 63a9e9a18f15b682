"""Todoist's CSV of a project: tasks, indented, with comments below them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import Any

from todos.exceptions import Code, Invalid
from todos.fields.declared import MAX_NOTES
from todos.transfer.foreign.drafts import Drafts, day, one_line, refuse_more, text_in
from todos.types import Json

LABEL = re.compile(r"(?:^|\s)@(\w[\w-]*)")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
DATE_AND_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ]((?:[01]\d|2[0-3]):[0-5]\d)(?::\d\d)?")
# With sections and comments.
MOST_LINES = 50_000
MOST_COLUMNS = 100
# 1 is the highest.
PRIORITIES = {"1": 3, "2": 2, "3": 1}


def read(body: bytes) -> Drafts:
    drafts, seen = Drafts("todoist"), Counter[str]()
    parent: Json | None = None
    last: Json | None = None
    for line, row in rows_of(text_in(body)):
        kind, place = row.get("TYPE", "").strip().lower(), f"line {line}"
        if kind == "task":
            is_subtask = row.get("INDENT", "1").strip() not in {"", "1"} and parent is not None
            last = add(drafts, place, row, seen, parent if is_subtask else None)
            if last and not is_subtask:
                parent = last
        elif kind == "note" and last:
            # What is longer than notes may be is cut anyway.
            if len(last["notes"]) < MAX_NOTES:
                last["notes"] = f"{last['notes']}\n\n{row.get('CONTENT', '')}".strip()[:MAX_NOTES]
        elif kind == "section":
            drafts.note(place, "section", "The section was left out; its tasks are in the list.")
    return drafts


def rows_of(text: str) -> Any:
    """Each row by the headings, with its line."""
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True, restval="", restkey="")
    try:
        columns = reader.fieldnames or ()
        if not {"TYPE", "CONTENT"} <= {*columns} or len(columns) > MOST_COLUMNS:
            raise Invalid("malformed", "The first line has to name the columns, TYPE and CONTENT among them.")
        for number, row in enumerate(reader):
            if number > MOST_LINES:
                refuse_more()
            yield reader.line_num, {name: value for name, value in row.items() if isinstance(value, str)}
    except csv.Error as exc:
        place = {"line": reader.line_num}
        raise Invalid(Code("malformed", **place), "This is not CSV; see line {line}.".format(**place)) from exc


def add(drafts: Drafts, place: str, row: dict[str, str], seen: Counter[str], parent: Json | None) -> Json | None:
    content, notes = one_line(row["CONTENT"]), row.get("DESCRIPTION", "")
    key = f"{parent['id'] if parent else ''}/{content}"
    # The file has no ids: the nth task of this text below this one.
    seen[key] += 1
    due = due_of(row.get("DATE", ""))
    if row.get("DATE", "").strip() and not due:
        drafts.note(place, "date_in_words", "The date is in words; it is in the notes.")
        notes = f"{notes}\n\nDue: {one_line(row['DATE'])}".strip()
    values: Json = {"notes": notes, "tags": LABEL.findall(content), **due}
    values["priority"] = PRIORITIES.get(row.get("PRIORITY", "").strip(), 0)
    if parent:
        values["parent"] = parent["id"]
    title = LABEL.sub("", content).strip() or content
    return drafts.add(place, f"{key}/{seen[key]}", title, **values)


def due_of(text: str) -> Json:
    text = text.strip()
    if DATE.fullmatch(text) and day(text):
        return {"due_date": text}
    found = DATE_AND_TIME.fullmatch(text)
    return {"due_date": found[1], "due_time": found[2]} if found and day(found[1]) else {}
