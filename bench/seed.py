"""Fills an empty, migrated PostgreSQL: many users with a few hundred todos each, and two with very many.

The rows of different owners lie interleaved, as they come to lie in real life. The same numbers give the same rows.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

import psycopg

from todos import zones
from todos.changes import positions
from todos.models.due_dates import due_sort_key

BEGINNING = datetime(2025, 6, 1, tzinfo=UTC)
LISTS = ("Inbox", "Work", "Home")
TAGS = ("calls", "errands", "family", "quick", "writing")
ZONE = "Europe/Berlin"
TODO_COLUMNS = (
    *("id", "owner_id", "list_id", "uid", "version", "created_at", "updated_at", "title", "notes", "priority"),
    *("completed_at", "due_date", "due_time", "time_zone", "due_at", "position", "due_sort", "title_sort"),
)
# Title and notes of the todo with a number.
Texts: TypeAlias = Callable[[random.Random, int], tuple[str, str]]
EMPTY = ("betterauth_auth_identity", "todos_tombstone", "todos_idempotencykey", "todos_todotag", "todos_todo")


def task(dice: random.Random, number: int) -> tuple[str, str]:
    title = f'Task {number}: call "{dice.getrandbits(40):010x}" back - café'
    return title, f"Note for task {number}.\nWith {dice.getrandbits(256):x} and a little more text to be realistic."


def seed(url: str, issuer: str, sizes: dict[str, int], texts: Texts = task) -> None:
    """Makes the users named in `sizes`, each with so many todos; the name is the token's subject."""
    owners = dict(enumerate(sizes, start=1))
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        copy(cursor, "auth_user", people_columns(), ((pk, *person(name)) for pk, name in owners.items()))
        identities = ((pk, issuer, name, "", "", False, "", BEGINNING, BEGINNING) for pk, name in owners.items())
        columns = ("user_id", "issuer", "subject", "name", "email", "is_email_verified", "image")
        copy(cursor, "betterauth_auth_identity", (*columns, "profile_issued_at", "first_seen_at"), identities)
        settings = ((pk, sizes[name], "UTC", 1, 0, 0) for pk, name in owners.items())
        columns = ("owner_id", "version", "time_zone", "week_start", "settings_version", "purged_version")
        copy(cursor, "todos_account", columns, settings)
        copy_named(cursor, "todos_list", LISTS, owners, list_columns)
        copy_named(cursor, "todos_tag", TAGS, owners, tag_columns)
        numbers = list(interleaved([(pk, sizes[name]) for pk, name in owners.items()]))
        copy(cursor, "todos_todo", TODO_COLUMNS, (todo(pk, *which, texts) for pk, which in enumerate(numbers, start=1)))
        links = (link for pk, which in enumerate(numbers, start=1) for link in tags_of(pk, *which))
        copy(cursor, "todos_todotag", ("owner_id", "todo_id", "tag_id"), links)
        for table in ("auth_user", "todos_list", "todos_tag", "todos_todo"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE, FREEZE)")


def interleaved(amounts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """(owner, number) of every todo: first everyone's first, then everyone's second …"""
    for number in range(1, max(amount for _, amount in amounts) + 1):
        yield from ((owner, number) for owner, amount in amounts if number <= amount)


def copy(cursor: Any, table: str, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as into:
        for row in rows:
            into.write_row(row)


def people_columns() -> tuple[str, ...]:
    flags = ("is_active", "is_staff", "is_superuser")
    return ("id", "username", "password", "first_name", "last_name", "email", *flags, "date_joined")


def person(name: str) -> tuple[Any, ...]:
    return (f"user-{name}", "!", "", "", "", True, False, False, BEGINNING)


def copy_named(cursor: Any, table: str, names: tuple[str, ...], owners: dict[int, str], more: Any) -> None:
    """Lists and tags; the one with index i of owner n has the key that `key` computes."""
    common = ("id", "owner_id", "uid", "version", "created_at", "updated_at", "name", "color")
    rows = (
        (key(owner, index, names), owner, uid_of(table, owner, index), 1, BEGINNING, BEGINNING, name, "", *more(index))
        for owner in owners
        for index, name in enumerate(names)
    )
    extra = ("position", "is_inbox") if more is list_columns else ("key",)
    copy(cursor, table, (*common, *extra), rows)


def key(owner: int, index: int, names: tuple[str, ...]) -> int:
    return (owner - 1) * len(names) + index + 1


def list_columns(index: int) -> tuple[Any, ...]:
    return (positions.at_end(index + 1), index == 0)


def tag_columns(index: int) -> tuple[Any, ...]:
    return (TAGS[index],)


def uid_of(kind: str, owner: int, number: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{owner}/{number}")


def tags_of(pk: int, owner: int, number: int) -> Iterator[tuple[int, int, int]]:
    """Two of five todos have a tag, one of five has two."""
    for step in range(max(number % 5 - 2, 0)):
        yield owner, pk, key(owner, (number + step) % len(TAGS), TAGS)


def todo(pk: int, owner: int, number: int, texts: Texts) -> tuple[Any, ...]:
    dice = random.Random(owner * 1_000_003 + number)
    title, notes = texts(dice, number)
    born = BEGINNING + timedelta(hours=number % 8000, milliseconds=owner * 7919 % 3_600_000)
    due_date = date(2026, 1, 1) + timedelta(days=dice.randrange(400)) if dice.random() < 0.7 else None
    due_time = time(dice.randrange(24), 30) if due_date and dice.random() < 0.5 else None
    zone = ZONE if due_time and dice.random() < 0.5 else ""
    due_at = zones.instant(due_date, due_time, zone) if due_date and due_time and zone else None
    return (
        *(pk, owner, key(owner, dice.randrange(len(LISTS)), LISTS), uid_of("todo", owner, number), number, born, born),
        *(title, notes, dice.randrange(4), born + timedelta(hours=1) if dice.random() < 0.4 else None),
        *(due_date, due_time, zone, due_at, positions.at_end(number)),
        *(due_sort_key(due_date, due_time), title.casefold()[:100]),
    )
