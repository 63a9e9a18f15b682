"""What can be done to an account: its settings, its end."""

from __future__ import annotations

from typing import TypedDict, Unpack
from uuid import UUID

from django.db import DataError, connection, transaction
from django.db.models import F, Model, Q, QuerySet, Value

from todos import clock, signals
from todos.changes.change import Change, change, locked
from todos.changes.lists import require_usable
from todos.changes.preconditions import require_base
from todos.compiled.caller import Caller
from todos.exceptions import Code, Invalid
from todos.models import (
    Account,
    CalendarAddress,
    Completion,
    FormerName,
    IdempotencyKey,
    List,
    Tag,
    Todo,
    TodoTag,
    Tombstone,
    View,
)
from todos.models.expressions import Instant
from todos.types import Values


class Settings(TypedDict, total=False):
    time_zone: str
    week_start: int
    default_list: UUID | None


def update_settings(owner: int | Caller, base: Values | None = None, **values: Unpack[Settings]) -> None:
    with change(owner) as current:
        if base:
            account = Account.objects.select_related("default_list").get(owner_id=current.owner_id)
            require_base(account, {**values}, base)
        change_settings(current, values)


def change_settings(current: Change, values: Settings) -> None:
    owner_id = current.owner_id
    columns: dict[str, object] = {**values}
    if "default_list" in values:
        del columns["default_list"]
        columns["default_list_id"] = usable_default(current, values["default_list"])
    if "time_zone" in values and values["time_zone"] != current.zone:
        require_zone_of_database(values["time_zone"])
        moved_in_time(current, values["time_zone"]).update(**current.stamp())
    account = Account.objects.get(owner_id=owner_id)
    columns = {name: value for name, value in columns.items() if getattr(account, name) != value}
    if columns:
        columns["settings_version"] = current.take_number()
        Account.objects.filter(owner_id=owner_id).update(**columns)


def moved_in_time(current: Change, zone: str) -> QuerySet[Todo]:
    """The floating todos that are due at another moment in this zone, and those that may remind at another one."""
    before, after = (Instant("due_date", "due_time", Value(each)) for each in (current.zone, zone))
    is_due_then = Q(due_time__isnull=False, time_zone="") & ~Q(before=F("after"))
    todos = Todo.objects.filter(owner_id=current.owner_id).alias(before=before, after=after)
    return todos.filter(is_due_then | Q(reminds_until__isnull=False))


def usable_default(current: Change, uid: UUID | None) -> int | None:
    if uid is None:
        return None
    row = List.objects.filter(owner_id=current.owner_id, uid=uid).first()
    if row is None:
        raise Invalid(Code("does_not_exist", kind="list"), "You have no such list.", pointer="/default_list")
    require_usable(row, "/default_list")
    return None if row.is_inbox else row.pk


def require_zone_of_database(zone: str) -> None:
    """PostgreSQL has zones of its own, and could be older than ours; every read would fail with one it lacks."""
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT now() AT TIME ZONE %s", [zone])
    except DataError as exc:
        raise Invalid("unknown_zone", "The database does not know this zone.", pointer="/time_zone") from exc


def erase(owner: int | Caller) -> None:
    """Deletes every row of the owner. The account stays as a tombstone, its counter running on."""
    with locked(owner) as current:
        owner_id, number = current.owner_id, current.take_number()
        blank = Account(owner_id=owner_id)
        Account.objects.filter(owner_id=owner_id).update(
            time_zone=blank.time_zone,
            week_start=blank.week_start,
            default_list=None,
            settings_version=number,
            purged_version=number,
            todo_count=0,
            erased_at=clock.now(),
        )
        delete_rows(owner_id)
        signals.account_erased.send(sender=Account, owner=owner_id)


def delete_rows(owner_id: int) -> None:
    """All but the account, whatever refers to others first: where tables are distributed no reference can wait."""
    for model in (CalendarAddress, TodoTag, Completion, Todo, FormerName, Tag, List, View, Tombstone, IdempotencyKey):
        model.objects.filter(owner_id=owner_id).delete()


def delete_everything(instance: Model, **kwargs: object) -> None:
    """Receiver of a user's `pre_delete`; Django itself would take the tables in an order of its own."""
    Account.objects.filter(owner_id=instance.pk).delete()
    delete_rows(instance.pk)
