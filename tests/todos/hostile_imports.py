"""Files that somebody sends to break an import, as data: those that are refused, and those of which a part is taken."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from typing import Any, NamedTuple

# What Mallory has; everything is sent by Alice.
HER_LIST, HER_TODO, HER_TAG, HER_VIEW = (f"0000000{number}-0000-4000-8000-000000000000" for number in (1, 2, 3, 4))
MINE, OTHER, THIRD = (f"0000000{number}-0000-4000-8000-000000000000" for number in (5, 6, 7))
TYPES = {"icalendar": "text/calendar", "todoist": "text/csv"}
DAY = "2026-11-27"
PAST = "2026-01-02T03:04:05Z"
HEADINGS = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,DATE,TIMEZONE"


class Hostile(NamedTuple):
    what: str
    source: str
    body: bytes
    status: int = 400
    content_type: str = ""
    # Further headers and parameters.
    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""

    @property
    def media_type(self) -> str:
        return self.content_type or TYPES.get(self.source, "application/json")


def ours(**sections: Any) -> bytes:
    return json.dumps({"format": "todos", "version": 1, **sections}).encode()


def todo(**values: Any) -> bytes:
    """After one that is as it should be, which must not come either."""
    return ours(todos=[{"id": OTHER, "title": "good"}, {"id": MINE, "title": "bad", **values}])


def completion(**values: Any) -> bytes:
    done = {"occurrence_on": DAY, "occurrence_number": 1, "series_in": 1, "due_date": DAY, "completed_at": PAST}
    return ours(todos=[{"id": OTHER, "title": "x"}], completions=[{"id": MINE, "todo": OTHER, **done, **values}])


def calendar(*lines: str) -> bytes:
    good = ("BEGIN:VTODO", "UID:good", "SUMMARY:good", "END:VTODO")
    return "\r\n".join(("BEGIN:VCALENDAR", *good, *lines, "END:VCALENDAR", "")).encode()


def vtodo(*lines: str) -> bytes:
    return calendar("BEGIN:VTODO", "UID:bad", "SUMMARY:bad", *lines, "END:VTODO")


def table(*rows: str) -> bytes:
    return "\n".join((HEADINGS, "task,good,,,,,", *rows)).encode()


def google(*tasks: Any) -> bytes:
    return json.dumps(
        {"items": [{"id": "L", "title": "l", "items": [{"id": "good", "title": "good"}, *tasks]}]}
    ).encode()


def microsoft(*tasks: Any) -> bytes:
    rows = [{"id": "good", "title": "good"}, *tasks]
    return json.dumps({"value": [{"id": "L", "displayName": "l", "tasks": rows}]}).encode()


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("export.json", b"0" * 1_000_000)
    return made.getvalue()


def series(**values: Any) -> dict[str, Any]:
    return {"rrule": "FREQ=DAILY", "due_date": DAY, **values}


DUE = f"DUE:{DAY.replace('-', '')}"
DEEP = "[" * 100_000
BOMB = gzip.compress(b" " * 5_000_000)
LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
COSTLY = "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2;BYMONTHDAY=30"

OF_BYTES = (
    Hostile("nothing", "todos", b""),
    Hostile("a space", "todos", b" "),
    Hostile("a byte order mark alone", "todos", b"\xef\xbb\xbf"),
    Hostile("two byte order marks", "todos", b"\xef\xbb\xbf\xef\xbb\xbf" + ours()),
    Hostile("the mark of UTF-16 alone", "todoist", b"\xff\xfe"),
    Hostile("the mark of UTF-16 alone", "icalendar", b"\xfe\xff"),
    Hostile("JSON in UTF-16", "todos", ours().decode().encode("utf-16")),
    Hostile("JSON in UTF-32", "todos", ours().decode().encode("utf-32")),
    Hostile("JSON in UTF-7", "todos", b"+AHs-+AH0-"),
    Hostile("Latin-1 in JSON", "todos", todo(notes="@").replace(b"@", b"\xe9")),
    Hostile("Latin-1 in a table", "todoist", table("task,@,,,,,").replace(b"@", b"\xe9")),
    Hostile("Latin-1 in a calendar", "icalendar", vtodo("DESCRIPTION:@").replace(b"@", b"\xe9")),
    Hostile("an overlong slash", "todos", todo(notes="@").replace(b"@", b"\xc0\xaf")),
    Hostile("half a letter at the end", "todoist", table("task,x,,,,,") + b"\xe2\x82"),
    Hostile("a surrogate in UTF-8", "todos", todo(notes="@").replace(b"@", b"\xed\xa0\x80")),
    Hostile("a surrogate in UTF-16", "todoist", b"\xff\xfe\x00\xd8A\x00"),
    Hostile("UTF-16 that ends within a letter", "todoist", f"{HEADINGS}\ntask,x".encode("utf-16")[:-1]),
    Hostile("a NUL in front", "todos", b"\0" + ours()),
    Hostile("a NUL behind", "todos", ours() + b"\0"),
    Hostile("only NULs", "todoist", b"\0" * 10_000),
    Hostile("an archive", "todos", archive()),
    Hostile("an archive", "google", archive()),
    Hostile("an archive", "todoist", archive()),
    Hostile("packed bytes without a word", "todos", BOMB),
    Hostile("packed bytes without a word", "icalendar", BOMB),
    Hostile("packed bytes without a word", "microsoft", zlib.compress(microsoft())),
    Hostile("packed bytes that say so", "todos", BOMB, headers=(("HTTP_CONTENT_ENCODING", "gzip"),)),
    Hostile("packed bytes that say so", "todoist", BOMB, headers=(("HTTP_CONTENT_ENCODING", "deflate, gzip"),)),
    Hostile("a picture", "icalendar", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
    Hostile("an XML of entities", "todos", LAUGHS.encode()),
    Hostile("a page", "icalendar", b"<html><body>Please sign in</body></html>"),
    Hostile("more than may come", "todos", b" " * 11_000_000, status=413),
    Hostile("more than may come", "todoist", b"x" * 11_000_000, status=413),
)
OF_TYPES = (
    Hostile("a calendar as JSON", "icalendar", ours(), 415, "application/json"),
    Hostile("a form", "todos", b"format=todos", 415, "application/x-www-form-urlencoded"),
    Hostile("a form in parts", "todos", b"--x\r\n\r\nx\r\n--x--", 415, "multipart/form-data; boundary=x"),
    Hostile("text", "todos", ours(), 415, "text/plain"),
    Hostile("XML", "todos", LAUGHS.encode(), 415, "application/xml"),
    Hostile("an archive", "todos", archive(), 415, "application/zip"),
    Hostile("a pickle", "todos", b"\x80\x04N.", 415, "application/python-pickle"),
    Hostile("a table where JSON is due", "google", table(), 415, "text/csv"),
    Hostile("a type that is none", "todos", ours(), 415, "json"),
    Hostile("a product that is unknown", "excel", ours()),
    Hostile("a product that is a path", "../../etc/passwd", ours()),
    Hostile("a product twice", "todos", ours(), query="&from=google"),
    Hostile("a dry run that is none", "todos", ours(), query="&dry_run=perhaps"),
    Hostile("a parameter that is unknown", "todos", ours(), query="&owner=1"),
)
OF_JSON = (
    Hostile("half a document", "todos", todo()[:-20]),
    Hostile("two documents", "todos", ours() + ours()),
    Hostile("depth without an end", "todos", DEEP.encode()),
    Hostile("depth of objects", "todos", b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    Hostile("depth that is balanced", "todos", b"[" * 900 + b"]" * 900),
    Hostile("depth within a row", "todos", todo(meta={"a": json.loads("[" * 40 + "]" * 40)})),
    Hostile("depth at Google", "google", DEEP.encode()),
    Hostile("depth at Microsoft", "microsoft", b'{"value":' * 40 + b"[]" + b"}" * 40),
    Hostile("a million values", "todos", b"[" + b"0," * 1_000_000 + b"0]"),
    Hostile("a million empty objects", "google", b"[" + b"{}," * 500_000 + b"{}]"),
    Hostile("not a number", "todos", todo().replace(b'"good"', b"NaN")),
    Hostile("more than any number", "todos", todo(priority=0).replace(b'"priority": 0', b'"priority": 1e999')),
    Hostile("a number of 100,000 digits", "todos", todo(priority=0).replace(b": 0", b": " + b"9" * 100_000)),
    Hostile("a comment", "todos", b"/* x */" + ours()),
    Hostile("a quotation mark of another kind", "todos", b"{'format': 'todos'}"),
    Hostile("a lone surrogate that is escaped", "todos", todo(notes="@").replace(b"@", b"\\ud800")),
    Hostile("a string", "todos", b'"todos"'),
    Hostile("nothing as a value", "todos", b"null"),
    Hostile("another form", "todos", b'{"format": "other", "version": 1}'),
    Hostile("a version to come", "todos", b'{"format": "todos", "version": 2}'),
    Hostile("a version that is a truth", "todos", b'{"format": "todos", "version": true}'),
    Hostile("a member of everybody", "todos", ours(__proto__={"is_staff": True})),
    Hostile("rows that are an object", "todos", ours(todos={"0": {}})),
    Hostile("rows that are numbers", "todos", ours(todos=[1, 2])),
    Hostile("more rows than one import has", "todos", ours(todos=[0] * 10_001)),
    Hostile("more rows in all", "todos", ours(todos=[0] * 5_000, deleted=[0] * 5_001)),
    Hostile("lists that are text", "google", b'{"items": "all"}'),
    Hostile("tasks that are an object", "microsoft", b'{"value": [{"tasks": {"0": {}}}]}'),
    Hostile("steps that are a number", "microsoft", microsoft({"id": "x", "title": "x", "checklistItems": 5})),
    Hostile("more tasks than one import has", "google", google(*({"title": "x"},) * 10_001)),
)
OF_ROWS = (
    Hostile("no id", "todos", ours(todos=[{"title": "x"}])),
    Hostile("an id that is none", "todos", todo(id="1 OR 1=1")),
    Hostile("an id that is a number", "todos", todo(id=7)),
    Hostile("one id twice", "todos", ours(todos=[{"id": MINE, "title": "x"}] * 2)),
    Hostile("one id in two spellings", "todos", ours(tags=[{"id": i, "name": "x"} for i in (THIRD, THIRD.upper())])),
    Hostile("two Inboxes", "todos", ours(lists=[{"id": i, "name": "x", "is_inbox": True} for i in (MINE, OTHER)])),
    Hostile("an owner", "todos", todo(owner=1)),
    Hostile("a key of the database", "todos", todo(pk=1)),
    Hostile("a version", "todos", todo(version=1)),
    Hostile("a title without an end", "todos", todo(title="x" * 1_000_000)),
    Hostile("a title that shows nothing", "todos", todo(title="\u200b\u2060")),
    Hostile("a title with a NUL", "todos", todo(title="a\0b")),
    Hostile("a title with an escape", "todos", todo(title="a\x1b[31m")),
    Hostile("a title that is an object", "todos", todo(title={"$gt": ""})),
    Hostile("notes without an end", "todos", todo(notes="x" * 5_000_000)),
    Hostile("a priority below all", "todos", todo(priority=-(2**63))),
    Hostile("a priority that is a truth", "todos", todo(priority=True)),
    Hostile("a day that is none", "todos", todo(due_date="2026-02-30")),
    Hostile("a day before all", "todos", todo(due_date="0001-01-01")),
    Hostile("a day after all", "todos", todo(due_date="9999-12-31T00:00:00")),
    Hostile("a day of five digits", "todos", todo(due_date="12026-01-01")),
    Hostile("a time without a day", "todos", todo(due_time="09:00")),
    Hostile("a zone that is a path", "todos", todo(due_date=DAY, due_time="09:00", time_zone="../../etc/passwd")),
    Hostile("a moment to come", "todos", todo(created_at="2999-01-01T00:00:00Z")),
    Hostile("a moment before all", "todos", todo(created_at="0001-01-01T00:00:00+23:59")),
    Hostile("a moment after all", "todos", todo(created_at="9999-12-31T23:59:59-23:59")),
    Hostile("a moment that is a number", "todos", todo(created_at=10**18)),
    Hostile("a place before all", "todos", todo(position="a")),
    Hostile("a place after all", "todos", todo(position="zzzzzzzz")),
    Hostile("a place without an end", "todos", todo(position="i" * 100_000)),
    Hostile("a number that uses up the counter", "todos", todo(trashed_in=2**63 - 1)),
    Hostile("a number below the counter", "todos", todo(completed_in=-1)),
    Hostile("an occurrence after all", "todos", todo(**series(occurrence_number=10**9))),
    Hostile("a rule without a day", "todos", todo(rrule="FREQ=DAILY")),
    Hostile("a rule of every second", "todos", todo(**series(rrule="FREQ=SECONDLY"))),
    Hostile("a rule that names no day", "todos", todo(**series(rrule=COSTLY))),
    Hostile("a rule without an end", "todos", todo(**series(rrule="FREQ=DAILY;BYDAY=" + "MO," * 100_000))),
    Hostile("a hundred tags", "todos", todo(tags=[f"tag {number}" for number in range(100)])),
    Hostile("tags that are text", "todos", todo(tags="all")),
    Hostile("a hundred reminders", "todos", todo(due_date=DAY, reminders=[{"minutes_before": n} for n in range(100)])),
    Hostile("a reminder years before", "todos", todo(due_date=DAY, reminders=[{"minutes_before": 10**9}])),
    Hostile("a reminder that is code", "todos", todo(reminders=[{"at": "2026-11-27T09:00';DROP TABLE todos_todo;--"}])),
    Hostile("a note of the machine without an end", "todos", todo(meta={"a": "x" * 3_000})),
    Hostile("a colour that is code", "todos", ours(lists=[{"id": MINE, "name": "x", "color": "red;}body{"}])),
    Hostile("a view of what is unknown", "todos", ours(views=[{"id": MINE, "name": "x", "query": {"owner": [1]}}])),
    Hostile("a deletion of what is unknown", "todos", ours(deleted=[{"kind": "user", "id": MINE, "deleted_at": PAST}])),
    Hostile(
        "a deletion to come", "todos", ours(deleted=[{"kind": "tag", "id": MINE, "deleted_at": "2999-01-01T00:00:00Z"}])
    ),
    Hostile("a week of eight days", "todos", ours(settings={"week_start": 8})),
    Hostile("a zone of the machine", "todos", ours(settings={"time_zone": "localtime"})),
    Hostile("a history of the future", "todos", completion(completed_at="2999-01-01T00:00:00Z")),
    Hostile("a history of the millionth time", "todos", completion(occurrence_number=10**7)),
    Hostile("a history of what subtasks did", "todos", completion(subtasks={"x": 1})),
    Hostile("a history without an end", "todos", completion(subtasks={str(n): "x" * 100 for n in range(2_000)})),
)
OF_CALENDARS = (
    Hostile("no end", "icalendar", vtodo()[:-20]),
    Hostile("an end without a beginning", "icalendar", calendar("END:VTODO")),
    Hostile("ends that cross", "icalendar", calendar("BEGIN:VTODO", "BEGIN:VALARM", "END:VTODO", "END:VALARM")),
    Hostile("something before it", "icalendar", b"X:1\r\n" + vtodo()),
    Hostile("a line without a colon", "icalendar", vtodo("DESCRIPTION")),
    Hostile("a name of no letters", "icalendar", vtodo("Über:1")),
    Hostile("a quotation without an end", "icalendar", vtodo('X;A="b:c')),
    Hostile("parameters without an end", "icalendar", vtodo("X" + ";A=b" * 50_000)),
    Hostile("values without an end", "icalendar", vtodo("X;A=" + '"b",' * 30_000)),
    Hostile("quotations without an end", "icalendar", vtodo("X;A=" + '"' * 99_999)),
    Hostile("a line without an end", "icalendar", vtodo("DESCRIPTION:" + "x" * 200_000)),
    Hostile("a line that is folded without an end", "icalendar", vtodo("DESCRIPTION:x", *(" x",) * 150_000)),
    Hostile("nesting without an end", "icalendar", calendar(*("BEGIN:VTODO",) * 100_000)),
    Hostile("nesting that is balanced", "icalendar", calendar(*("BEGIN:X",) * 50, *("END:X",) * 50)),
    Hostile("half a million lines", "icalendar", calendar(*("X:",) * 500_000)),
    Hostile(
        "more to-dos than one import has",
        "icalendar",
        calendar(*(f"BEGIN:VTODO\nUID:{n}\nSUMMARY:x\nEND:VTODO" for n in range(10_001))),
    ),
)
OF_TABLES = (
    Hostile("no headings", "todoist", b"task,x"),
    Hostile("other headings", "todoist", b"title,notes\nx,y"),
    Hostile("a quotation without an end", "todoist", table('task,"x')),
    Hostile("something behind a quotation", "todoist", table('task,"x"y')),
    Hostile("a cell without an end", "todoist", table("task," + "x" * 200_000)),
    Hostile("headings without an end", "todoist", b"TYPE,CONTENT," + b"x" * 200_000),
    Hostile("half a million columns", "todoist", b"TYPE,CONTENT" + b",x" * 500_000),
    Hostile("a NUL in a heading", "todoist", b"TYPE,CONT\0ENT\ntask,x"),
    Hostile("more tasks than one import has", "todoist", table(*("task,x",) * 10_001)),
    Hostile("sections without an end", "todoist", table(*("section,x",) * 60_000)),
    Hostile("more lists than one import has", "todoist", table(*(f"section,{number}" for number in range(20_000)))),
    Hostile("a spreadsheet", "todoist", b"PK\x03\x04" + b"[Content_Types].xml" * 100),
)
REFUSED = (*OF_BYTES, *OF_TYPES, *OF_JSON, *OF_ROWS, *OF_CALENDARS, *OF_TABLES)


class Odd(NamedTuple):
    """Something of it is taken, and the report tells of the rest: by notes, by what is displaced or left alone."""

    what: str
    source: str
    body: bytes
    notes: tuple[str, ...] = ()
    displaced: int = 0

    @property
    def media_type(self) -> str:
        return TYPES.get(self.source, "application/json")


FORMULA = '=HYPERLINK("http://evil.example","x")'
TAKEN = (
    Odd("her todo", "todos", todo(id=HER_TODO)),
    Odd(
        "her list",
        "todos",
        ours(lists=[{"id": HER_LIST, "name": "mine"}], todos=[{"id": MINE, "title": "x", "list": HER_LIST}]),
    ),
    Odd("her list for my todo", "todos", todo(list=HER_LIST), displaced=1),
    Odd("her todo for a parent", "todos", todo(parent=HER_TODO), displaced=1),
    Odd(
        "her list for a default", "todos", ours(settings={"default_list": HER_LIST}, todos=[{"id": MINE, "title": "x"}])
    ),
    Odd(
        "her tag",
        "todos",
        ours(tags=[{"id": HER_TAG, "name": "mine"}], todos=[{"id": MINE, "title": "x", "tags": ["hers"]}]),
    ),
    Odd("her view", "todos", ours(views=[{"id": HER_VIEW, "name": "mine", "query": {"list": [HER_LIST]}}])),
    Odd("a deletion of hers", "todos", ours(deleted=[{"kind": "todo", "id": HER_TODO, "deleted_at": PAST}])),
    Odd("a history of hers", "todos", completion(todo=HER_TODO)),
    Odd("its own parent", "todos", todo(parent=MINE), displaced=1),
    Odd(
        "parents in a circle",
        "todos",
        ours(todos=[{"id": each, "title": "x", "parent": other} for each, other in ((MINE, OTHER), (OTHER, MINE))]),
        displaced=1,
    ),
    Odd(
        "parents in a circle",
        "google",
        google({"id": "a", "title": "a", "parent": "b"}, {"id": "b", "title": "b", "parent": "a"}),
        displaced=1,
    ),
    Odd("parents in a circle", "icalendar", vtodo("RELATED-TO:bad"), displaced=1),
    Odd("a formula", "todos", todo(title=FORMULA)),
    Odd("a formula", "todoist", table("task,=1+1,,,,,")),
    Odd("a name of a member twice", "todos", b'{"format": "other", ' + ours()[1:]),
    Odd("a number of another import", "todos", todo(completed_in=36**7 - 1, completed_at=PAST)),
    Odd("minutes before nothing", "todos", todo(reminders=[{"minutes_before": 5}]), notes=("reminder_needs_date",)),
    Odd("an id twice", "google", google({"id": "good", "title": "again"}), notes=("duplicate",)),
    Odd(
        "an id twice", "icalendar", calendar("BEGIN:VTODO", "UID:good", "SUMMARY:x", "END:VTODO"), notes=("duplicate",)
    ),
    Odd("a NUL", "google", google({"id": "x", "title": "a\0b", "notes": "\0"})),
    Odd("a day that is a sign", "icalendar", vtodo("DUE:\U0010ffff"), notes=("date_unread",)),
    Odd("no title", "google", google({"id": "x", "title": "\u200b"}), notes=("no_title",)),
    Odd("a day after all", "icalendar", vtodo("DUE:99991332T999999Z"), notes=("date_unread",)),
    Odd("a day before all", "icalendar", vtodo("DUE:00000000"), notes=("date_unread",)),
    Odd(
        "a day of other digits",
        "icalendar",
        vtodo("DUE:\u0662\u0660\u0662\u0666\u0661\u0661\u0662\u0667"),
        notes=("date_unread",),
    ),
    Odd(
        "a day of other digits",
        "todoist",
        table("task,x,,,,\u0662\u0660\u0662\u0666-\u0661\u0661-\u0662\u0667,"),
        notes=("date_in_words",),
    ),
    Odd("a rule of every second", "icalendar", vtodo(DUE, "RRULE:FREQ=SECONDLY"), notes=("rrule_freq",)),
    Odd("a rule that names no day", "icalendar", vtodo(DUE, f"RRULE:{COSTLY}"), notes=("rrule_empty",)),
    Odd("an alarm without an end", "icalendar", vtodo("DUE:20261127", "BEGIN:VALARM", "TRIGGER:-P9999W", "END:VALARM")),
    Odd(
        "a title without an end",
        "google",
        google({"id": "x", "title": "y" * 1_000_000}),
        notes=("title_cut", "notes_cut"),
    ),
    Odd(
        "a repetition that is code",
        "microsoft",
        microsoft({"id": "x", "title": "x", "recurrence": "import os"}),
        notes=("not_repeating",),
    ),
    Odd("a zone that is a path", "todoist", table("task,x,,,,2026-11-27 09:00,../../etc/passwd")),
    Odd("a day at the end of time", "todoist", table("task,x,,,,9999-12-31T23:59-12:00,"), notes=("date_in_words",)),
)
