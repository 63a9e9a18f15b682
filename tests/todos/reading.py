"""What the API shows of a notebook: rows as JSON, lists in every order, numbers of every badge."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.todos.contract_model import PLAIN, Notebook, Row, instant, moments_of

TODO_KEYS = ("id", *PLAIN, "list", "parent", "position", "version")
UNDATED = ("9999-12-32", "")
SORT_KEYS: dict[str, Any] = {
    "position": lambda todo: todo["position"],
    "due": lambda todo: (todo["due_date"], todo["due_time"] or "24:00") if todo["due_date"] else UNDATED,
    "priority": lambda todo: todo["priority"],
    "created_at": lambda todo: todo["created_at"],
    "updated_at": lambda todo: todo["version"],
    "title": lambda todo: todo["title"].casefold(),
}


def text(moment: datetime | None) -> str | None:
    return moment and moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def times(row: Row, *names: str) -> dict[str, Any]:
    return {name: text(row[name]) for name in ("created_at", "updated_at", "deleted_at", *names)}


def todo_json(todo: Row, zone: str, now: datetime) -> dict[str, Any]:
    return {
        **{name: todo.get(name) for name in TODO_KEYS},
        **times(todo, "completed_at"),
        "completed": todo["completed_at"] is not None,
        "due_at": text(instant(todo, zone)),
        "next_reminder_at": text(next((moment for moment in moments_of(todo, zone) if moment > now), None)),
        "tags": [tag["name"] for tag in sorted(todo["tags"], key=lambda tag: tag["key"])],
    }


def list_json(notebook: Notebook, row: Row, now: datetime) -> dict[str, Any]:
    count = sum(1 for todo in open_todos(notebook, now) if todo["list"] == row["id"])
    plain = {name: row.get(name) for name in ("id", "name", "color", "position", "is_inbox", "version")}
    return {**plain, **times(row, "archived_at"), "archived": row["archived_at"] is not None, "open_count": count}


def tag_json(notebook: Notebook, tag: Row, now: datetime) -> dict[str, Any]:
    count = sum(1 for todo in shown(notebook, open_todos(notebook, now)) if tag in todo["tags"])
    json = {**{name: tag[name] for name in ("id", "name", "color", "version")}, **times(tag), "open_count": count}
    del json["deleted_at"]
    return json


def view_json(view: Row) -> dict[str, Any]:
    json = {**{name: view[name] for name in ("id", "name", "color", "position", "query", "version")}, **times(view)}
    del json["deleted_at"]
    return {**json, "broken": False}


def in_address(notebook: Notebook, query: Row) -> Row:
    """The parameters of a view as `listed` takes them."""
    single = {name: value[0] if name in {"list", "due"} else value for name, value in query.items()}
    return {name: notebook.inbox["id"] if value == "inbox" else value for name, value in single.items()}


def counts_of_views(notebook: Notebook, now: datetime, tz: str = "") -> dict[str, int | None]:
    counts, room = {}, 30
    for view in notebook.views_in_order():
        query = view["query"]
        needed = 1 + len(query.get("tag", ())) + 10 * ("q" in query)
        asked = {**in_address(notebook, query), **({"tz": tz} if tz else {})}
        counts[view["id"]] = len(chosen(notebook, asked, now)) if needed <= room else None
        room -= needed if needed <= room else 0
    return counts


def today(now: datetime, zone: str) -> str:
    return now.astimezone(ZoneInfo(zone)).date().isoformat()


def open_todos(notebook: Notebook, now: datetime, zone: str = "") -> list[Row]:
    day = today(now, zone or notebook.settings["time_zone"])
    rows = (todo for todo in notebook.todos.values() if not todo["deleted_at"] and not todo["completed_at"])
    return [todo for todo in rows if not todo["starts_on"] or todo["starts_on"] <= day]


def shown(notebook: Notebook, todos: list[Row]) -> list[Row]:
    """Without those of archived lists."""
    return [todo for todo in todos if not notebook.lists[todo["list"]]["archived_at"]]


def due_on(todo: Row, zone: str) -> str | None:
    moment = instant(todo, zone)
    return today(moment, zone) if moment and todo["time_zone"] else todo["due_date"]


def is_due(todo: Row, asked: str, now: datetime, zone: str) -> bool:
    if asked == "none" or not todo["due_date"]:
        return asked == "none" and not todo["due_date"]
    day, due = today(now, zone), due_on(todo, zone) or ""
    if asked == "overdue":
        moment = instant(todo, zone)
        return not todo["completed_at"] and (moment <= now if moment else todo["due_date"] < day)
    return due == day if asked == "today" else due > day


def place_in(todo: Row, q: str) -> int | None:
    """Where everything is that is looked for: in the title (0), in the notes (1), in tags (2), or not everywhere."""
    excluded = [part.replace("-", "") for part in re.findall(r'-"[^"]*"|-\S+', q)]
    wanted = wanted_in(q)
    texts = [todo["title"], todo["notes"], *(tag["name"] for tag in todo["tags"])]
    patterns = [pattern_of(part, is_last=part is wanted[-1] and q.endswith(part)) for part in wanted]
    if any(re.search(pattern_of(part, is_last=False), text, re.IGNORECASE) for part in excluded for text in texts):
        return None
    for place in (1, 2, len(texts)):
        if all(any(re.search(pattern, text, re.IGNORECASE) for text in texts[:place]) for pattern in patterns):
            return min(place - 1, 2)
    return None


def wanted_in(q: str) -> list[str]:
    return re.findall(r'"[^"]*"|[^\s"]+', re.sub(r'-"[^"]*"|-\S+', "", q))


def pattern_of(part: str, *, is_last: bool) -> str:
    end = "" if is_last and '"' not in part else r"\b"
    words = r"\W+".join(re.findall(r"\w+", part))
    return rf"\b{words}{end}" if words else ""


def listed(notebook: Notebook, asked: dict[str, Any], now: datetime) -> list[str]:
    """The ids that GET /todos gives for these parameters, in their order."""
    name = asked.get("ordering", "position")
    if name.endswith("relevance") and not wanted_in(asked.get("q", "")):
        # Where nothing is wanted the latest come first.
        name = "updated_at" if name[0] == "-" else "-updated_at"
    key = SORT_KEYS.get(name.removeprefix("-")) or (lambda todo: (place_in(todo, asked.get("q", "")), -todo["version"]))
    rows = sorted(chosen(notebook, asked, now), key=lambda todo: (key(todo), todo["id"]), reverse=name[0] == "-")
    return [todo["id"] for todo in rows]


def chosen(notebook: Notebook, asked: dict[str, Any], now: datetime) -> list[Row]:
    zone, status = asked.get("tz") or notebook.settings["time_zone"], asked.get("status")
    is_trash = status == "trashed"
    rows = [todo for todo in notebook.todos.values() if bool(todo["deleted_at"]) == is_trash]
    if not is_trash and "list" not in asked:
        rows = shown(notebook, rows)
    starts = asked.get("starts", "all" if is_trash else "started")
    day = today(now, zone)
    tests: dict[str, Any] = {
        "status": lambda todo, value: is_trash or bool(todo["completed_at"]) == (value == "completed"),
        "list": lambda todo, value: todo["list"] == value,
        "parent": lambda todo, value: (todo["parent"] or "none") == value,
        "tag": lambda todo, value: notebook.present_keys(value, now) <= {tag["key"] for tag in todo["tags"]},
        "priority_gte": lambda todo, value: todo["priority"] >= value,
        "q": lambda todo, value: place_in(todo, value) is not None,
        "due": lambda todo, value: is_due(todo, value, now, zone),
        "due_before": lambda todo, value: bool(todo["due_date"]) and (due_on(todo, zone) or "") < value,
        "due_after": lambda todo, value: (due_on(todo, zone) or "") > value,
    }
    rows = [todo for todo in rows if starts == "all" or ((todo["starts_on"] or "") > day) == (starts == "future")]
    return [todo for todo in rows if all(test(todo, asked[name]) for name, test in tests.items() if name in asked)]


def scheduled(notebook: Notebook, now: datetime, zone: str, days: int) -> list[dict[str, Any]]:
    """What GET /reminders gives for so many days."""
    until = now + timedelta(days=days)
    todos = shown(notebook, [*notebook.todos.values()])
    found = [(at, todo["id"], todo["title"]) for todo in todos for at in moments_of(todo, zone) if now < at <= until]
    return [{"todo": uid, "title": title, "at": text(at)} for at, uid, title in sorted(found)]


def summary(notebook: Notebook, now: datetime, tz: str = "") -> dict[str, Any]:
    zone = tz or notebook.settings["time_zone"]
    begun = open_todos(notebook, now, zone)
    todos = shown(notebook, begun)
    live = {uid: todo for uid, todo in notebook.todos.items() if not todo["deleted_at"]}
    occurrences = [
        (each["todo"], each["at"]) for each in notebook.history if each["todo"] in live and not each["skipped"]
    ]
    completed = {(uid, todo["completed_at"]) for uid, todo in live.items() if todo["completed_at"]}
    done = [moment for _, moment in [*occurrences, *(completed - {*occurrences})]]
    lists = [row for row in notebook.lists.values() if not row["deleted_at"] and not row["archived_at"]]
    return {
        "inbox": sum(1 for todo in todos if todo["list"] == notebook.inbox["id"]),
        **{due: sum(1 for todo in todos if is_due(todo, due, now, zone)) for due in ("today", "overdue", "upcoming")},
        "completed_today": sum(1 for moment in done if today(moment, zone) == today(now, zone)),
        "trashed": sum(1 for todo in notebook.todos.values() if todo["deleted_at"]),
        "lists": {row["id"]: sum(1 for todo in begun if todo["list"] == row["id"]) for row in lists},
        "tags": {tag["id"]: sum(1 for todo in todos if tag in todo["tags"]) for tag in notebook.tags},
        "version": notebook.version,
    }
