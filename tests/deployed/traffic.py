"""People with two devices each, who make, change and read todos all the time, and what they were answered."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

NAME = "api.example.com"
DEVICES = 2
# Two cores have to install a version meanwhile.
PAUSE_SECONDS = 0.3


@dataclass
class Answer:
    status: int
    headers: Message
    body: Any

    @property
    def request_id(self) -> str:
        """Under which its version has a line in the log."""
        return str(self.headers["X-Request-ID"])


@dataclass
class Figures:
    answers: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    request_ids: set[str] = field(default_factory=set)
    retries: list[tuple[str, str]] = field(default_factory=list)
    """The ids of a write and of the same write again."""
    slowest: float = 0


class Door:
    """The service as the world sees it: by name, over TLS that one authority vouches for."""

    def __init__(self, authority: Path) -> None:
        self.tls = ssl.create_default_context(cafile=str(authority))

    def ask(
        self, method: str, path: str, token: str = "", body: object = None, key: str = "", is_plain: bool = False
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        headers |= {"Idempotency-Key": key} if key else {}
        # Whoever comes in plain HTTP lies about it.
        headers |= {"X-Forwarded-Proto": "https"} if is_plain else {}
        wire = http.client.HTTPConnection(NAME, timeout=60)
        wire.sock = socket.create_connection(("127.0.0.1", 80 if is_plain else 443), timeout=60)
        try:
            if not is_plain:
                wire.sock = self.tls.wrap_socket(wire.sock, server_hostname=NAME)
            wire.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = wire.getresponse()
            content = response.read()
        finally:
            wire.close()
        is_json = response.headers.get_content_type().endswith("json")
        return Answer(response.status, response.headers, json.loads(content) if is_json and content else content)


class Traffic:
    """`with Traffic(door, tokens) as traffic:` keeps everybody busy until the block ends."""

    def __init__(self, door: Door, tokens: list[str]) -> None:
        self.people = [[Device(door, token, self) for _ in range(DEVICES)] for token in tokens]
        self.figures = Figures()
        self.is_over = threading.Event()
        self.lock = threading.Lock()

    def __enter__(self) -> Traffic:
        devices = [device for person in self.people for device in person]
        self.threads = [threading.Thread(target=self.keep_busy, args=(device,), daemon=True) for device in devices]
        for thread in self.threads:
            thread.start()
        time.sleep(1)
        return self

    def __exit__(self, *exception: object) -> None:
        time.sleep(1)
        if not all(thread.is_alive() for thread in self.threads):
            raise RuntimeError("A device stopped before the end; the load was not what it should be.")
        self.is_over.set()
        for thread in self.threads:
            thread.join(timeout=90)

    def keep_busy(self, device: Device) -> None:
        while not self.is_over.is_set():
            device.go_round()
            time.sleep(PAUSE_SECONDS)

    def count(self, what: str, answer: Answer | None, seconds: float, fault: str) -> None:
        with self.lock:
            self.figures.answers[f"{what} {answer.status if answer else 0}"] += 1
            self.figures.slowest = max(self.figures.slowest, seconds)
            if answer:
                self.figures.request_ids.add(answer.request_id)
            if fault:
                self.figures.failed.append(f"{what}: {fault}"[:400])


class Device:
    """Keeps a copy of its person's todos by asking what has changed, and remembers what it was promised."""

    def __init__(self, door: Door, token: str, traffic: Traffic) -> None:
        self.door, self.token, self.traffic = door, token, traffic
        self.copy: dict[str, int] = {}
        self.version = 0
        self.written: list[tuple[str, int]] = []
        self.told_otherwise: list[str] = []

    def go_round(self) -> None:
        mine = {"id": str(uuid.uuid4()), "title": "One"}
        self.write_twice("/api/v1/todos", mine)
        self.write_twice("/api/v1/todos", {"title": "Two"}, key=str(uuid.uuid4()))
        self.write("PATCH", f"/api/v1/todos/{mine['id']}", {"title": "Three"})
        self.ask("GET", "/api/v1/todos?page_size=20")
        self.ask("GET", f"/api/v1/todos/{mine['id']}")
        self.synchronise()

    def write(self, method: str, path: str, body: object, key: str = "") -> Answer | None:
        answer = self.ask(method, path, body, key)
        if answer:
            self.written.append((answer.body["id"], answer.body["version"]))
        return answer

    def write_twice(self, path: str, body: object, key: str = "") -> None:
        """A retry is answered like what it repeats; another version may say more, but nothing else."""
        first, again = self.write("POST", path, body, key), self.ask("POST", path, body, key)
        if first and again:
            self.traffic.figures.retries.append((first.request_id, again.request_id))
            both = first.body.keys() & again.body.keys()
            differing = [name for name in both if first.body[name] != again.body[name]]
            if differing or len(both) < 10:
                self.told_otherwise.append(f"{differing}: {first.body} {again.body}")

    def synchronise(self) -> None:
        path, since = f"/api/v1/changes?since={self.version}&page_size=200", self.version
        while path:
            answer = self.ask("GET", path)
            if not answer:
                return
            page = answer.body
            for row in page["todos"]:
                if row["version"] <= max(since, self.copy.get(row["id"], 0)):
                    self.told_otherwise.append(f"{row['id']} came with version {row['version']} after {since}")
                self.copy[row["id"]] = row["version"]
            path = page["next"] and "/" + page["next"].split("/", 3)[3]
            if page["version"] < self.version:
                self.told_otherwise.append(f"Version {page['version']} followed {self.version}")
            self.version = page["version"]

    def ask(self, method: str, path: str, body: object = None, key: str = "") -> Answer | None:
        began, answer, fault = time.monotonic(), None, ""
        try:
            answer = self.door.ask(method, path, self.token, body, key)
        except (OSError, http.client.HTTPException) as exc:
            fault = repr(exc)
        if answer and answer.status not in {200, 201}:
            fault = f"{answer.status} {answer.body}"
        what = f"{method} {'/changes' if '/changes' in path else '/todos'}"
        self.traffic.count(what, answer, time.monotonic() - began, fault)
        return None if fault else answer
