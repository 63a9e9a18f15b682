"""Todos that have everything that a calendar can say of them, and what whoever reads it should understand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Said = dict[str, Any]

DAY = "2026-12-01"
LONG = "Käse, Brot; Wein \\ und „Nüsse“ 🧀 " * 8
# A subtask names its parent by its place in this list.
BODIES: tuple[Said, ...] = (
    {"title": "bare"},
    {"title": "a day", "due_date": DAY, "priority": 3, "tags": ["work", "home"]},
    {"title": "separators", "tags": ["a,b;c", "d\\e"]},
    {"title": "floating", "due_date": DAY, "due_time": "09:00", "priority": 2},
    {"title": "zoned", "due_date": "2026-07-01", "due_time": "09:00", "time_zone": "America/New_York", "priority": 1},
    {"title": "universal", "due_date": DAY, "due_time": "09:00", "time_zone": "UTC"},
    {"title": "far away", "due_date": "2050-07-01", "due_time": "09:00", "time_zone": "Europe/Berlin"},
    {"title": "hidden", "due_date": DAY, "due_time": "09:00", "time_zone": "Asia/Tokyo", "starts_on": "2026-11-30"},
    {"title": "weekly", "due_date": DAY, "rrule": "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=5"},
    {"title": "monthly", "due_date": DAY, "due_time": "09:00", "rrule": "FREQ=MONTHLY;UNTIL=20270601"},
    {
        "title": "zoned and weekly",
        "due_date": DAY,
        "due_time": "09:00",
        "time_zone": "Europe/Berlin",
        "rrule": "FREQ=WEEKLY;UNTIL=20270601",
        "reminders": [{"minutes_before": 10}, {"at": "2026-11-30T18:00"}],
    },
    {"title": "reminds", "due_date": DAY, "reminders": [{"minutes_before": 420}, {"minutes_before": -540}]},
    {"title": LONG.strip(), "notes": f"{LONG}\n\n\tBEGIN:VTODO\nEND:VCALENDAR\n{LONG}"},
    {"title": "child", "parent": 0, "due_date": DAY},
    {"title": "done", "due_date": DAY, "completed": True},
)


def bodies(ids: list[str]) -> list[Said]:
    """With these ids."""
    found = [{"id": uid, **body} for uid, body in zip(ids, BODIES, strict=True)]
    return [{**body, "parent": ids[body["parent"]]} if "parent" in body else body for body in found]


def understood(todo: Said) -> Said:
    """What there is to understand of a todo, as the API answers with it."""
    return {
        "uid": f"{todo['id']}@todos",
        "summary": todo["title"],
        "description": todo.get("notes") or "",
        "due": due_of(todo),
        "priority": {0: 0, 1: 9, 2: 5, 3: 1}[todo.get("priority", 0)],
        "categories": sorted(todo.get("tags", [])),
        "completed": bool(todo.get("completed")),
        "alarms": len(todo.get("reminders", [])),
        "parent": f"{todo['parent']}@todos" if todo.get("parent") else None,
        "next": next_of(todo),
    }


def due_of(todo: Said) -> str | None:
    if not todo.get("due_date"):
        return None
    day = date.fromisoformat(todo["due_date"])
    if not todo.get("due_time"):
        return plain(day)
    zone = ZoneInfo(todo["time_zone"]) if todo.get("time_zone") else None
    return plain(datetime.combine(day, time.fromisoformat(todo["due_time"]), zone))


def next_of(todo: Said) -> str | None:
    """When what repeats is due after this time."""
    rule = todo.get("rrule")
    if not rule:
        return None
    days = {"weekly": 2, "monthly": 31, "zoned and weekly": 7}[todo["title"]]
    return due_of({**todo, "due_date": (date.fromisoformat(todo["due_date"]) + timedelta(days=days)).isoformat()})


def plain(value: Any) -> str | None:
    """A day, a time of no zone, or a moment."""
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC)
    return value.isoformat() if value else None
