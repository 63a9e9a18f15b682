"""Sends each step to the API and to the user's notebook, and compares everything afterwards."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from django.test import override_settings
from hypothesis.stateful import RuleBasedStateMachine

from betterauth_auth.testing import LocalIssuer
from tests.todos import strategies as some
from tests.todos.case import Person
from tests.todos.contract_model import Notebook, Refusal, Row
from tests.todos.raw_rows import rows_of
from tests.todos.reading import list_json, listed, tag_json, todo_json, view_json
from todos import clock
from todos.models import Account

# Each run has users of its own, so that nothing has to be undone and every request really commits.
lives = count()
START = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)


def by_position(row: Row) -> tuple[str, str]:
    return row["position"], row["id"]


@dataclass
class Reader:
    """Somebody in the middle of a list, while it changes."""

    query: Row
    next: str | None
    at_start: dict[str, int]
    seen: list[str] = field(default_factory=list)


@dataclass
class Replica:
    """A device that keeps a copy by `/changes`."""

    version: int = 0
    rows: dict[tuple[str, str], int] = field(default_factory=dict)


class Bookkeeping(RuleBasedStateMachine):
    issuer: LocalIssuer
    steps = 0
    # Bulks that were accepted, in which a todo changed its place and got a new subtask.
    families = 0
    # Completed occurrences that were looked at, reminders, and todos that views showed.
    histories = reminders = viewed = 0
    # Todos that were made by a line of quick add.
    lines = 0
    # Todos that came from documents.
    imported = 0

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        with clock.stopped_at(self.now):
            self.people = {name: Person(self.issuer, f"{name} {next(lives)}") for name in some.WHO}
        self.books: dict[str, Notebook] = {}
        self.stored: dict[str, list[Any]] = {}
        self.answers: dict[tuple[str, str], tuple[Any, ...]] = {}
        self.readers: dict[str, Reader] = {}
        self.erased: set[str] = set()
        self.replicas = {name: Replica() for name in some.WHO}
        for name, person in self.people.items():
            with clock.stopped_at(self.now):
                self.books[name] = Notebook(person.inbox["id"], self.now)
            self.stored[name] = rows_of(person.user)
            # Nothing but the Inbox is in the account yet.
            self.sync_replica(name)
        for name in some.WHO:
            self.settle(name)

    def teardown(self) -> None:
        for name in some.WHO:
            self.compare(name)

    def settle(self, who: str) -> None:
        """A little of everything to begin with."""
        place, (first, second, third, fourth) = some.LISTS[0], some.TODOS[:4]
        steps = (
            ("lists", place, {"name": "a list"}),
            ("views", some.VIEWS[0], {"name": "a view", "query": {"status": "open"}}),
            ("todos", first, {"title": "first", "list": place, "tags": ["red"]}),
            (
                "todos",
                second,
                {"title": "second", "parent": first, "due_date": some.DAYS[0], "reminders": some.REMINDERS[3]},
            ),
            ("todos", third, {"title": "third", "parent": first}),
            (
                "todos",
                fourth,
                {"title": "fourth", "due_date": some.DAYS[1], "due_time": "02:30", "reminders": some.REMINDERS[1]},
            ),
        )
        makers = {"lists": Notebook.create_list, "todos": Notebook.create, "views": Notebook.create_view}
        for kind, uid, values in steps:
            create = makers[kind]
            self.change(who, "post", f"/{kind}", {"id": uid, **values}, partial(create, uid=uid, values=values), {})
        below = {"title": "fifth", "parent": third}
        self.send_bulk(who, [("update", third, {"parent": None}), ("create", some.NEW_SUBTASKS[0], below)], "none")

    # What every step does

    def one_of(self, who: str, kind: str, number: int) -> str:
        """The id of a row that the user has, mostly; else one of the pool, which may be somebody else's."""
        book = self.books[who]
        rows, pool = {
            "todos": (book.todos, some.TODOS),
            "lists": (book.lists, some.LISTS),
            "tags": (book.tag_rows(), some.TAGS),
            "views": (book.views, some.VIEWS),
        }[kind]
        return sorted(rows)[number % len(rows)] if rows and number < 14 else pool[number % len(pool)]

    def fresh(self, who: str, kind: str, uid: str, again: int = 1) -> str:
        """An id for a new row: mostly another one where this was that of a row that is gone for good."""
        gone = {row["id"] for row in self.books[who].gone if row["kind"] == kind}
        while again and uid in gone:
            uid = str(UUID(int=UUID(uid).int + 1_000))
        return uid

    def send(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        with clock.stopped_at(self.now):
            return getattr(self.people[who], method)(path, body, **headers)

    def change(self, who: str, method: str, path: str, body: Any, steps: Any, headers: dict[str, str]) -> Any:
        """Does the same to the API and to the notebook, and expects the same of both. Gives the API's answer."""
        Bookkeeping.steps += 1
        book, refusal, answer = self.books[who], None, (0, None)
        try:
            with book.change(self.now):
                answer = steps(book)
        except Refusal as exc:
            refusal = exc
        response = self.send(who, method, path, body, **headers)
        note = f"{who} {method} {path} {body} {headers}: {response.content!r}"
        if refusal:
            problem = response.json()
            assert (response.status_code, problem["code"]) == (refusal.status, refusal.code), note
            self.check_database()
        else:
            assert response.status_code == answer[0], note
            self.check_database(who)
            self.compare(who)
        if refusal and refusal.current:
            # Not as it was in the middle of what was undone.
            row = next(rows[refusal.current["id"]] for rows in book.kinds if refusal.current["id"] in rows)
            assert problem["current"] == self.json(who, row), note
        elif response.status_code in {200, 201}:
            self.check_answer(who, response, answer[1])
        elif response.status_code == 204 and path != "/me":
            # What is gone for good has the version of its tombstone.
            version = (
                answer[1]["version"] if answer[1] in [*book.todos.values(), *book.lists.values()] else book.version
            )
            assert response["ETag"] == f'"{version}"', note
        return response

    def check_answer(self, who: str, response: Any, row: Any) -> None:
        data = response.json()
        # Quick add tells more beside it.
        data = data.get("todo", data)
        if isinstance(row, list):
            assert self.also_of(data) == self.also(who, row)
            assert data == {
                "mode": "all",
                "results": [self.json(who, each) for each in row],
                "version": self.books[who].version,
            }
        elif row is self.books[who].settings:
            assert {name: data[name] for name in ("time_zone", "week_start", "default_list")}.items() <= row.items()
        else:
            assert "also" in data or "title" not in row
            if "also" in data:
                assert self.also_of(data) == self.also(who, [row])
            assert data == self.json(who, row)
            assert response["ETag"] == f'"{row["version"]}"'
            assert ("Location" in response) == (response.status_code == 201)

    def also_of(self, data: Row) -> list[Row]:
        return sorted(data.pop("also"), key=lambda row: row["id"])

    def also(self, who: str, rows: list[Row]) -> list[Row]:
        """The other todos that the change has touched."""
        touched = {row["id"]: row for row in self.books[who].touched if "title" in row}
        others = touched.keys() - {row["id"] for row in rows}
        return [self.json(who, touched[uid]) for uid in sorted(others)]

    def json(self, who: str, row: Row) -> dict[str, Any]:
        book = self.books[who]
        if "title" in row:
            return todo_json(row, book.settings["time_zone"], self.now)
        if "query" in row:
            return view_json(row)
        return (list_json if "is_inbox" in row else tag_json)(book, row, self.now)

    def everything(self, who: str, since: int = 0, size: int = 200) -> dict[str, Any]:
        """All pages of a sync as one."""
        response = self.send(who, "get", f"/changes?since={since}&page_size={size}")
        assert response.status_code == 200, response.content
        data = page = response.json()
        while page["next"]:
            page = self.send(who, "get", page["next"]).json()
            for kind in ("lists", "tags", "views", "todos", "deleted"):
                data[kind] += page[kind]
        return data

    def compare(self, who: str) -> None:
        book, data = self.books[who], self.everything(who)
        self.learn_idle(book, data)
        assert data["version"] == book.version
        ids = {json["name"]: json["id"] for json in data["tags"]}
        for tag in book.tags:
            tag["id"] = tag["id"] or ids[tag["name"]]
        for kind, rows in zip(("todos", "lists", "tags", "views"), book.kinds, strict=True):
            for json in data[kind]:
                if "position" in json and json["id"] in rows:
                    rows[json["id"]]["position"] = json["position"]
            shown = sorted(data[kind], key=lambda json: json["id"])
            assert shown == [self.json(who, rows[uid]) for uid in sorted(rows)]
        self.check_order(book)

    def learn_idle(self, book: Notebook, data: dict[str, Any]) -> None:
        """Whether moving a row to where it is has been a change."""
        for json in (*data["todos"], *data["lists"], *data["views"]):
            row = book.idle.get(json["id"], {})
            if row and json["version"] == book.number:
                book.version = book.number
                row.update(version=book.number, updated_at=book.now)
        book.idle = {}

    def check_order(self, book: Notebook) -> None:
        """The notebook knows who stands behind whom; the API alone decides by which key."""
        in_order = book.lists_in_order(), book.views_in_order()
        for siblings in (*in_order, *(book.siblings(todo) for todo in book.todos.values())):
            by_rank = [row for row in siblings if row["id"] not in book.placeless]
            assert by_rank == sorted(by_rank, key=by_position)
        for rows in (book.todos, book.lists, book.views):
            for rank, row in enumerate(sorted(rows.values(), key=by_position)):
                row["rank"] = Fraction(rank)
        book.placeless = set()

    def check_database(self, changed: str = "") -> None:
        """Nobody's rows are other than they were, but those of the user whose change was accepted."""
        for name, person in self.people.items():
            rows = rows_of(person.user)
            assert name == changed or rows == self.stored[name], f"the rows of {name} have changed"
            self.stored[name] = rows
        if changed:
            account = Account.objects.get(owner=self.people[changed].user)
            assert account.todo_count == len(self.books[changed].todos), "the account counts its todos wrongly"

    def ids(self, who: str, values: Row) -> Row:
        """The values with the inbox called by its id."""
        inbox = self.books[who].inbox["id"]
        return {name: inbox if value == some.INBOX else value for name, value in values.items()}

    def expectation(self, rows: dict[str, Row], uid: str, how: str) -> tuple[int | None, Row, dict[str, str]]:
        """The version that the caller insists on, said in a body or in a header."""
        current = rows[uid]["version"] if uid in rows else 1
        number = current + 1 if how.startswith("stale") else current
        if how.endswith("body"):
            return number, {"version": number}, {}
        header = {"list of headers": f'"0", "{number}"', "weak header": f'W/"{number}"', "any header": "*"}
        if how == "none":
            return None, {}, {}
        version = {"weak header": -1, "any header": None}.get(how, number)
        return version, {}, {"If-Match": header.get(how, f'"{number}"')}

    # Longer steps

    def send_bulk(self, who: str, found: list[tuple[str, str, Row]], how: str) -> Any:
        sent = [{"op": op, "id": uid, **values} for op, uid, values in found]
        version = None
        if sent[0]["op"] != "create" and how.endswith("body"):
            version, body, _ = self.expectation(self.books[who].todos, sent[0]["id"], how)
            sent[0] |= body

        def steps(book: Notebook) -> tuple[int, list[Row]]:
            if len({uid for _, uid, _ in found}) < len(found):
                raise Refusal(400)
            return 200, [
                self.operate(book, op, uid, values, None if index else version)
                for index, (op, uid, values) in enumerate(found)
            ]

        before = {uid: (row["list"], row["parent"]) for uid, row in self.books[who].todos.items()}
        response = self.change(who, "post", "/todos/bulk", {"operations": sent}, steps, {})
        if response.status_code == 200:
            after = self.books[who].todos
            moved = {uid for uid, place in before.items() if place != (after[uid]["list"], after[uid]["parent"])}
            Bookkeeping.families += any(after[uid]["parent"] in moved for uid in after.keys() - before.keys())
        return response

    def operate(self, book: Notebook, op: str, uid: str, values: Row, version: int | None) -> Row:
        try:
            if op == "create":
                return book.create(uid, values)[1]
            if op in {"update", "move"}:
                return getattr(book, op)(uid, values, version)[1]
            return getattr(book, op)(uid, version)[1]
        except Refusal as refusal:
            # The address of a bulk is always there.
            raise (Refusal(400) if refusal.status == 404 else refusal) from refusal

    def json_in(self, who: str, todo: Row, tz: str) -> dict[str, Any]:
        """The row as it is in a list."""
        live = [row for row in self.books[who].children(todo) if row["deleted_at"] is None]
        is_open = [row for row in live if row["completed_at"] is None]
        more = {"subtasks": {"open": len(is_open), "total": len(live)}, "has_notes": todo["notes"] != ""}
        return {**todo_json(todo, tz or self.books[who].settings["time_zone"], self.now), **more}

    def pages(self, who: str, first: str, onward: str, query: Row | None = None) -> list[dict[str, Any]]:
        found = [self.send(who, "get", first, query).json()]
        while found[-1][onward]:
            found.append(self.send(who, "get", found[-1][onward]).json())
        return found

    def begin_reading(self, who: str, ordering: str) -> None:
        query = {"ordering": ordering, "starts": "all", "page_size": 2}
        book = self.books[who]
        at_start = {uid: book.todos[uid]["version"] for uid in listed(book, query, self.now)}
        page = self.send(who, "get", "/todos", query).json()
        seen = [todo["id"] for todo in page["results"]]
        self.readers[who] = Reader(query, page["next"], at_start, seen)

    def read_next_page(self, who: str) -> None:
        reader = self.readers.get(who)
        if reader and reader.next:
            page = self.send(who, "get", reader.next).json()
            reader.next = page["next"]
            reader.seen += [todo["id"] for todo in page["results"]]
        elif reader:
            # Whatever has not changed in the meantime was met once, and in order.
            del self.readers[who]
            book = self.books[who]
            now = {uid: book.todos[uid]["version"] for uid in listed(book, reader.query, self.now)}
            unchanged = [uid for uid, version in reader.at_start.items() if now.get(uid) == version]
            assert [uid for uid in reader.seen if uid in unchanged] == unchanged, reader

    def sync_replica(self, who: str) -> None:
        book, replica = self.books[who], self.replicas[who]
        if 0 < replica.version < book.purged:
            response = self.send(who, "get", f"/changes?since={replica.version}")
            assert (response.status_code, response.json()["code"]) == (410, "sync_too_old")
            replica = self.replicas[who] = Replica()
        data = self.everything(who, replica.version, 2)
        for row in data["deleted"]:
            replica.rows.pop((f"{row['kind']}s", row["id"]), None)
        for kind in ("lists", "tags", "views", "todos"):
            replica.rows |= {(kind, row["id"]): row["version"] for row in data[kind]}
        replica.version = data["version"]
        kinds = zip(("todos", "lists", "tags", "views"), book.kinds, strict=True)
        assert replica.rows == {(kind, uid): row["version"] for kind, rows in kinds for uid, row in rows.items()}

    def bring_in(self, who: str, document: Row, *, is_dry_run: bool) -> None:
        Bookkeeping.steps += 1
        book = self.books[who]
        before = copy.deepcopy(book.__dict__)
        with book.change(self.now):
            new = book.bring_in(document)
        if is_dry_run:
            book.__dict__ = before
        body = {"format": "todos", "version": 1, **document}
        response = self.send(who, "post", f"/me/import?dry_run={str(is_dry_run).lower()}", body)
        assert response.status_code == 200, response.content
        report = response.json()
        told = {"lists": report["lists"]["new"], "todos": report["todos"]["new"], "displaced": report["displaced"]}
        assert (told, report["version"]) == (new, book.version), (document, report, new)
        self.check_database("" if is_dry_run else who)
        self.compare(who)
        Bookkeeping.imported += 0 if is_dry_run else new["todos"]

    def post_with_key(self, who: str, key: str, title: str) -> None:
        """A new todo without an id of its own: done twice it would be two."""
        done = self.answers.get((who, key))
        # An old key is forgotten as soon as it is used again, even by a request that is refused.
        is_new = done is not None and self.now - done[0] > timedelta(hours=24)
        if is_new:
            done = None
        response = self.send(who, "post", "/todos", {"title": title}, **{"Idempotency-Key": key})
        answer = (
            response.status_code,
            response.content,
            response.headers.get("ETag"),
            response.headers.get("Location"),
        )
        if done and done[1] == title:
            assert answer == done[2]
        elif done:
            assert response.status_code == 422
        elif not title:
            assert response.status_code == 400
        else:
            book = self.books[who]
            with book.change(self.now):
                book.create(response.json()["id"], {"title": title})
            self.answers[who, key] = (self.now, title, answer)
            Bookkeeping.steps += 1
            is_new = True
        self.check_database(who if is_new else "")
        self.compare(who)

    def erase_account(self, who: str) -> None:
        book, person = self.books[who], self.people[who]
        self.erased.add(who)
        with override_settings(BETTER_AUTH=self.issuer.settings(LEEWAY_SECONDS=1)):
            assert self.send(who, "delete", "/me").status_code == 204
        assert self.send(who, "get", "/todos").status_code == 401
        # A new beginning takes as long as a token from before could be on its way.
        self.now += timedelta(minutes=1)
        person.sign_in(iat=int(time.time()) + 3)
        with clock.stopped_at(self.now):
            self.books[who] = Notebook(person.inbox["id"], self.now, book.version + 2)
        self.check_database(who)
        self.compare(who)
        self.readers.pop(who, None)
        self.answers = {(owner, key): answer for (owner, key), answer in self.answers.items() if owner != who}
