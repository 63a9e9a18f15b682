from __future__ import annotations

import uuid
from datetime import date, time, timedelta

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from todos import changes, clock
from todos.api import saved
from todos.changes import Operation, Verb
from todos.exceptions import Conflict
from todos.reminders import in_order

NAMESPACE = uuid.UUID("6f1c4f0e-5f5b-4a53-9a53-2d1f0f6f7d11")
LISTS = {"Home": "#2e7d32", "Work": "#1565c0", "Trip to Lisbon": "#ef6c00"}
# What repeats and was done once already, on its day.
DONE_ONCE = "Water the plants"


class Command(BaseCommand):
    help = (
        "Gives a user, who is made if there is none, believable lists, views and todos. Adds nothing the second time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="?", default="demo")

    def handle(self, *, username: str, **options: object) -> None:
        users = get_user_model()
        user, _ = users.objects.get_or_create(defaults=None, **{users.USERNAME_FIELD: username})
        added = sum(add_list(user.pk, name, color) for name, color in LISTS.items())
        added += sum(add_todo(user.pk, title, values) for title, values in todos(clock.now().date()).items())
        added += sum(add_view(user.pk, name, query) for name, query in views().items())
        self.stdout.write(f"{added} lists, views and todos added for {username}.")


def views() -> dict[str, dict[str, object]]:
    """By name."""
    return {
        "Due at home": {
            "list": [str(demo_id("Home"))],
            "due": ["today", "overdue"],
            "ordering": "due",
            "status": "open",
        },
        "Important": {"ordering": "-priority", "priority_gte": 2, "status": "open"},
    }


def todos(today: date) -> dict[str, dict[str, object]]:
    """By title."""

    def day(number: int) -> date:
        return today + timedelta(days=number)

    home, work, trip = (demo_id(name) for name in LISTS)
    return {
        "Call grandma": {
            "due_date": day(0),
            "due_time": time(18),
            "priority": 2,
            "tags": ["family"],
            "reminders": in_order([{"minutes_before": 30}]),
        },
        "Read about sourdough": {"notes": "The *long* article, not the video."},
        DONE_ONCE: {"list": home, "due_date": day(-3), "tags": ["quick"], "rrule": "FREQ=DAILY;INTERVAL=3"},
        "Take out the bins": {"list": home, "due_date": day(2), "rrule": "FREQ=WEEKLY;INTERVAL=2"},
        "Descale the kettle": {"list": home, "due_date": day(9), "rrule": "FREQ=MONTHLY", "repeat_from": "completion"},
        "Fix the bathroom tap": {"list": home, "due_date": day(-3), "priority": 3},
        "Renew the contents insurance": {"list": home, "starts_on": day(20), "due_date": day(40)},
        "Quarterly report": {"list": work, "due_date": day(5), "priority": 3, "tags": ["writing"]},
        "Collect the figures": {"list": work, "parent": demo_id("Quarterly report"), "completed": True},
        "Write the summary": {"list": work, "parent": demo_id("Quarterly report"), "due_date": day(4)},
        "Call the New York office": {
            "list": work,
            "due_date": day(1),
            "due_time": time(9, 30),
            "time_zone": "America/New_York",
            "tags": ["calls"],
        },
        "Book the flights": {"list": trip, "completed": True},
        "Find a place to stay in Alfama": {"list": trip, "due_date": day(7), "priority": 1},
        "Learn ten phrases": {"list": trip, "notes": "1. *Bom dia*\n2. *Obrigado*", "tags": ["quick", "fun"]},
    }


def demo_id(name: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, name)


def add_list(owner_id: int, name: str, color: str) -> bool:
    try:
        return changes.create_list(owner_id, demo_id(name), name=name, color=color)[1]
    except Conflict as refusal:
        return leave_alone(refusal)


def add_view(owner_id: int, name: str, query: dict[str, object]) -> bool:
    try:
        return changes.create_view(owner_id, demo_id(f"view {name}"), name=name, query=saved.read(query).text)[1]
    except Conflict as refusal:
        return leave_alone(refusal)


def add_todo(owner_id: int, title: str, values: dict[str, object]) -> bool:
    operation = Operation(Verb.CREATE, demo_id(title), {"title": title, **values})
    try:
        (outcome,), *_ = changes.run(owner_id, [operation])
    except Conflict as refusal:
        return leave_alone(refusal)
    if outcome.created and title == DONE_ONCE:
        changes.run(owner_id, [Operation(Verb.COMPLETE, demo_id(title))])
    return outcome.created


def leave_alone(refusal: Conflict) -> bool:
    """Edited since the last time; it is the user's now."""
    if refusal.code != "id_conflict":
        raise CommandError(refusal.detail) from refusal
    return False
