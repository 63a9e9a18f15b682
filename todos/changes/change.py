"""The one write path: lock the owner's account and raise its counter, then stamp what is touched with the number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple, NoReturn, TypedDict, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Value

from todos import clock
from todos.changes import positions
from todos.changes.preconditions import require_version
from todos.changes.telling import tell_when_committed
from todos.compiled import shapes
from todos.compiled.caller import Caller
from todos.exceptions import Conflict, Missing
from todos.models import Account, Completion, List, Tag, Todo, TodoTag, Tombstone, View
from todos.models.account import FIRST_VERSION

INBOX_NAME = "Inbox"
# Of what a change has written along with a row an answer tells at most as much as a page.
MAX_ALSO = 200
# One statement locks the row and raises the number, and brings along what most changes need to know. A second
# writer waits here until the first has committed, so numbers are committed in their order.
INCREMENT_VERSION = """
UPDATE todos_account SET version = version + 1, todo_count = todo_count + %s WHERE owner_id = %s AND {is_found}
RETURNING owner_id, version, todo_count, time_zone, default_list_id,
  (SELECT uid FROM todos_list WHERE owner_id = %s AND id = todos_account.default_list_id),
  (SELECT id FROM todos_list WHERE owner_id = %s AND is_inbox),
  (SELECT uid FROM todos_list WHERE owner_id = %s AND is_inbox),
  erased_at, {erased_before}, {version_before}, {buried}
"""
# A statement that had to wait for another writer sees the row as that one left it, while its subqueries still see what
# was there when it began. So the two differ if everything was erased in the meantime.
ERASED_BEFORE = "(SELECT before.erased_at FROM todos_account before WHERE before.owner_id = %s)"
# The same tells who had to wait at all.
VERSION_BEFORE = "(SELECT before.version FROM todos_account before WHERE before.owner_id = %s)"
# One of the ids that are to be given to new rows, if it was that of a row that is gone for good.
BURIED = """(SELECT uid FROM todos_tombstone WHERE owner_id = %s AND kind = %s AND uid {among} ORDER BY uid LIMIT 1)"""
Row = TypeVar("Row", List, Tag, View)


class Place(NamedTuple):
    """A list that todos are put into."""

    pk: int
    uid: UUID


class Chosen(NamedTuple):
    """Ids that clients have chosen for rows that may be new."""

    kind: Tombstone.Kind
    uids: Collection[UUID]


NONE_CHOSEN = Chosen(Tombstone.Kind.TODO, ())


class Stamp(TypedDict):
    version: int
    updated_at: datetime


class NewStamp(Stamp):
    owner_id: int
    created_at: datetime


class Change:
    """One numbered change of one owner's rows."""

    def __init__(
        self, owner_id: int, number: int, todo_count: int, zone: str, default: Place | None, inbox: Place | None
    ) -> None:
        self.owner_id = owner_id
        self.number = number
        # What is done to several rows at once carries it, to be undone together.
        self.mark = number
        # Up to which number it was asked whether it does what is done every so often.
        self.asked_up_to = number - 1
        # As the account has it so far, and what this change makes of it.
        self.stored_count = self.todo_count = todo_count
        self.zone = zone
        self.now: datetime = clock.now()
        self.default = default
        self.known_inbox = inbox
        self.was_erased_meanwhile = False
        self.buried: UUID | None = None
        self.is_empty = True
        self.placed = 0

    def take_number(self) -> int:
        """The number, to be written somewhere: from now on there is something to commit."""
        self.is_empty = False
        return self.number

    def takes_turn(self, every: int) -> bool:
        """Whether it does what one of so many numbers has to do. It has several if it gives marks, and does it once."""
        before, self.asked_up_to = self.asked_up_to, self.number
        return self.number // every > before // every

    def stamp(self) -> Stamp:
        """The columns that a touched row takes on, which is to be written."""
        return {"version": self.take_number(), "updated_at": self.now}

    def stamp_new(self) -> NewStamp:
        """The columns of a row that this change makes."""
        return {"owner_id": self.owner_id, "created_at": self.now, **self.stamp()}

    def require_unburied(self, uid: UUID | None, pointer: str) -> None:
        """A creation that comes late does not bring back what its owner has deleted for good."""
        if uid is not None and uid == self.buried:
            raise Conflict("erased", "What had this id was deleted for good. Choose another one.", pointer=pointer)

    def end_position(self) -> str:
        self.placed += 1
        return positions.at_end(self.number, self.placed - 1)

    def top_position(self) -> str:
        self.placed += 1
        return positions.at_top(self.number, self.placed - 1)

    def inbox(self) -> Place:
        if self.known_inbox is None:
            # The counter's statement may have begun before another one committed the Inbox; this one sees it.
            row = List.objects.filter(owner_id=self.owner_id, is_inbox=True).values_list("pk", "uid").first()
            self.known_inbox = Place(*row) if row else self.make_inbox()
        return self.known_inbox

    def make_inbox(self) -> Place:
        inbox = make_inbox(self.stamp_new())
        return Place(inbox.pk, inbox.uid)

    def default_place(self) -> Place:
        """Where a todo goes that names no list."""
        return self.default or self.inbox()

    def delete_what_refers_to(self, todos: Iterable[Any]) -> None:
        """Before the todos with these keys go for good."""
        for model in (TodoTag, Completion):
            model.objects.filter(owner_id=self.owner_id, todo__in=todos).delete()

    def row(self, model: type[Row], uid: UUID, expected: frozenset[int] | None) -> Row:
        row = model.objects.filter(owner_id=self.owner_id, uid=uid).first()
        if row is None:
            raise Missing
        require_version(row, expected)
        return row

    def write(self, row: Row, **values: object) -> None:
        """Stores what differs; equal values change nothing, not even the version."""
        values = {name: value for name, value in values.items() if getattr(row, name) != value}
        if values:
            type(row).objects.filter(owner_id=self.owner_id, pk=row.pk).update(**values, **self.stamp())


def written_todos(current: Change) -> list[Todo]:
    """What the change has written of todos, in any order, as far as answers tell."""
    rows = Todo.objects.filter(owner_id=current.owner_id, version=current.number)
    return [*rows.with_references(current.owner_id, Value(current.zone)).order_by("uid")[:MAX_ALSO]]


@contextmanager
def change(owner: int | Caller, *, new_todos: int = 0, chosen: Chosen = NONE_CHOSEN) -> Iterator[Change]:
    """A numbered change, unless the account was erased while it waited for its turn."""
    with locked(owner, new_todos, chosen) as current:
        if current.was_erased_meanwhile:
            refuse_after_erasure(owner)
        yield current


def refuse_after_erasure(owner: int | Caller) -> NoReturn:
    """What was let in before an erasure ended leaves nothing: 401 for a token from before it, else a conflict."""
    key_of(owner)
    raise Conflict("account_erased", "All data of this account was erased while this request waited.")


@contextmanager
def locked(owner: int | Caller, new_todos: int = 0, chosen: Chosen = NONE_CHOSEN) -> Iterator[Change]:
    """A transaction with the owner's account locked. One that touches nothing leaves the counter as it was.

    As many new todos as are foreseen are counted by the statement that locks; only other numbers cost one more.
    """
    with transaction.atomic():
        counter = next_version(owner, new_todos, chosen)
        if counter is None:
            open_account(key_of(owner))
            # By the caller again: the owner may have been shut out since the look that made the account.
            counter = next_version(owner, new_todos, chosen)
        if counter is None:
            refuse_after_erasure(owner)
        yield counter
        if counter.is_empty:
            transaction.set_rollback(True)
            return
        if counter.todo_count != counter.stored_count:
            Account.objects.filter(owner_id=counter.owner_id).update(todo_count=counter.todo_count)
        tell_when_committed(counter.owner_id, counter.number)


def key_of(owner: int | Caller) -> int:
    return owner if isinstance(owner, int) else owner.key()


def next_version(owner: int | Caller, new_todos: int, chosen: Chosen) -> Change | None:
    """The counter's new number, or nothing for somebody without an account, or who was shut out."""
    is_found, owner_id, parameters = condition(owner)
    buried, more = buried_among(owner_id, chosen)
    parts = {"erased_before": ERASED_BEFORE, "version_before": VERSION_BEFORE, "buried": buried}
    sql = INCREMENT_VERSION.format(is_found=is_found, **parts)
    with connection.cursor() as cursor:
        with together_with_begin():
            cursor.execute(sql, [new_todos, owner_id, *parameters, *[owner_id] * 5, *more])
        row = cursor.fetchone()
    if row is None:
        return None
    if not isinstance(owner, int):
        owner.admit()
    owner_id, number, count, zone, default_pk, default_uid, inbox_pk, inbox_uid, *before = row
    erased_at, erased_before, version_before, found = before
    current = Change(owner_id, number, count, zone, place(default_pk, default_uid), place(inbox_pk, inbox_uid))
    current.todo_count -= new_todos
    current.was_erased_meanwhile = erased_at != erased_before
    has_waited = version_before < number - 1
    current.buried = buried_by_now(owner_id, chosen) if has_waited and chosen.uids else uid_of(found)
    return current


def buried_among(owner_id: int, chosen: Chosen) -> tuple[str, list[Any]]:
    """The SQL that looks for tombstones with these ids, and its parameters."""
    if not chosen.uids:
        return "NULL", []
    if connection.vendor == "postgresql":
        return BURIED.format(among="= ANY(%s)"), [owner_id, chosen.kind, list(chosen.uids)]
    marks = ", ".join(["%s"] * len(chosen.uids))
    return BURIED.format(among=f"IN ({marks})"), [owner_id, chosen.kind, *(uid.hex for uid in chosen.uids)]


def buried_by_now(owner_id: int, chosen: Chosen) -> UUID | None:
    """Whoever had to wait asks again: the one before may have erased something."""
    rows = Tombstone.objects.filter(owner_id=owner_id, kind=chosen.kind, uid__in=chosen.uids)
    return rows.order_by("uid").values_list("uid", flat=True).first()


def condition(owner: int | Caller) -> tuple[str, int, list[Any]]:
    """The owner's key, as far as it is known, and what finds out whether it is right and the owner may still write."""
    if isinstance(owner, int):
        return "true", owner, []
    query = owner.key_query
    return f"EXISTS ({query.sql})", owner.values["owner"], shapes.bind(query, owner.values, connection)


@contextmanager
def together_with_begin() -> Iterator[None]:
    """Sends BEGIN, which psycopg puts in front of the first statement, and that statement in one round trip."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def place(pk: int | None, uid: UUID | str | None) -> Place | None:
    found = uid_of(uid)
    return None if pk is None or found is None else Place(pk, found)


def uid_of(value: UUID | str | None) -> UUID | None:
    """An id as a statement in plain SQL gives it, which is text in SQLite."""
    return UUID(value) if isinstance(value, str) else value


def make_inbox(stamp: NewStamp) -> List:
    return List.objects.create(name=INBOX_NAME, is_inbox=True, position=positions.at_top(stamp["version"]), **stamp)


def open_account(owner_id: int) -> None:
    """What everybody has from the first request on: an account and the Inbox, in their first version."""
    with transaction.atomic():
        _, is_new = Account.objects.get_or_create(owner_id=owner_id, defaults={"version": FIRST_VERSION})
        if is_new:
            now = clock.now()
            make_inbox({"owner_id": owner_id, "created_at": now, "updated_at": now, "version": FIRST_VERSION})


def ensure_inbox(owner: int | Caller) -> None:
    """For whoever comes back after an erasure, and for users of a time when signing in opened no account."""
    open_account(key_of(owner))
    with change(owner) as current:
        current.inbox()
