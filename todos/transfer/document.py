"""Everything of one owner as one JSON document, in pieces that need little memory.

Rows stand in the order of their ids, which stays the same wherever they go: the same rows make the same bytes. They
are read a few at a time, each time from where the last one stood, so nothing that is there from beginning to end is
left out or told twice, whatever changes meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson
from django.db.models import F, Q, Value

from todos.fields.field import Fields, columns
from todos.fields.records import (
    COMPLETION_RECORD,
    DELETED_RECORD,
    FORMER_NAME_RECORD,
    LIST_RECORD,
    TAG_RECORD,
    TODO_RECORD,
    VIEW_RECORD,
)
from todos.fields.row_json import compile_to_json
from todos.models import Account, Completion, FormerName, List, Tag, Todo, Tombstone, View
from todos.types import Json, Row, RowSet

FORMAT, VERSION = "todos", 1
# Rows of all kinds in one import.
MOST_ROWS = 10_000
# Of the longest notes, 16 MB.
ROWS_AT_A_TIME = 200


class Section(NamedTuple):
    """A member of the document with an array of rows, which `key` puts in order."""

    name: str
    fields: Fields
    rows: Callable[[int], RowSet]
    key: str = "uid"

    @property
    def columns(self) -> tuple[str, ...]:
        return columns(self.fields)


def todos_of(owner_id: int) -> RowSet:
    return Todo.objects.filter(owner_id=owner_id).with_references(owner_id, Value(""))


def former_names_of(owner_id: int) -> RowSet:
    return FormerName.objects.filter(owner_id=owner_id).annotate(tag_uid=F("tag__uid"))


def completions_of(owner_id: int) -> RowSet:
    return Completion.objects.filter(owner_id=owner_id).annotate(todo_uid=F("todo__uid"))


LISTS = Section("lists", LIST_RECORD, lambda owner_id: List.objects.filter(owner_id=owner_id))
TAGS = Section("tags", TAG_RECORD, lambda owner_id: Tag.objects.filter(owner_id=owner_id))
FORMER_NAMES = Section("former_names", FORMER_NAME_RECORD, former_names_of, key="key")
TODOS = Section("todos", TODO_RECORD, todos_of)
COMPLETIONS = Section("completions", COMPLETION_RECORD, completions_of)
DELETED = Section("deleted", DELETED_RECORD, lambda owner_id: Tombstone.objects.filter(owner_id=owner_id))
VIEWS = Section("views", VIEW_RECORD, lambda owner_id: View.objects.filter(owner_id=owner_id))
SECTIONS = (LISTS, TAGS, FORMER_NAMES, TODOS, COMPLETIONS, VIEWS, DELETED)


def pieces(owner_id: int, about: Mapping[str, object] | None = None, more: Iterable[Section] = ()) -> Iterator[bytes]:
    """The document's bytes. `about` are further members to begin with, `more` further sections to end with."""
    first = {"format": FORMAT, "version": VERSION, **(about or {}), "settings": settings_of(owner_id)}
    yield b"{" + b",".join(b"\n" + member(name) + text(value) for name, value in first.items())
    for section in (*SECTIONS, *more):
        yield b",\n" + member(section.name) + b"["
        mark = b"\n"
        to_json = compile_to_json(section.fields)
        for rows in chunks(section, owner_id):
            yield mark + b",\n".join(text(to_json(row)) for row in rows)
            mark = b",\n"
        yield b"]"
    yield b"\n}\n"


def settings_of(owner_id: int) -> Json:
    accounts = Account.objects.filter(owner_id=owner_id).annotate(default_list_uid=F("default_list__uid"))
    found = accounts.values_list("time_zone", "week_start", "default_list_uid").first()
    blank = Account()
    time_zone, week_start, default_list = found or (blank.time_zone, blank.week_start, None)
    return {"time_zone": time_zone, "week_start": week_start, "default_list": default_list}


def chunks(section: Section, owner_id: int) -> Iterator[list[Row]]:
    rows = section.rows(owner_id).order_by(section.key, "pk")
    after = Q()
    while True:
        found = list(rows.filter(after).values_list(section.key, "pk", *section.columns)[:ROWS_AT_A_TIME])
        if found:
            yield [row[2:] for row in found]
        if len(found) < ROWS_AT_A_TIME:
            return
        key, pk, *_ = found[-1]
        # The first condition is for the index. What is deleted for good may have had one id several times.
        after = Q(**{f"{section.key}__gte": key}) & (Q(**{f"{section.key}__gt": key}) | Q(pk__gt=pk))


def member(name: str) -> bytes:
    return text(name) + b": "


def text(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)
