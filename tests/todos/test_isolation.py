"""Nobody can tell whether somebody else's rows exist.

Mallory sends every request of the matrix twice from the same state: once while Alice's ids are nobody's, and once when
Alice has rows with them (and with Mallory's ids, names and keys besides). The two transcripts must be equal byte for
byte, headers and the number of SQL statements included.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.todos.case import Person, TodosTestCase
from tests.todos.matrix import (
    ABSENT,
    BODIES,
    HER_ROW,
    HERS,
    METHODS,
    MINE,
    NEW,
    OWN_ROW,
    PREFIX,
    QUERIES,
    Document,
    Sent,
    at,
    kind,
    requests,
    routes,
)
from todos import clock, models
from todos.reading import page_cache

# Made at random for each request.
A_SECRET = re.compile(rb"(?<=-)[\w-]{43}(?=\.ics)")
OWNED = (
    models.Account, models.List, models.Tag, models.FormerName, models.Todo, models.TodoTag, models.Tombstone,
    models.Completion, models.IdempotencyKey, models.CalendarAddress, models.View,
)  # fmt: skip
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
# Still to come, before and after a completion.
REMINDERS = [{"minutes_before": 5}, {"at": "2026-11-23T09:00"}]
# With ids, names and places of hers.
THEIRS = {
    "format": "todos",
    "version": 1,
    "settings": {"time_zone": "Asia/Tokyo", "default_list": HERS["list"]},
    "lists": [{"id": HERS["gone"], "name": "hers"}],
    "tags": [{"id": HERS["tag"], "name": "hers"}, {"id": MINE["tag"], "name": "her old name"}],
    "former_names": [{"name": "her old name", "tag": HERS["tag"], "renamed_at": "2026-11-21T00:00:00Z"}],
    "todos": [
        {"id": HERS["todo"], "title": "x", "list": HERS["list"], "tags": ["hers", "her old name"]},
        {"id": HERS["trashed"], "title": "x", "parent": HERS["subtask"]},
        {"id": MINE["todo"], "title": "x", "list": HERS["archived"]},
        {"id": NEW, "title": "x", "parent": MINE["todo"], "list": HERS["list"]},
    ],
    "completions": [
        {
            "id": NEW, "todo": HERS["todo"], "occurrence_on": "2026-11-20", "occurrence_number": 1,
            "series_in": 1, "due_date": "2026-11-20", "completed_at": "2026-11-21T00:00:00Z",
        }
    ],
    "deleted": [{"kind": "todo", "id": HERS["subtask"], "deleted_at": "2026-11-21T00:00:00Z"}],
}  # fmt: skip
# What the matrix does not make by itself: names, keys, versions and texts that Alice has too.
MORE = (
    Sent("POST", "todos", {"id": MINE["todo"], "title": "mine"}),
    Sent("POST", "todos", {"title": "x", "id": HERS["tag"], "tags": ["hers", "both"]}),
    Sent("PATCH", f"todos/{MINE['todo']}", {"tags": ["hers", "HERS"]}),
    Sent("PATCH", f"tags/{MINE['tag']}", {"name": "hers"}),
    Sent("POST", "tags", {"id": HERS["todo"], "name": "hers"}),
    Sent("POST", "tags", {"id": HERS["tag"], "name": "both"}),
    Sent("POST", "lists", {"id": HERS["list"], "name": "hers"}),
    Sent("POST", "todos", {"id": HERS["todo"], "title": "x"}, (("Idempotency-Key", "both"),)),
    Sent("POST", "todos", {"id": HERS["todo"], "title": "x"}, (("Idempotency-Key", "hers"),)),
    Sent("POST", "todos", {"title": "x"}, (("Idempotency-Key", "both"),)),
    Sent("POST", "todos/quick", {"id": NEW, "text": "x +list #hers tomorrow"}),
    Sent("POST", "todos/quick", {"text": "x +list", "dry_run": True}),
    Sent("POST", "todos/quick", {"id": HERS["todo"], "text": "x"}),
    Sent("POST", "views", {"id": HERS["view"], "name": "hers", "query": {"list": [HERS["list"]]}}),
    Sent("PATCH", f"views/{MINE['view']}", {"query": {"list": [HERS["archived"]], "parent": HERS["todo"]}}),
    Sent("POST", f"views/{MINE['view']}/move", {"after": HERS["view"]}),
    *(Sent("GET", f"todos?view={row}&status=open") for row in (MINE["view"], HERS["view"], ABSENT)),
    Sent("GET", "summary?views=true"),
    Sent("GET", "todos?q=secret"),
    Sent("GET", "todos?tag=hers"),
    Sent("GET", "todos?page_size=1&ordering=-updated_at"),
    Sent("GET", "changes?since=1&page_size=1"),
    Sent("GET", "summary", None, (("If-None-Match", '"7-1795392000"'),)),
    *(
        Sent(method, f"todos/{HERS['todo']}", {"title": "x"} if method != "DELETE" else None, ((name, value),))
        for method in ("PUT", "PATCH", "DELETE")
        for name in ("If-Match", "If-None-Match")
        for value in ("*", '"1"', '"5"')
    ),
    Sent("DELETE", f"todos/{HERS['trashed']}?permanent=true"),
    Sent("DELETE", f"lists/{HERS['gone']}?permanent=true"),
    Sent("DELETE", "todos?status=trashed"),
    Sent("POST", "todos", {"id": NEW, "title": "x", "tags": ["her old name"]}),
    Sent("PATCH", f"todos/{MINE['todo']}", {"tags_add": ["her old name"], "tags_remove": ["hers"]}),
    Sent("PATCH", f"todos/{HERS['todo']}", {"title": "x", "version": 5}),
    *(Sent("POST", f"me/import{query}", THEIRS) for query in ("", "?dry_run=true")),
)


def rows_of(person: Person) -> list[Any]:
    """Everything that the database has of somebody. In plain SQL, because it is asked for a thousand times."""
    with connection.cursor() as cursor:
        rows = []
        for model in OWNED:
            key = model._meta.pk.column
            cursor.execute(f"SELECT * FROM {model._meta.db_table} WHERE owner_id = %s ORDER BY {key}", [person.user.pk])
            rows += cursor.fetchall()
    return rows


@override_settings(RATE_LIMIT_USER=0, RATE_LIMIT_ADDRESS=0)
class NobodySeesAnothersRows(TodosTestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.document = Document()
        cls.routes = list(routes())

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(clock.stopped_at(NOW))
        self.her_rows = rows_of(self.alice)
        self.settle_mallory()
        self.allowed = {route: self.methods_of(route) for route in self.routes}

    def settle_mallory(self) -> None:
        make = self.mallory.make
        make("lists", id=MINE["list"], name="both")
        make("tags", id=MINE["tag"], name="both")
        make("views", id=MINE["view"], name="both", query={"list": [MINE["list"], HERS["list"]]})
        for name in ("todo", "sibling", "trashed"):
            due = {"due_date": "2026-11-22", "due_time": "10:00", "rrule": "FREQ=WEEKLY", "reminders": REMINDERS}
            make(id=MINE[name], title=name, list=MINE["list"], tags=["both"], **due)
        self.mallory.post(f"/todos/{MINE['todo']}/skip")
        make(id=MINE["subtask"], parent=MINE["todo"])
        self.mallory.delete(f"/todos/{MINE['trashed']}")
        self.mallory.post("/todos", {"title": "x"}, **{"Idempotency-Key": "both"})

    def settle_alice(self) -> None:
        make = self.alice.make
        for name in ("list", "archived", "gone"):
            make("lists", id=HERS[name], name=name)
        make("lists", id=MINE["list"], name="both")
        make("tags", id=HERS["tag"], name="hers")
        make("views", id=HERS["view"], name="hers", query={"status": "open"})
        make("views", id=MINE["view"], name="both", query={"status": "open"})
        for own, row in (*HERS.items(), *MINE.items()):
            if own not in {"list", "archived", "gone", "tag", "view", "subtask"}:
                due = {"due_date": "2026-11-22", "rrule": "FREQ=WEEKLY", "reminders": REMINDERS}
                make(id=row, title="secret", list=HERS["list"], tags=["hers", "both"], **due)
                for verb in ("complete", "skip"):
                    self.alice.post(f"/todos/{row}/{verb}")
        make(id=HERS["subtask"], parent=HERS["todo"])
        self.alice.patch(f"/lists/{HERS['archived']}", {"archived": True})
        tag = make("tags", name="her old name")
        self.alice.patch(f"/tags/{tag['id']}", {"name": "her new name"})
        for path in (f"/todos/{HERS['trashed']}", f"/lists/{HERS['gone']}"):
            self.alice.delete(path)
        self.assertEqual(self.alice.post("/me/calendar").status_code, 201)
        for key in ("both", "hers"):
            self.alice.post("/todos", {"title": "secret"}, **{"Idempotency-Key": key})
        self.her_rows = rows_of(self.alice)

    def methods_of(self, route: str) -> set[str]:
        response = self.send(Sent("OPTIONS", at(route, OWN_ROW.get(kind(route), ""))))
        return {method.strip() for method in response["Allow"].split(",")}

    def send(self, sent: Sent, client: Any = None) -> Any:
        """The answer; whatever the request did is undone."""
        body = "" if sent.body is None else json.dumps(sent.body, separators=(",", ":"))
        headers = {**dict(sent.headers), "X-Request-ID": "the-same"}
        with transaction.atomic():
            with CaptureQueriesContext(connection) as statements:
                response = (client or self.mallory.client).generic(
                    sent.method, f"/{PREFIX}{sent.path}", body, "application/json" if body else "", headers=headers
                )
                response.whole = response.getvalue()
            if sent.method not in {"GET", "HEAD", "OPTIONS"}:
                self.assertEqual(rows_of(self.alice), self.her_rows, f"{sent} changed Alice's rows")
            transaction.set_rollback(True)
        response.statements = len(statements)
        return response

    def transcript(self) -> list[tuple[Sent, Any]]:
        return [(sent, self.send(sent)) for sent in (*requests(self.allowed, self.document), *MORE)]

    def test_every_answer_is_the_same_whether_alice_is_there_or_not(self):
        without = self.transcript()
        self.settle_alice()
        # A page of a view that is known takes a statement less.
        page_cache.pages.clear()

        for (sent, alone), (_, beside) in zip(without, self.transcript(), strict=True):
            with self.subTest(str(sent)):
                # Streams are another process's.
                is_live = sent.path.strip("/") == "live" and beside.status_code == 503
                self.assertTrue(beside.status_code < 500 or is_live, beside.status_code)
                self.assertEqual(everything_in(alone), everything_in(beside))

    def test_a_foreign_id_in_the_address_is_not_found_like_an_absent_one(self):
        self.settle_alice()

        for route, method in self.with_an_id():
            foreign = self.send(Sent(method, at(route, HER_ROW[kind(route)]), BODIES.get((method, route))))
            absent = self.send(Sent(method, at(route, ABSENT), BODIES.get((method, route))))
            with self.subTest(route, method=method):
                # PUT creates a row with the id.
                self.assertEqual(foreign.status_code, 201 if method == "PUT" else 404)
                self.assertEqual(
                    [str(part).replace(HER_ROW[kind(route)], ABSENT) for part in everything_in(foreign)],
                    [str(part) for part in everything_in(absent)],
                )

    def test_with_an_own_id_the_same_requests_succeed(self):
        for route, methods in self.allowed.items():
            for method in methods - {"OPTIONS"} if route != "live" else ():
                path = at(route, OWN_ROW.get(kind(route), "")) + QUERIES.get((method, route), "")
                response = self.send(Sent(method, path, BODIES.get((method, route))))
                with self.subTest(route, method=method):
                    self.assertLess(response.status_code, 300, response.whole)

    def test_without_a_token_every_address_is_closed(self):
        for route in self.routes:
            for method in METHODS:
                response = self.send(Sent(method, at(route, OWN_ROW.get(kind(route), ""))), APIClient())
                with self.subTest(route, method=method):
                    self.assertEqual(response.status_code, 401)

    def test_no_route_is_without_a_body_to_try_it_with_or_without_a_description(self):
        taking = {(method, route) for route, methods in self.allowed.items() for method in methods}
        described = {
            (method.upper(), path.removeprefix(f"/{PREFIX}").replace("{id}", "<str:id>"))
            for path, operations in self.document.document["paths"].items()
            # Whose address is the prefix itself is for everybody; a calendar's is the secret itself.
            if path.startswith(f"/{PREFIX}") and not path.startswith(f"/{PREFIX}calendar/")
            for method in operations
        }

        self.assertEqual({pair for pair in taking if pair[0] in {"POST", "PUT", "PATCH"}}, BODIES.keys())
        self.assertEqual({pair for pair in taking if pair[0] not in {"HEAD", "OPTIONS"}}, described)

    def test_a_cursor_of_another_user_is_refused_like_a_forged_one(self):
        self.settle_alice()
        for path in ("/todos?page_size=1", "/changes?page_size=1"):
            link = self.alice.get(path).json()["next"]
            forged = link[:-5] + "AAAAA"
            with self.subTest(path):
                answers = [everything_in(self.mallory.get(url, **{"X-Request-ID": "x"})) for url in (link, forged)]
                self.assertEqual(answers[0][0], 400)
                self.assertEqual(answers[0], answers[1])

    def with_an_id(self) -> list[tuple[str, str]]:
        return [(r, m) for r, methods in self.allowed.items() if "<" in r for m in sorted(methods - {"OPTIONS"})]


def everything_in(response: Any) -> tuple[int, bytes, dict[str, str], int]:
    """All that a caller can see, and how often the database was asked, which a caller could measure."""
    whole = response.whole if hasattr(response, "whole") else response.content
    content = A_SECRET.sub(b"a secret", whole)
    return response.status_code, content, dict(response.headers), getattr(response, "statements", 0)
