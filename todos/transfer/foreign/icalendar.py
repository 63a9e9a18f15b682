"""The to-dos of an iCalendar file (RFC 5545). Events and everything else are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from todos import zones
from todos.exceptions import Code, Invalid
from todos.reminders import EARLIEST_MINUTES, LATEST_MINUTES, MOST
from todos.transfer.foreign.drafts import Drafts, day, done, moment, refuse_more, text_in, written
from todos.types import Json

VALUE = r"(?:\"[^\"]*\"|[^\",:;]*)"
LINE = re.compile(rf"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+={VALUE}(?:,{VALUE})*)*):(.*)", re.DOTALL)
STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
TRIGGER = re.compile(r"(-|\+)?P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:\d{1,6}S)?)?")
ESCAPES = re.compile(r"\\([\\;,nN])")
COMMA = re.compile(r"(?<!\\),")
MOST_LETTERS = 100_000
MOST_LINES = 400_000
MOST_LEVELS = 16


class Property(NamedTuple):
    line: int
    name: str
    parameters: str
    value: str

    def parameter(self, name: str) -> str:
        found = re.search(rf";{name}=\"?([^\";]*)", self.parameters, re.IGNORECASE)
        return found[1] if found else ""


def read(body: bytes) -> Drafts:
    drafts = Drafts("icalendar")
    name, inside, depth = "", list[Property](), list[str]()
    for found in properties(text_in(body)):
        if found.name == "BEGIN":
            go_down(depth, found)
            inside = [] if depth[-1] == "VTODO" else inside
        elif found.name == "END":
            if not depth or depth.pop() != found.value.upper():
                refuse(found.line)
            if found.value.upper() == "VTODO":
                add(drafts, inside, drafts.list_of(f"line {found.line}", name, name))
        elif depth == ["VCALENDAR"] and found.name == "X-WR-CALNAME":
            name = unescaped(found.value)
        elif "VTODO" in depth:
            is_alarm = depth[-1] != "VTODO"
            if not is_alarm or found.name == "TRIGGER":
                inside.append(found)
    if depth:
        refuse(text_in(body).count("\n") + 1)
    return drafts


def go_down(depth: list[str], found: Property) -> None:
    depth.append(found.value.upper())
    if len(depth) > MOST_LEVELS:
        refuse(found.line)


def refuse(line: int) -> None:
    raise Invalid(Code("not_icalendar", line=line), f"This is not iCalendar; see line {line}.")


def properties(text: str) -> Iterator[Property]:
    """Lines put together again that were folded."""
    if not text[:100].lstrip().upper().startswith("BEGIN:VCALENDAR"):
        refuse(1)
    for number, line in unfolded(text):
        found = LINE.fullmatch(line) if len(line) <= MOST_LETTERS else None
        if found is None:
            refuse(number)
        else:
            yield Property(number, found[1].upper(), found[2], found[3])


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    parts: list[str] = []
    began = 1
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > MOST_LINES:
        refuse_more()
    for number, line in enumerate(lines, 1):
        if line[:1] in {" ", "\t"} and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield began, "".join(parts)
        parts, began = [line] if line.strip() else [], number
    if parts:
        yield began, "".join(parts)


def add(drafts: Drafts, inside: list[Property], list_uid: str) -> None:
    found = {each.name: each for each in reversed(inside)}
    line = min((each.line for each in inside), default=1)
    place = f"line {line}"
    text = {name: unescaped(each.value) for name, each in found.items()}
    changed = stamp(text.get("LAST-MODIFIED", ""))
    values: Json = {
        "list": list_uid,
        "notes": text.get("DESCRIPTION", ""),
        "priority": priority(text.get("PRIORITY", "")),
        "created_at": written(stamp(text.get("CREATED", "")) or changed),
        "updated_at": written(changed),
        "tags": [unescaped(tag) for each in inside if each.name == "CATEGORIES" for tag in COMMA.split(each.value)],
        **(due(drafts, place, found["DUE"]) if "DUE" in found else {}),
    }
    if text.get("STATUS", "").upper() == "COMPLETED" or "COMPLETED" in found:
        values["completed_at"] = done(stamp(text.get("COMPLETED", "")), changed)
    if "RELATED-TO" in found and found["RELATED-TO"].parameter("RELTYPE").upper() in {"", "PARENT"}:
        values["parent"] = drafts.uid("todo", text["RELATED-TO"])
    drafts.remind(place, values, reminders_in(inside))
    row = drafts.add(place, text.get("UID") or f"{list_uid}/{line}", text.get("SUMMARY"), **values)
    if row and "RRULE" in found:
        drafts.repeat(f"line {found['RRULE'].line}", row, found["RRULE"].value)


def due(drafts: Drafts, place: str, found: Property) -> Json:
    parts = STAMP.fullmatch(found.value)
    on = parts and day(f"{parts[1]}-{parts[2]}-{parts[3]}")
    if not (parts and on):
        drafts.note(place, "date_unread", "The due date could not be read.")
        return {}
    if parts[4] is None or parts[4] > "23" or parts[5] > "59":
        return {"due_date": str(on)}
    zone = "UTC" if parts[7] else found.parameter("TZID")
    timed = {"due_date": str(on), "due_time": f"{parts[4]}:{parts[5]}"}
    return {**timed, "time_zone": zone} if zone in zones.known_zones() else timed


def stamp(text: str) -> datetime | None:
    parts = STAMP.fullmatch(text)
    if not parts or parts[4] is None:
        return None
    return moment(f"{parts[1]}-{parts[2]}-{parts[3]}T{parts[4]}:{parts[5]}:{parts[6]}Z")


def priority(text: str) -> int:
    level = int(text) if text.isascii() and text.isdecimal() and len(text) == 1 else 0
    return 0 if not level else 3 if level < 5 else 2 if level == 5 else 1


def reminders_in(inside: list[Property]) -> list[Json]:
    minutes: dict[int, None] = {}
    for each in inside:
        parts = TRIGGER.fullmatch(each.value) if each.name == "TRIGGER" else None
        if parts:
            weeks, days, hours, rest = (int(part or 0) for part in parts.groups()[1:])
            total = ((weeks * 7 + days) * 24 + hours) * 60 + rest
            total = total if parts[1] == "-" else -total
            if LATEST_MINUTES <= total <= EARLIEST_MINUTES:
                minutes[total] = None
    return [{"minutes_before": each} for each in minutes][:MOST]


def unescaped(value: str) -> str:
    return ESCAPES.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
