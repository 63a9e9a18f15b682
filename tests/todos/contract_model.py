"""What one user has, by the contract and as simple as it can be: the state machine holds the API to it.

Values are those of the JSON. A change that is refused leaves everything as it was; one that touches nothing has no
number; the others stamp the rows they touch with it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

PLAIN = (
    *("title", "notes", "meta", "priority", "starts_on", "due_date", "due_time", "time_zone", "rrule", "repeat_from"),
    "reminders",
)
DEFAULTS: dict[str, Any] = {
    "title": "",
    "notes": "",
    "meta": None,
    "priority": 0,
    "starts_on": None,
    "due_date": None,
    "due_time": None,
    "time_zone": None,
    "rrule": None,
    "repeat_from": "due",
    "reminders": [],
    "completed": False,
    "parent": None,
    "tags": [],
}
COUNTS = {"FREQ=DAILY;COUNT=3": 3}
Row = dict[str, Any]


class Series(NamedTuple):
    # The number of the change in which it began.
    begun: int
    start: str
    day: str
    number: int


def days_of(rule: str, start: str) -> Iterator[str]:
    """By another implementation, which is not told of COUNT: that counts from the start of the series."""
    for moment in rrulestr(rule.partition(";COUNT")[0], dtstart=datetime.fromisoformat(f"{start}T00:00+00:00")):
        yield moment.date().isoformat()


class Refusal(Exception):
    def __init__(self, status: int, code: str = "invalid", current: Row | None = None) -> None:
        super().__init__(status, code)
        self.status, self.code, self.current = status, code, current


class Notebook:
    def __init__(self, inbox: str, now: datetime, version: int = 1) -> None:
        self.now, self.number, self.version = now, version, version
        # What was erased before is not known to a sync any more.
        self.purged = version - 1
        self.todos: dict[str, Row] = {}
        self.tags: list[Row] = []
        self.views: dict[str, Row] = {}
        self.gone: list[Row] = []
        # The tag that had a name until lately, and until when.
        self.former_names: dict[str, tuple[Row, datetime]] = {}
        self.settings: Row = {"time_zone": "UTC", "week_start": 1, "default_list": None}
        # The occurrences that were completed or skipped, in order.
        self.history: list[Row] = []
        self.touched: list[Row] = []
        # Rows whose place among their siblings the contract leaves open after the last change, and rows that were put
        # where they were: whether that is a change is open, too.
        self.placeless: set[str] = set()
        self.idle: dict[str, Row] = {}
        self.lists = {inbox: self.new(id=inbox, name="Inbox", color=None, is_inbox=True, archived_at=None)}
        self.lists[inbox]["rank"] = Fraction(0)
        self.lists[inbox]["version"] = version

    @contextmanager
    def change(self, now: datetime) -> Iterator[None]:
        saved = copy.deepcopy(self.__dict__)
        self.now, self.number = now, self.version + 1
        self.touched, self.placeless, self.idle = [], set(), {}
        try:
            yield
        except Refusal:
            self.__dict__ = saved
            raise
        if self.touched:
            self.version = self.number
        for row in self.touched:
            row.update(version=self.number, updated_at=now)

    def touch(self, row: Row, **values: Any) -> None:
        if any(row.get(name) != value for name, value in values.items()):
            row.update(values)
            self.touched.append(row)

    def require_unburied(self, kind: str, uid: str) -> None:
        if any((row["kind"], row["id"]) == (kind, uid) for row in self.gone):
            raise Refusal(409, "erased")

    def require_put(self, rows: dict[str, Row], uid: str, version: int | None, *, only_new: bool) -> None:
        if only_new and uid in rows:
            raise Refusal(412, "exists", rows[uid])
        if uid not in rows and version is not None:
            raise Refusal(412, "stale")

    def new(self, **values: Any) -> Row:
        row = {**values, "created_at": self.now, "updated_at": self.now, "deleted_at": None, "trashed_in": None}
        self.touched.append(row)
        return row

    def found(self, rows: dict[str, Row], uid: str, version: int | None, *, usable: bool = True) -> Row:
        if uid not in rows:
            raise Refusal(404, "not_found")
        if version is not None and version != rows[uid]["version"]:
            raise Refusal(412, "stale", rows[uid])
        if usable and rows[uid]["deleted_at"]:
            raise Refusal(409, "trashed", rows[uid])
        return rows[uid]

    @property
    def kinds(self) -> tuple[dict[str, Row], ...]:
        return self.todos, self.lists, self.tag_rows(), self.views

    @property
    def inbox(self) -> Row:
        return next(row for row in self.lists.values() if row["is_inbox"])

    # Todos

    def create(self, uid: str, values: Row) -> tuple[int, Row]:
        wanted = {**DEFAULTS, **values}
        if old := self.todos.get(uid):
            is_same = all(old[name] == wanted[name] for name in (*PLAIN, "parent"))
            is_same &= (old["completed_at"] is not None) == wanted["completed"]
            is_same &= wanted.get("list", old["list"]) == old["list"]
            is_same &= {tag["key"] for tag in old["tags"]} == self.present_keys(wanted["tags"])
            if not is_same:
                raise Refusal(409, "id_conflict", old)
            return 200, old
        self.require_unburied("todo", uid)
        todo = self.new(
            id=uid, list=None, parent=None, tags=[], completed_at=None, completed_in=None, rank=end(self.todos)
        )
        wanted.setdefault("list", self.home(wanted["parent"]))
        self.settle_whole(todo, wanted)
        todo["completed_in"] = None
        self.todos[uid] = todo
        return 201, todo

    def home(self, parent: str | None) -> str:
        if parent:
            return self.todo_named(parent)["list"]
        return self.settings["default_list"] or self.inbox["id"]

    def update(self, uid: str, values: Row, version: int | None = None) -> tuple[int, Row]:
        todo = self.found(self.todos, uid, version)
        self.settle(todo, values)
        return 200, todo

    def put(self, uid: str, values: Row, version: int | None = None, *, only_new: bool = False) -> tuple[int, Row]:
        self.require_put(self.todos, uid, version, only_new=only_new)
        if uid not in self.todos:
            return self.create(uid, values)
        todo = self.found(self.todos, uid, version)
        wanted = {**DEFAULTS, **values}
        wanted.setdefault("list", self.home(wanted["parent"]))
        if "list" not in values:
            # Wherever it was before, its default list is a place for it.
            self.put_into(todo, wanted["list"])
        self.settle_whole(todo, wanted)
        return 200, todo

    def settle_whole(self, todo: Row, wanted: Row) -> None:
        """Nothing is stored that the same again would change once more: no occurrence is completed by it."""
        self.settle(todo, wanted)
        if wanted["completed"] and not todo["completed_at"]:
            raise Refusal(400)

    def settle(self, todo: Row, values: Row) -> None:
        was = todo.get("rrule"), todo.get("due_date")
        self.settle_place(todo, values)
        named = {name: values[name] for name in PLAIN if name in values}
        self.touch(todo, **named)
        if (todo["due_time"] and not todo["due_date"]) or (todo["time_zone"] and not todo["due_time"]):
            raise Refusal(400)
        if not todo["due_date"] and any("at" not in each for each in todo["reminders"]):
            raise Refusal(400)
        self.settle_series(todo, was, is_named="rrule" in values)
        if "tags" in values:
            self.tag(todo, values["tags"])
        removed = self.present_keys(values.get("tags_remove", ()))
        kept = [tag["name"] for tag in todo["tags"] if tag["key"] not in removed]
        if "tags_add" in values or removed:
            self.tag(todo, [*kept, *values.get("tags_add", ())])
        if "completed" in values:
            (self.finish if values["completed"] else self.resume)(todo)
        if values.get("completed") is False:
            self.touch(todo, **named)
        if values.get("parent") and not todo["completed_at"]:
            self.keep_open(self.todos[todo["parent"]])

    def settle_place(self, todo: Row, values: Row) -> None:
        parent_id = values.get("parent", todo["parent"])
        place = values.get("list", todo["list"])
        parent = self.todo_named(parent_id) if parent_id else None
        if place != todo["list"]:
            self.list_named(place)
        if parent:
            is_fit = parent is not todo and not parent["parent"] and parent["list"] == place
            if not is_fit or self.children(todo):
                raise Refusal(400)
        self.put_into(todo, place)
        if todo["parent"] != parent_id:
            self.placeless.add(todo["id"])
        self.touch(todo, parent=parent_id)

    def put_into(self, todo: Row, place: str) -> None:
        for row in (todo, *self.children(todo)):
            if row["list"] != place:
                self.placeless.add(row["id"])
            self.touch(row, list=place)

    def todo_named(self, uid: str) -> Row:
        if uid not in self.todos or self.todos[uid]["deleted_at"]:
            raise Refusal(400)
        return self.todos[uid]

    def list_named(self, uid: str) -> Row:
        row = self.lists.get(uid)
        if row is None or row["deleted_at"] or row["archived_at"]:
            raise Refusal(400)
        return row

    def children(self, todo: Row) -> list[Row]:
        return [row for row in self.todos.values() if row["parent"] == todo["id"]]

    def tag(self, todo: Row, names: list[str]) -> None:
        known = {tag["key"]: tag for tag in self.tags}
        wanted = {self.present_key(name): name for name in reversed(names)}
        if wanted.keys() == {tag["key"] for tag in todo["tags"]}:
            return
        for key in sorted(wanted.keys() - known.keys()):
            known[key] = self.new(id=None, name=wanted[key], key=key, color=None)
            self.tags.append(known[key])
        self.touch(todo, tags=[known[key] for key in sorted(wanted)])

    def present_key(self, name: str, now: datetime | None = None) -> str:
        key, now = name.casefold(), now or self.now
        tag, renamed_at = self.former_names.get(key, (None, now))
        is_lately = now - renamed_at < timedelta(days=30)
        return tag["key"] if tag and is_lately and all(each["key"] != key for each in self.tags) else key

    def present_keys(self, names: Any, now: datetime | None = None) -> set[str]:
        return {self.present_key(name, now) for name in names}

    def finish(self, todo: Row) -> None:
        if not todo["completed_at"] and not self.goes_on(todo):
            for row in (todo, *self.children(todo)):
                if not row["completed_at"] and not row["deleted_at"]:
                    self.touch(row, completed_at=self.now, completed_in=self.number)

    def resume(self, todo: Row) -> None:
        if todo["completed_at"]:
            number = todo["completed_in"]
            self.take_back(todo, todo["completed_at"])
            for row in (todo, *(child for child in self.children(todo) if not child["deleted_at"])):
                if row["completed_in"] == number:
                    self.touch(row, completed_at=None, completed_in=None)
            if todo["parent"]:
                self.keep_open(self.todos[todo["parent"]])

    def keep_open(self, parent: Row) -> None:
        if parent["completed_at"]:
            self.take_back(parent, parent["completed_at"])
        self.touch(parent, completed_at=None, completed_in=None)

    # What repeats

    def settle_series(self, todo: Row, was: tuple[Any, Any], *, is_named: bool) -> None:
        rule, due = todo["rrule"], todo["due_date"]
        if rule and not due:
            raise Refusal(400)
        if not rule:
            todo["series"] = None
        elif is_named and (was != (rule, due) or due != todo["series"].day):
            todo["series"] = Series(self.number, due, due, 1)

    def next_of(self, todo: Row) -> tuple[Series | None, int]:
        """The next occurrence, and how many are missed on the way there."""
        series, rule, missed = todo["series"], todo["rrule"], 0
        today = self.now.astimezone(ZoneInfo(self.settings["time_zone"])).date().isoformat()
        is_from_completion = todo["repeat_from"] == "completion"
        start, this = (today, today) if is_from_completion else (series.start, series.day)
        later = (day for day in days_of(rule, start) if day > this)
        for number, day in enumerate(later, series.number + 1):
            if number > COUNTS.get(rule, number):
                break
            if day >= today:
                return series._replace(day=day, number=number), missed
            missed += 1
        return None, missed

    def goes_on(self, todo: Row) -> bool:
        if not todo["rrule"]:
            return False
        following, missed = self.next_of(todo)
        children = self.children(todo) if following else []
        live = [row for row in children if row["completed_at"] and not row["deleted_at"]]
        subtasks = {row["id"]: (row["completed_at"], row["completed_in"]) for row in live}
        self.note(todo, missed=missed, subtasks=subtasks, skipped=False)
        if following:
            self.stand(todo, following)
            for row in live:
                self.touch(row, completed_at=None, completed_in=None)
        return following is not None

    def note(self, todo: Row, **more: Any) -> None:
        kept = {name: todo[name] for name in ("due_date", "starts_on", "series", "reminders")}
        self.history.append({"todo": todo["id"], "at": self.now, **more, **kept})

    def stand(self, todo: Row, following: Series) -> None:
        starts_on = todo["starts_on"]
        away = date.fromisoformat(following.day) - date.fromisoformat(todo["due_date"])
        if starts_on:
            starts_on = (date.fromisoformat(starts_on) + away).isoformat()
        reminders = [{"at": later(each["at"], away)} if "at" in each else each for each in todo["reminders"]]
        self.touch(todo, due_date=following.day, starts_on=starts_on, series=following, reminders=reminders)

    def take_back(self, todo: Row, at: datetime | None = None) -> None:
        mine = [each for each in self.steps(todo) if not each["skipped"]]
        if not todo["rrule"] or not mine or (at and mine[-1]["at"] != at):
            return
        if mine[-1]["series"].begun == todo["series"].begun:
            self.go_back(todo, mine[-1])

    def steps(self, todo: Row) -> list[Row]:
        return [each for each in self.history if each["todo"] == todo["id"]]

    def go_back(self, todo: Row, last: Row) -> None:
        steps = self.steps(todo)
        for each in steps[steps.index(last) :]:
            self.history.remove(each)
        self.touch(todo, **{name: last[name] for name in ("due_date", "starts_on", "series")})
        # What is counted from the due moment has not moved, so that a change of it stays.
        if any("at" in each for each in last["reminders"]):
            self.touch(todo, reminders=last["reminders"])
        for row in self.children(todo):
            if row["id"] in last["subtasks"] and not row["completed_at"] and not row["deleted_at"]:
                moment, number = last["subtasks"][row["id"]]
                self.touch(row, completed_at=moment, completed_in=number)

    def skip(self, uid: str, version: int | None = None) -> tuple[int, Row]:
        todo = self.found(self.todos, uid, version)
        if not todo["rrule"] or todo["completed_at"]:
            raise Refusal(409, "not_repeating", todo)
        following, missed = self.next_of(todo)
        if following is None:
            raise Refusal(409, "last_occurrence", todo)
        self.note(todo, missed=missed, subtasks={}, skipped=True)
        self.stand(todo, following)
        return 200, todo

    def unskip(self, uid: str, version: int | None = None) -> tuple[int, Row]:
        todo = self.found(self.todos, uid, version)
        last = (self.steps(todo) or [None])[-1]
        is_open_series = todo["series"] and not todo["completed_at"]
        if not (is_open_series and last and last["skipped"] and last["series"].begun == todo["series"].begun):
            raise Refusal(409, "not_skipped", todo)
        self.go_back(todo, last)
        return 200, todo

    def complete(self, uid: str, version: int | None = None) -> tuple[int, Row]:
        todo = self.found(self.todos, uid, version)
        self.finish(todo)
        return 200, todo

    def reopen(self, uid: str, version: int | None = None) -> tuple[int, Row]:
        todo = self.found(self.todos, uid, version)
        if todo["completed_at"]:
            self.resume(todo)
        else:
            self.take_back(todo)
        return 200, todo

    def delete(self, uid: str, version: int | None = None) -> tuple[int, Row]:
        todo = self.found(self.todos, uid, version, usable=False)
        if not todo["deleted_at"]:
            self.trash([todo, *self.children(todo)])
        return 204, todo

    def trash(self, rows: list[Row]) -> None:
        for row in rows:
            if not row["deleted_at"]:
                self.touch(row, deleted_at=self.now, trashed_in=self.number)

    def restore(self, uid: str, version: int | None = None) -> tuple[int, Row]:
        todo = self.found(self.todos, uid, version, usable=False)
        if not todo["deleted_at"]:
            return 200, todo
        together = [row for row in self.children(todo) if row["trashed_in"] == todo["trashed_in"]]
        parent = self.todos.get(todo["parent"] or "")
        if parent and parent["deleted_at"]:
            self.touch(todo, parent=None)
            parent = None
        if self.lists[todo["list"]]["deleted_at"]:
            self.put_into(todo, self.inbox["id"])
        for row in (todo, *together):
            self.placeless.add(row["id"])
            self.touch(row, deleted_at=None, trashed_in=None)
        if parent and not todo["completed_at"]:
            self.touch(parent, completed_at=None, completed_in=None)
        return 200, todo

    def move(self, uid: str, values: Row, version: int | None = None) -> tuple[int, Row]:
        todo = self.found(self.todos, uid, version)
        if values.get("list", todo["list"]) != todo["list"]:
            self.list_named(values["list"])
            self.put_into(todo, values["list"])
            self.touch(todo, parent=None)
        before = self.siblings(todo)
        others = {row["id"]: row for row in before if row is not todo}
        side, neighbour = place_in(values, others)
        if neighbour:
            rank = beside(before, neighbour, todo, side)
        else:
            rank = end(self.todos) if side == "before" else beginning(self.todos)
        self.placeless.discard(uid)
        todo["rank"] = rank
        if neighbour and self.siblings(todo) == before:
            self.idle[uid] = todo
        else:
            self.touched.append(todo)
        return 200, todo

    def siblings(self, todo: Row) -> list[Row]:
        """In their order; those in the trash have none."""
        group = [row for row in self.todos.values() if (row["list"], row["parent"]) == (todo["list"], todo["parent"])]
        return sorted((row for row in group if not row["deleted_at"]), key=lambda row: row["rank"])

    def erase_todo(self, uid: str, version: int | None = None) -> tuple[int, None]:
        todo = self.found(self.todos, uid, version, usable=False)
        if not todo["deleted_at"]:
            raise Refusal(409, "not_trashed", todo)
        self.lose([*self.children(todo), todo])
        return 204, None

    def empty_trash(self) -> tuple[int, None]:
        self.lose([todo for todo in self.todos.values() if todo["deleted_at"]])
        return 204, None

    def lose(self, todos: list[Row]) -> None:
        for row in todos:
            del self.todos[row["id"]]
            self.gone.append(self.new(kind="todo", id=row["id"]))

    # Lists

    def erase_list(self, uid: str, version: int | None = None) -> tuple[int, None]:
        row = self.found(self.lists, uid, version, usable=False)
        if not row["deleted_at"]:
            raise Refusal(409, "not_trashed", row)
        self.lose([todo for todo in self.todos.values() if todo["list"] == uid])
        del self.lists[uid]
        self.gone.append(self.new(kind="list", id=uid))
        return 204, None

    def create_list(self, uid: str, values: Row) -> tuple[int, Row]:
        if old := self.lists.get(uid):
            if (old["name"], old["color"]) != (values["name"], values.get("color")):
                raise Refusal(409, "id_conflict", old)
            return 200, old
        self.require_unburied("list", uid)
        place: Row = {"is_inbox": False, "archived_at": None, "rank": end(self.lists)}
        self.lists[uid] = self.new(id=uid, **{"color": None, **values}, **place)
        return 201, self.lists[uid]

    def put_list(self, uid: str, values: Row, version: int | None, *, only_new: bool) -> tuple[int, Row]:
        self.require_put(self.lists, uid, version, only_new=only_new)
        values = {"color": None, "archived": False, **values}
        if uid in self.lists:
            return self.update_list(uid, values, version)
        archived = values.pop("archived")
        status, row = self.create_list(uid, values)
        row["archived_at"] = self.now if archived else None
        return status, row

    def update_list(self, uid: str, values: Row, version: int | None = None) -> tuple[int, Row]:
        row, values = self.found(self.lists, uid, version), dict(values)
        archived = values.pop("archived", None)
        if archived and row["is_inbox"]:
            raise Refusal(409, "inbox_stays", row)
        self.touch(row, **values)
        if archived is not None:
            self.touch(row, archived_at=(row["archived_at"] or self.now) if archived else None)
            self.forget_default(row if archived else None)
        return 200, row

    def delete_list(self, uid: str, version: int | None = None) -> tuple[int, Row]:
        row = self.found(self.lists, uid, version, usable=False)
        if row["is_inbox"]:
            raise Refusal(409, "inbox_stays", row)
        if not row["deleted_at"]:
            self.trash([row, *(todo for todo in self.todos.values() if todo["list"] == uid)])
            self.forget_default(row)
        return 204, row

    def restore_list(self, uid: str, version: int | None = None) -> tuple[int, Row]:
        row = self.found(self.lists, uid, version, usable=False)
        if row["deleted_at"]:
            together = [todo for todo in self.todos.values() if todo["list"] == uid]
            for each in (*(todo for todo in together if todo["trashed_in"] == row["trashed_in"]), row):
                self.placeless.add(each["id"])
                self.touch(each, deleted_at=None, trashed_in=None)
        return 200, row

    def move_list(self, uid: str, values: Row, version: int | None = None) -> tuple[int, Row]:
        return self.moved(self.lists, self.lists_in_order, self.found(self.lists, uid, version), values)

    def moved(self, rows: dict[str, Row], in_order: Callable[[], list[Row]], row: Row, values: Row) -> tuple[int, Row]:
        before = in_order()
        side, neighbour = place_in(values, {each["id"]: each for each in before if each is not row})
        if neighbour:
            row["rank"] = beside(before, neighbour, row, side)
        else:
            row["rank"] = end(rows) if side == "before" else beginning(rows)
        if neighbour and in_order() == before:
            self.idle[row["id"]] = row
        else:
            self.touched.append(row)
        return 200, row

    def lists_in_order(self) -> list[Row]:
        """Those in the trash have none."""
        return sorted((row for row in self.lists.values() if not row["deleted_at"]), key=lambda row: row["rank"])

    def forget_default(self, row: Row | None) -> None:
        if row and self.settings["default_list"] == row["id"]:
            self.touch(self.settings, default_list=None)

    # Imports

    def bring_in(self, document: Row) -> Row:
        """What is not there is made, also where it was deleted for good; what is there stays. Gives what is new."""
        new = [row for row in document["lists"] if row["id"] not in self.lists]
        for row in new:
            place: Row = {"is_inbox": False, "archived_at": None, "rank": end(self.lists)}
            self.lists[row["id"]] = self.new(**row, color=None, **place)
            self.dig_up("list", row["id"])
        todos = [row for row in document["todos"] if row["id"] not in self.todos]
        displaced = [row for row in todos if "list" in row and not self.takes_imports(row["list"])]
        for row in todos:
            home = self.inbox["id"] if row in displaced else row.get("list") or self.home(None)
            plain: Row = {name: DEFAULTS[name] for name in PLAIN} | {"title": row["title"], "series": None}
            more: Row = {"parent": None, "tags": [], "completed_at": None, "completed_in": None}
            todo = self.new(id=row["id"], list=home, **plain, **more, rank=end(self.todos))
            self.todos[row["id"]] = todo
            self.tag(todo, row["tags"])
            self.dig_up("todo", row["id"])
        return {"lists": len(new), "todos": len(todos), "displaced": len(displaced)}

    def takes_imports(self, uid: str) -> bool:
        return uid in self.lists and not self.lists[uid]["deleted_at"]

    def dig_up(self, kind: str, uid: str) -> None:
        self.gone = [row for row in self.gone if (row["kind"], row["id"]) != (kind, uid)]

    # Tags and settings

    def tag_rows(self) -> dict[str, Row]:
        return {tag["id"]: tag for tag in self.tags}

    def create_tag(self, uid: str, values: Row) -> tuple[int, Row]:
        if old := self.tag_rows().get(uid):
            if (old["name"], old["color"]) != (values["name"], values.get("color")):
                raise Refusal(409, "id_conflict", old)
            return 200, old
        self.require_unburied("tag", uid)
        self.refuse_taken(values["name"], None)
        tag = self.new(id=uid, **{"color": None, **values}, key=values["name"].casefold())
        self.tags.append(tag)
        self.former_names.pop(tag["key"], None)
        return 201, tag

    def put_tag(self, uid: str, values: Row, version: int | None, *, only_new: bool) -> tuple[int, Row]:
        self.require_put(self.tag_rows(), uid, version, only_new=only_new)
        if uid in self.tag_rows():
            return self.update_tag(uid, {"color": None, **values}, version)
        return self.create_tag(uid, values)

    def refuse_taken(self, name: str, but: Row | None) -> None:
        for tag in self.tags:
            if tag is not but and tag["key"] == name.casefold():
                raise Refusal(409, "name_taken", tag)

    def tagged(self, tag: Row) -> list[Row]:
        return [todo for todo in self.todos.values() if any(each is tag for each in todo["tags"])]

    def update_tag(self, uid: str, values: Row, version: int | None = None) -> tuple[int, Row]:
        tag = self.found(self.tag_rows(), uid, version)
        name = values.get("name", tag["name"])
        if name != tag["name"]:
            self.refuse_taken(name, tag)
            self.touched += self.tagged(tag)
            if name.casefold() != tag["key"]:
                self.former_names.pop(name.casefold(), None)
                self.former_names[tag["key"]] = (tag, self.now)
        self.touch(tag, **values, key=name.casefold())
        return 200, tag

    def delete_tag(self, uid: str, version: int | None = None) -> tuple[int, Row]:
        tag = self.found(self.tag_rows(), uid, version)
        for todo in self.tagged(tag):
            self.touch(todo, tags=[each for each in todo["tags"] if each is not tag])
        self.tags = [each for each in self.tags if each is not tag]
        self.former_names = {key: entry for key, entry in self.former_names.items() if entry[0] is not tag}
        self.gone.append(self.new(kind="tag", id=uid))
        return 204, tag

    # Views

    def create_view(self, uid: str, values: Row) -> tuple[int, Row]:
        values = {"color": None, **values}
        if old := self.views.get(uid):
            if any(old[name] != values[name] for name in ("name", "color", "query")):
                raise Refusal(409, "id_conflict", old)
            return 200, old
        self.require_unburied("view", uid)
        self.views[uid] = self.new(id=uid, **values, rank=end(self.views))
        return 201, self.views[uid]

    def put_view(self, uid: str, values: Row, version: int | None, *, only_new: bool) -> tuple[int, Row]:
        self.require_put(self.views, uid, version, only_new=only_new)
        if uid in self.views:
            return self.update_view(uid, {"color": None, **values}, version)
        return self.create_view(uid, values)

    def update_view(self, uid: str, values: Row, version: int | None = None) -> tuple[int, Row]:
        view = self.found(self.views, uid, version)
        self.touch(view, **values)
        return 200, view

    def delete_view(self, uid: str, version: int | None = None) -> tuple[int, Row]:
        view = self.found(self.views, uid, version)
        del self.views[uid]
        self.gone.append(self.new(kind="view", id=uid))
        return 204, view

    def move_view(self, uid: str, values: Row, version: int | None = None) -> tuple[int, Row]:
        return self.moved(self.views, self.views_in_order, self.found(self.views, uid, version), values)

    def views_in_order(self) -> list[Row]:
        return sorted(self.views.values(), key=lambda row: row["rank"])

    def update_settings(self, values: Row) -> tuple[int, Row]:
        if values.get("default_list"):
            row = self.list_named(values["default_list"])
            values = {**values, "default_list": None if row["is_inbox"] else row["id"]}
        if values.get("time_zone", self.settings["time_zone"]) != self.settings["time_zone"]:
            zones = self.settings["time_zone"], values["time_zone"]
            for todo in self.todos.values():
                if todo["reminders"] or len({instant(todo, zone) for zone in zones}) == 2:
                    self.touched.append(todo)
        self.touch(self.settings, **values)
        return 200, self.settings


def instant(todo: Row, zone: str) -> datetime | None:
    """The moment at which a todo with a time is due. A time that comes twice is the first; one that is skipped comes
    as much later as the clock was put forward.
    """
    if not todo["due_time"]:
        return None
    day, at = date.fromisoformat(todo["due_date"]), time.fromisoformat(todo["due_time"])
    return datetime.combine(day, at, ZoneInfo(todo["time_zone"] or zone)).astimezone(UTC)


def moments_of(todo: Row, zone: str) -> list[datetime]:
    """When it reminds, in order."""
    if todo["completed_at"] or todo["deleted_at"]:
        return []
    own = todo["time_zone"] or zone
    begins = by_clock(f"{todo['starts_on'] or '1970-01-02'}T00:00", zone)
    found = set()
    for each in todo["reminders"]:
        if "at" in each:
            found.add(by_clock(each["at"], own))
        elif due := instant(todo, zone):
            found.add(due - timedelta(minutes=each["minutes_before"]))
        else:
            found.add(by_clock(later(f"{todo['due_date']}T00:00", -timedelta(minutes=each["minutes_before"])), own))
    return sorted(moment for moment in found if moment >= begins)


def by_clock(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def later(at: str, away: timedelta) -> str:
    return (datetime.fromisoformat(at) + away).isoformat(timespec="minutes")


def place_in(values: Row, others: dict[str, Row]) -> tuple[str, Row | None]:
    """The neighbour that is still there, and on which side of it; or which end."""
    sides = [side for side in ("after", "before") if side in values]
    for side in sides:
        if values[side] in others:
            return side, others[values[side]]
    ends = [side for side in sides if values[side] is None]
    if sides and not ends:
        raise Refusal(400)
    return (ends or ["before"])[0], None


def end(rows: dict[str, Row]) -> Fraction:
    return max((row["rank"] for row in rows.values()), default=Fraction(0)) + 1


def beginning(rows: dict[str, Row]) -> Fraction:
    return min(row["rank"] for row in rows.values()) - 1


def beside(siblings: list[Row], neighbour: Row, todo: Row, side: str) -> Fraction:
    others = [row for row in siblings if row is not todo]
    index = others.index(neighbour) + (side == "after")
    low = others[index - 1]["rank"] if index else neighbour["rank"] - 2
    high = others[index]["rank"] if index < len(others) else neighbour["rank"] + 2
    return (low + high) / 2
