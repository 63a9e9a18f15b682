"""Makes todos in a running service and lets programs read its calendar. See scripts/calendars.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.todos.calendars.sample import BODIES, Said, bodies, understood

FOLDER = Path(__file__).parent
VDIRSYNCER = """
[general]
status_path = "{folder}/status/"
[pair todos]
a = "here"
b = "there"
collections = null
[storage here]
type = "filesystem"
path = "{folder}/lists/todos"
fileext = ".ics"
[storage there]
type = "http"
url = "{address}"
"""
TODOMAN = """
path = "{folder}/lists/*"
cache_path = "{folder}/cache.sqlite3"
date_format = "%Y-%m-%d"
time_format = "%H:%M"
default_list = "todos"
"""
# The person's zone and the programs' is UTC, in which times of no zone are moments for those that know no such times.
ZONE = {**os.environ, "TZ": "UTC"}


def main(service: str, folder: Path, programs: Path) -> int:
    todos = bodies([str(uuid4()) for _ in BODIES])
    ask(service, "POST", "/todos/bulk", {"operations": [{"op": "create", **todo} for todo in todos]})
    address = ask(service, "POST", "/me/calendar")["address"]
    expected = [*map(understood, todos)]
    with urllib.request.urlopen(address) as answer:
        said = json.loads(output(["node", "read.mjs"], cwd=FOLDER, stdin=answer.read()))
    faults = [
        *differences("ical.js", said["ical.js"], expected, lambda todo: todo),
        *differences("node-ical", said["node-ical"], expected, by_moments),
        *differences("vdirsyncer and todoman", by_todoman(address, folder, programs), expected, in_todoman),
        *told_in_log(folder / "log", address),
    ]
    print(*faults, f"{len(expected)} todos, {len(faults)} faults", sep="\n")
    return bool(faults)


def ask(service: str, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{service}/api/v1{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def output(command: list[str], cwd: Path, stdin: bytes = b"") -> bytes:
    return subprocess.run(command, cwd=cwd, input=stdin, env=ZONE, stdout=subprocess.PIPE, check=True).stdout


def differences(who: str, said: list[Said], todos: list[Said], form: Callable[[Said], Said]) -> Iterator[str]:
    """Where somebody understood something else than there is, in the form in which they say it."""
    found = {each.get("uid", each["summary"]): each for each in said}
    for todo in todos:
        expected = form(todo)
        heard = found.pop(expected.get("uid", expected["summary"]), None)
        if heard is None or any(heard[name] != value for name, value in expected.items()):
            yield f"{who}: {expected} was understood as {heard}"
    if found:
        yield f"{who}: there is no {list(found)}"


def by_moments(todo: Said) -> Said:
    """As somebody says it who knows days and moments only, and neither tags nor parents in our form."""
    known = {name: todo[name] for name in ("uid", "summary", "description", "priority", "completed", "alarms")}
    following = todo["next"] and f"{moment(todo['next']):%Y-%m-%dT%H:%M:%S}.000Z"
    day = todo["due"] if todo["due"] is None or len(todo["due"]) == 10 else moment(todo["due"]).isoformat()
    return {**known, "due": day, "next": following}


def in_todoman(todo: Said) -> Said:
    known = {name: todo[name] for name in ("summary", "description", "priority", "completed")}
    # Which it keeps in one text, with commas between.
    known["categories"] = sorted(part for name in todo["categories"] for part in name.split(","))
    due = todo["due"] and int(moment(todo["due"]).timestamp())
    return {**known, "due": due, "recurring": bool(todo["next"]), "percent": 100 if todo["completed"] else 0}


def moment(text: str) -> datetime:
    """Of a whole day, its midnight."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def by_todoman(address: str, folder: Path, programs: Path) -> list[Said]:
    (folder / "lists" / "todos").mkdir(parents=True)
    for name, text in (("vdirsyncer.conf", VDIRSYNCER), ("todoman.py", TODOMAN)):
        (folder / name).write_text(text.format(folder=folder, address=address), encoding="utf-8")
    for verb in ("discover", "sync"):
        output([str(programs / "vdirsyncer"), "--verbosity", "WARNING", "--config", "vdirsyncer.conf", verb], folder)
    listed = [str(programs / "todo"), "--config", "todoman.py", "--porcelain", "list", "--status", "ANY"]
    found: list[Said] = json.loads(output(listed, folder))
    return [{**todo, "categories": sorted(todo["categories"])} for todo in found]


def told_in_log(log: Path, address: str) -> Iterator[str]:
    """The service's own lines about all this."""
    text = log.read_text(encoding="utf-8")
    secret = address.rpartition("/")[2].removesuffix(".ics")
    if "/api/v1/calendar/<str:secret>.ics" not in text:
        yield "The log does not say that the calendar was read."
    if secret in text or secret.partition("-")[2] in text:
        yield "The secret is in the log."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
