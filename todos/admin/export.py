"""Everything that is stored for one user, as one JSON document in pieces that need little memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from todos.models import (
    Account,
    CalendarAddress,
    Completion,
    FormerName,
    IdempotencyKey,
    List,
    Tag,
    Todo,
    TodoTag,
    Tombstone,
    View,
)

ROWS_AT_A_TIME = 500
# A TodoTag shows as a name among the tags of its todo.
SECTIONS: tuple[tuple[str, type[models.Model]], ...] = (
    ("account", Account),
    ("lists", List),
    ("tags", Tag),
    ("views", View),
    ("former_names_of_tags", FormerName),
    ("todos", Todo),
    ("completions", Completion),
    ("deleted_for_good", Tombstone),
    ("idempotency_keys", IdempotencyKey),
    ("calendar_address", CalendarAddress),
)
# That there is an address is the person's to know; what opens it was told once.
INTERNAL = ("id", "owner", "secret_hash")


class Encoder(DjangoJSONEncoder):
    def default(self, value: object) -> object:
        if isinstance(value, bytes | memoryview):
            return bytes(value).decode(errors="replace")
        return super().default(value)


def document(owner_id: int, about: Mapping[str, object]) -> Iterator[str]:
    """The document's text. `about` are members to begin with, such as the date and the profile."""
    yield "{"
    for name, value in about.items():
        yield f"\n{text(name)}: {text(value)},"
    for index, (name, model) in enumerate(SECTIONS):
        yield f"{',' if index else ''}\n{text(name)}: ["
        for number, row in enumerate(rows(model, owner_id)):
            yield f"{',' if number else ''}\n{text(row)}"
        yield "]"
    yield "\n}\n"


def rows(model: type[models.Model], owner_id: int) -> Iterator[dict[str, object]]:
    columns = list(columns_of(model))
    tags = {"tags": TodoTag.objects.names(owner_id)} if model is Todo else {}
    found = model._default_manager.filter(owner_id=owner_id).order_by("pk").values(*columns, **tags)
    for row in found.iterator(chunk_size=ROWS_AT_A_TIME):
        yield {name.removesuffix("__uid"): value for name, value in row.items()}


def columns_of(model: type[models.Model]) -> Iterator[str]:
    """Every column that means something outside the database; references as the public id of their row."""
    for field in model._meta.concrete_fields:
        if field.name not in INTERNAL:
            yield f"{field.name}__uid" if field.is_relation else field.name


def text(value: object) -> str:
    return json.dumps(value, cls=Encoder, ensure_ascii=False)
