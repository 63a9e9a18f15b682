"""Fills an empty database with people and what they have, and measures the operators' pages: statements, time, bytes.

    DATABASE_URL=sqlite:///many.sqlite3 python bench/admin_pages.py --todos 100000 --users 300

Run `migrate` on that database first. A second run finds the rows and only measures.
"""

# ruff: noqa: E402 - models can be imported only when Django has been set up

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
os.environ.setdefault("SECRET_KEY", "only for measuring")
os.environ.setdefault("DEBUG", "true")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,127.0.0.1")

import django

django.setup()

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from betterauth_auth.models import Identity
from todos.changes import positions
from todos.models import Account, Completion, List, Tag, Todo, TodoTag, View
from todos.models.tag import tag_key
from todos.models.todo import derived

FIRST = ("Alice", "Ben", "Chloe", "Emma", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kenji", "Lena", "Noah", "Olga")
LAST = ("Adler", "Brown", "Costa", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Kovac", "Lopez", "Novak", "Okafor")
VERBS = ("Call", "Plan", "Book", "Fix", "Review", "Pay", "Order", "Prepare", "Return", "Renew", "Ask about")
THINGS = ("the dentist", "milk and bread", "the report", "summer holidays", "train tickets", "the bike", "the passport")
CHUNK = 5_000
PAGES = {
    "front page": "",
    "users": "auth/user/",
    "users, searched by name": "auth/user/?q=Alice",
    "user": "auth/user/{user}/change/",
    "todos": "todos/todo/",
    "todos, page 100": "todos/todo/?p=100",
    "todos, in the trash": "todos/todo/?state=trashed",
    "todos, overdue": "todos/todo/?due=overdue",
    "todos of one day": "todos/todo/?created_at__year={day.year}&created_at__month={day:%m}&created_at__day={day:%d}",
    "todos of one owner": "todos/todo/?owner={user}",
    "todos, searched": "todos/todo/?q=passport",
    "todos, nothing found": "todos/todo/?q=zzzz",
    "todos by id": "todos/todo/?q={uid}",
    "todo": "todos/todo/{todo}/change/",
    "lists": "todos/list/",
    "tags": "todos/tag/",
    "views": "todos/view/",
    "views, searched": "todos/view/?q=due",
    "log": "admin/logentry/",
}


def fill(users: int, todos: int) -> None:
    """Many rows at once, past the write path: the numbers are the ones it would have given."""
    chance = random.Random(7)
    now = timezone.now()
    people = User.objects.bulk_create(
        User(
            username=f"user-{chance.getrandbits(96):024x}",
            password="!",
            date_joined=now - timedelta(days=chance.random() * 400),
        )
        for _ in range(users)
    )
    Identity.objects.bulk_create(identity(person, chance, now) for person in people)
    per_user = -(-todos // users)
    for start in range(0, users, 100):
        fill_owners(people[start : start + 100], per_user, chance, now)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def identity(person: User, chance: random.Random, now) -> Identity:
    first, last = chance.choice(FIRST), chance.choice(LAST)
    subject = "".join(chance.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=32))
    return Identity(
        user=person,
        issuer="http://localhost:3000",
        subject=subject,
        name=f"{first} {last}",
        email=f"{first}.{last}{person.pk}@example.com".lower(),
        is_email_verified=chance.random() < 0.8,
        profile_issued_at=now - timedelta(days=chance.random() * 30),
    )


def fill_owners(people: list[User], per_user: int, chance: random.Random, now) -> None:
    stamp = {"version": 1, "created_at": now - timedelta(days=400), "updated_at": now}
    Account.objects.bulk_create(
        Account(owner=person, version=per_user + 1, time_zone="Europe/Berlin") for person in people
    )
    lists = List.objects.bulk_create(
        List(owner=person, name=name, is_inbox=name == "Inbox", position=positions.at_end(index + 1), **stamp)
        for person in people
        for index, name in enumerate(("Inbox", "Home", "Work"))
    )
    tags = Tag.objects.bulk_create(
        Tag(owner=person, name=name, key=tag_key(name), **stamp) for person in people for name in ("urgent", "errand")
    )
    View.objects.bulk_create(
        View(owner=person, name=name, query='{"status":"open"}', position=positions.at_end(index + 1), **stamp)
        for person in people
        for index, name in enumerate(("Due", "Important"))
    )
    mine = {person.pk: ([], []) for person in people}
    for row in lists:
        mine[row.owner_id][0].append(row)
    for row in tags:
        mine[row.owner_id][1].append(row)
    rows = []
    for number in range(per_user):
        for person in people:
            rows.append(todo(person, number, mine[person.pk][0], chance, now))
            if len(rows) == CHUNK:
                store(rows, mine, chance)
                rows = []
    store(rows, mine, chance)


def todo(person: User, number: int, lists: list[List], chance: random.Random, now) -> Todo:
    created_at = now - timedelta(days=400 * (chance.random() ** 2))
    row = Todo(
        owner=person,
        list=chance.choice(lists),
        title=f"{chance.choice(VERBS)} {chance.choice(THINGS)}",
        notes="Something private." if chance.random() < 0.3 else "",
        priority=chance.choice((0, 0, 0, 1, 2, 3)),
        version=number + 2,
        position=positions.at_end(number + 2),
        created_at=created_at,
        updated_at=created_at,
    )
    if chance.random() < 0.5:
        row.due_date = (created_at + timedelta(days=chance.randrange(60))).date()
    if chance.random() < 0.6:
        row.completed_at = created_at + (now - created_at) * (chance.random() ** 2)
    if chance.random() < 0.02:
        row.deleted_at, row.trashed_in = now, number + 2
    vars(row).update(derived(row.title, row.due_date, row.due_time, row.time_zone, row.reminders))
    return row


def store(rows: list[Todo], mine: dict, chance: random.Random) -> None:
    stored = Todo.objects.bulk_create(rows)
    TodoTag.objects.bulk_create(
        TodoTag(owner_id=row.owner_id, todo=row, tag=chance.choice(mine[row.owner_id][1]))
        for row in stored
        if chance.random() < 0.2
    )
    Completion.objects.bulk_create(completion(row) for row in stored if row.due_date and chance.random() < 0.1)


def completion(row: Todo) -> Completion:
    """Of a series that has ended."""
    return Completion(
        owner_id=row.owner_id,
        todo=row,
        occurrence_on=row.due_date,
        occurrence_number=1,
        series_in=row.version,
        due_date=row.due_date,
        completed_at=row.created_at,
        missed=0,
    )


def measure() -> None:
    operator, _ = User.objects.get_or_create(username="measuring", defaults={"is_staff": True, "is_superuser": True})
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(operator)
    row = Todo.objects.order_by("pk").first()
    places = {"user": row.owner_id, "uid": row.uid, "todo": row.pk, "day": row.created_at}
    print(
        f"{connection.display_name}, {Todo.objects.count():,} todos\n{'page':28} {'statements':>10} {'ms':>7} {'kB':>6}"
    )
    for name, address in PAGES.items():
        address = "/admin/" + address.format(**places)
        seconds = []
        for _ in range(5):
            with CaptureQueriesContext(connection) as queries:
                started = time.perf_counter()
                response = client.get(address)
                seconds.append(time.perf_counter() - started)
        assert response.status_code == 200, (address, response.status_code)
        print(
            f"{name:28} {len(queries):10} {statistics.median(seconds) * 1000:7.0f} {len(response.content) / 1000:6.0f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--todos", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=300)
    options = parser.parse_args()
    if not Todo.objects.exists():
        fill(options.users, options.todos)
    measure()
