"""How long 10,000 rows take to come in, by product, on both databases, and what that adds to the worker's memory."""

from __future__ import annotations

import http.client
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from bench.calendars import memory_of
from bench.stage import CONFIGURATION, Stage
from scripts.private_postgres import PrivatePostgres

ROWS = 10_000
LISTS = 50
TAGS = 200
# Of which each has another interval; about as many as can begin in one import.
RULES = 999
FIRST_DAY = date(2026, 12, 1)
NOTES = "It has to be done before the others come, and somebody should have told them. " * 4


def main() -> None:
    with PrivatePostgres(CONFIGURATION) as url:
        measure("PostgreSQL", url)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        measure("SQLite", f"sqlite:///{folder}/bench.sqlite3")


def measure(database: str, url: str) -> None:
    print(f"{database + ', file of':24}{'octets':>12}{'dry run':>12}{'import':>12}{'again':>12}{'memory':>12}")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = Stage(Path(folder), url, {})
        made.manage("migrate", "--verbosity=0")
        with made.our_server("ours", WEB_WORKERS="1") as (base, pid):
            for name, (source, media_type, body) in FILES.items():
                token, before = made.signer.token(f"{source}-{name}"), memory_of(pid)
                times = [send(base, token, source, media_type, body, query) for query in ("&dry_run=true", "", "")]
                taken = "".join(f"{seconds:10.1f} s" for seconds in times)
                print(f"{name:24}{len(body):12,}{taken}{memory_of(pid) - before:8.0f} MiB", flush=True)


def send(base: str, token: str, source: str, media_type: str, body: bytes, query: str) -> float:
    """Seconds to the end of the answer."""
    wire = http.client.HTTPConnection(urlsplit(base).netloc, timeout=300)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": media_type}
    started = time.perf_counter()
    wire.request("POST", f"/api/v1/me/import?from={source}{query}", body, headers)
    answer = wire.getresponse()
    report = json.loads(answer.read())
    seconds = time.perf_counter() - started
    wire.close()
    assert answer.status == 200, report
    counts = report["todos"]
    assert counts["new"] + counts["same"] + counts["different"] > ROWS - LISTS - TAGS - 1, counts
    return seconds


def uid(number: int) -> str:
    return str(UUID(int=number + 2**100))


def day(number: int) -> str:
    return str(FIRST_DAY + timedelta(days=number % 400))


def short() -> bytes:
    """As little as a todo needs."""
    return document(todos=[{"id": uid(number), "title": f"todo {number}"} for number in range(ROWS)])


def whole() -> bytes:
    """As an export has them: lists, tags, subtasks, series, reminders, notes."""
    lists = [{"id": uid(10**6 + number), "name": f"list {number}"} for number in range(LISTS)]
    tags = [{"id": uid(2 * 10**6 + number), "name": f"tag {number}"} for number in range(TAGS)]
    todos = [full_todo(number, lists) for number in range(ROWS - LISTS - TAGS)]
    return document(lists=lists, tags=tags, todos=todos)


def full_todo(number: int, lists: list[dict[str, str]]) -> dict[str, Any]:
    moment = f"2026-01-02T03:{number % 60:02}:05.123456Z"
    is_subtask = number % 5 == 4
    rule = None if is_subtask or number % 9 else f"FREQ=WEEKLY;INTERVAL={number % RULES + 1};BYDAY=MO,TH"
    return {
        "id": uid(number),
        "list": lists[(number // 5) % LISTS]["id"],
        "parent": uid(number - 4) if is_subtask else None,
        "title": f"Todo number {number} of a person who has many",
        "notes": NOTES,
        "priority": number % 4,
        "due_date": day(number),
        "due_time": "09:30",
        "time_zone": "Europe/Berlin",
        "rrule": rule,
        "reminders": [{"minutes_before": 10}, {"at": f"{day(number)}T08:00"}],
        "tags": [f"tag {(number * step) % TAGS}" for step in (1, 3, 7)],
        "created_at": moment,
        "updated_at": moment,
        "completed_at": moment if number % 7 == 1 and rule is None else None,
    }


def document(**sections: Any) -> bytes:
    return json.dumps({"format": "todos", "version": 1, **sections}).encode()


def todoist() -> bytes:
    rows = (
        f'task,Todo {number} @tag{number % TAGS},"{NOTES}",1,{1 + number % 2},{day(number)}' for number in range(ROWS)
    )
    return "\n".join(("TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,DATE", *rows)).encode()


def icalendar() -> bytes:
    components = (line for number in range(ROWS - 1) for line in component(number))
    return "\r\n".join(("BEGIN:VCALENDAR", *components, "END:VCALENDAR", "")).encode()


def component(number: int) -> Iterator[str]:
    yield from ("BEGIN:VTODO", f"UID:{number}@example.com", f"SUMMARY:Todo {number}", f"DESCRIPTION:{NOTES}")
    yield f"DUE;TZID=Europe/Berlin:{day(number).replace('-', '')}T093000"
    yield f"CATEGORIES:tag {number % TAGS},tag {number * 3 % TAGS}"
    if number % 9 == 0:
        yield f"RRULE:FREQ=WEEKLY;INTERVAL={number % RULES + 1};BYDAY=MO,TH"
    yield from ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM", "END:VTODO")


def microsoft() -> bytes:
    tasks = [task(number) for number in range(ROWS - LISTS)]
    lists = [{"id": f"L{n}", "displayName": f"list {n}", "tasks": tasks[n::LISTS]} for n in range(LISTS)]
    return json.dumps({"value": lists}).encode()


def task(number: int) -> dict[str, Any]:
    pattern = {"type": "weekly", "interval": number % 99 + 1, "daysOfWeek": ["monday", "friday"]}
    return {
        "id": f"T{number}",
        "title": f"Todo {number}",
        "body": {"content": NOTES, "contentType": "text"},
        "categories": [f"tag {number % TAGS}"],
        "createdDateTime": "2026-01-02T03:04:05.1234567Z",
        "lastModifiedDateTime": "2026-01-02T03:04:05.1234567Z",
        "dueDateTime": {"dateTime": f"{day(number)}T00:00:00.0000000", "timeZone": "UTC"},
        "recurrence": {"pattern": pattern, "range": {"type": "noEnd"}} if number % 20 == 0 else None,
    }


FILES = {
    "todos, short": ("todos", "application/json", short()),
    "todos, whole": ("todos", "application/json", whole()),
    "todoist": ("todoist", "text/csv", todoist()),
    "icalendar": ("icalendar", "text/calendar", icalendar()),
    "microsoft": ("microsoft", "application/json", microsoft()),
}


if __name__ == "__main__":
    main()
