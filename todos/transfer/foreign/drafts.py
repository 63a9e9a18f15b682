"""A document that is made of another product's file, row by row."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from datetime import UTC, date, datetime
from typing import Any, NoReturn
from uuid import UUID, uuid5

from todos import clock
from todos.exceptions import Code, Invalid
from todos.fields.declared import MAX_NOTES, MAX_TAG_NAME, MAX_TAGS, MAX_TITLE
from todos.models.due_dates import FIRST_DAY
from todos.models.tag import tag_key
from todos.notes import Notes
from todos.recurrence.rule import RuleRefused, parse
from todos.recurrence.series import MOST_BEGUN, require_an_occurrence
from todos.transfer.document import FORMAT, MOST_ROWS, VERSION
from todos.types import Json

# Ids follow from the product and its ids, so that the same file adds nothing twice.
NAMESPACE = UUID("6d1f3a0e-4a55-5d0b-9c43-1f6b0f2f7a58")
MAX_LIST_NAME = 100
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
BLANKS = re.compile(r"\s+")


class Drafts:
    def __init__(self, product: str) -> None:
        self.product = product
        self.lists: dict[str, Json] = {}
        self.todos: dict[str, Json] = {}
        # Series, by their rule and first day.
        self.begun: set[tuple[str, date]] = set()
        self.notes = Notes()
        self.note = self.notes.add

    def uid(self, kind: str, key: str) -> str:
        return str(uuid5(NAMESPACE, f"{self.product}/{kind}/{key}"))

    def list_of(self, place: str, key: str, name: object) -> str:
        uid = self.uid("list", key)
        if uid not in self.lists:
            shown = one_line(name)[:MAX_LIST_NAME].strip()
            if shows_nothing(shown):
                if shown:
                    code = Code("no_name", product=self.product)
                    self.note(place, code, f"A list whose name shows nothing is called {self.product}.")
                shown = self.product
            self.lists[uid] = {"id": uid, "name": shown}
        return uid

    def add(self, place: str, key: str, title: object, **values: Any) -> Json | None:
        """Nothing for a row without a title, and for one of an id that was there."""
        uid = self.uid("todo", key)
        if uid in self.todos:
            self.note(place, "duplicate", "An earlier entry has this already.")
            return None
        shown, notes = one_line(title), text_of(values.pop("notes", ""))
        if shows_nothing(shown):
            self.note(place, "no_title", "A row without a title was left out.")
            return None
        if len(shown) > MAX_TITLE:
            self.note(
                place,
                Code("title_cut", max=MAX_TITLE),
                f"A title of more than {MAX_TITLE} letters is whole in the notes.",
            )
            shown, notes = shown[:MAX_TITLE].strip(), f"{shown}\n\n{notes}".strip()
            if shows_nothing(shown):
                self.note(place, "no_title", "A row without a title was left out.")
                return None
        if len(notes) > MAX_NOTES:
            self.note(place, Code("notes_cut", max=MAX_NOTES), f"Notes of more than {MAX_NOTES:,} letters were cut.")
        tags = self.tags(place, values.pop("tags", ()))
        known = {name: value for name, value in values.items() if value is not None}
        row = {"id": uid, "title": shown, "notes": notes[:MAX_NOTES], "tags": tags, **known}
        self.todos[uid] = row
        if len(self.todos) + len(self.lists) > MOST_ROWS:
            refuse_more()
        return row

    def tags(self, place: str, names: Any) -> list[str]:
        found: dict[str, str] = {}
        for name in names:
            shown = one_line(name)[:MAX_TAG_NAME].strip()
            if shows_nothing(shown):
                self.note(place, "no_tag_name", "A tag whose name shows nothing was left out.")
            else:
                found.setdefault(tag_key(shown), shown)
        if len(found) > MAX_TAGS:
            self.note(place, Code("tags_cut", max=MAX_TAGS), f"Of more than {MAX_TAGS} tags the first were taken.")
        return list(found.values())[:MAX_TAGS]

    def repeat(self, place: str, row: Json, rrule: str) -> None:
        if "due_date" not in row:
            self.note(place, "rrule_needs_date", "It does not repeat, because it is due on no day.")
            return
        try:
            row["rrule"] = self.rule_from(rrule, date.fromisoformat(row["due_date"]))
        except RuleRefused as exc:
            self.note(place, exc.code, f"It does not repeat: {exc.detail}")

    def rule_from(self, rrule: str, start: date) -> str:
        """A rule as it is stored, which goes on after this day."""
        rule = parse(rrule)
        text = str(rule)
        if (text, start) not in self.begun:
            if len(self.begun) >= MOST_BEGUN:
                raise RuleRefused(
                    Code("too_many_rules", max=MOST_BEGUN), f"At most {MOST_BEGUN:,} series can begin at once."
                )
            require_an_occurrence(rule, start)
            self.begun.add((text, start))
        return text

    def remind(self, place: str, values: Json, reminders: list[Json]) -> None:
        """Those that count from a date need one."""
        if reminders and not values.get("due_date"):
            self.note(
                place, "reminder_needs_date", "What counts from a date does not remind, because it is due on no day."
            )
        elif reminders:
            values["reminders"] = reminders

    def document(self) -> Json:
        for row in self.todos.values():
            # Here, who completes a todo completes its subtasks.
            parent = self.todos.get(row.get("parent", ""), {})
            if "completed_at" in parent:
                row.setdefault("completed_at", parent["completed_at"])
        lists, todos = list(self.lists.values()), list(self.todos.values())
        return {"format": FORMAT, "version": VERSION, "lists": lists, "todos": todos}


def refuse_more() -> NoReturn:
    code, text = Code("too_many_rows", max=MOST_ROWS), f"There can be at most {MOST_ROWS:,} rows in one import."
    raise Invalid(code, text)


def key_of(row: Json, place: str) -> str:
    """What its product tells it by; without that, its place."""
    return row["id"] if isinstance(row.get("id"), str) and row["id"] else place


def text_of(value: object) -> str:
    text = value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else ""
    return CONTROL.sub("", text)


def shows_nothing(text: str) -> bool:
    return all(letter.isspace() or not letter.isprintable() for letter in text)


def one_line(value: object) -> str:
    return BLANKS.sub(" ", text_of(value)).strip()


def moment(value: object) -> datetime | None:
    """A moment that has been."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(shortened(value))
    except ValueError:
        return None
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    try:
        found = found.astimezone(UTC)
    except OverflowError:
        return None
    return found if found.date() >= FIRST_DAY and found <= clock.now() else None


def written(found: datetime | None) -> str | None:
    return found.isoformat().replace("+00:00", "Z") if found else None


def done(*moments: datetime | None) -> str | None:
    """When it was completed, as far as the file knows."""
    return written(next(filter(None, moments), clock.now()))


def shortened(value: str) -> str:
    """Microsoft writes seven digits of a second."""
    return re.sub(r"(\.\d{6})\d+", r"\1", value)


def day(value: object) -> date | None:
    try:
        found = date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found >= FIRST_DAY else None


def text_in(body: bytes) -> str:
    """UTF-8, with a byte order mark or without; with the one of UTF-16 that, which Excel writes."""
    encoding = "utf-16" if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as exc:
        line = body.count(b"\n", 0, exc.start) + 1
        name = encoding.removesuffix("-sig").upper()
        code = Code("wrong_encoding", encoding=name, line=line)
        raise Invalid(code, f"The file is not in {name}; see line {line}.") from exc
