"""What is thrown away in time: old trash, old tombstones, names that tags had, answers kept for retries.

Each batch is a transaction of its own, so that it can be stopped and run again at any time. What leaves the trash
leaves a tombstone; when that goes, too, the account remembers how far back a sync is still complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Greatest

from todos.changes.change import Change, locked
from todos.models import Account, FormerName, IdempotencyKey, List, Todo, Tombstone
from todos.models.tag import FORMER_NAMES_KEPT

TRASH_KEPT = TOMBSTONES_KEPT = timedelta(days=30)
ANSWERS_KEPT = timedelta(hours=24)
BATCH = 1000


def purge(now: datetime, batch: int = BATCH) -> Counter[str]:
    """Deletes everything that is too old, owner by owner, and counts it."""
    counts: Counter[str] = Counter(todos=0, lists=0, tombstones=0, names=0, answers=0)
    for owner_id in owners(Todo.objects.filter(deleted_at__lt=now - TRASH_KEPT)):
        counts["todos"] += repeated(purge_todos, owner_id, now - TRASH_KEPT, batch)
    for owner_id in owners(List.objects.filter(deleted_at__lt=now - TRASH_KEPT)):
        counts["lists"] += repeated(purge_lists, owner_id, now - TRASH_KEPT, batch)
    for owner_id in owners(Tombstone.objects.filter(deleted_at__lt=now - TOMBSTONES_KEPT)):
        counts["tombstones"] += repeated(purge_tombstones, owner_id, now - TOMBSTONES_KEPT, batch)
    for owner_id in owners(FormerName.objects.filter(renamed_at__lt=now - FORMER_NAMES_KEPT)):
        old_names = FormerName.objects.filter(owner_id=owner_id, renamed_at__lt=now - FORMER_NAMES_KEPT)
        counts["names"] += old_names.delete()[0]
    for owner_id in owners(IdempotencyKey.objects.filter(started_at__lt=now - ANSWERS_KEPT)):
        old = IdempotencyKey.objects.filter(owner_id=owner_id, started_at__lt=now - ANSWERS_KEPT)
        counts["answers"] += old.delete()[0]
    return counts


def owners(rows: QuerySet[models.Model]) -> Iterator[int]:
    """The owners of such rows, one by one along the index."""
    keys = rows.filter(owner__isnull=False).order_by("owner_id").values_list("owner_id", flat=True)
    owner_id = keys.first()
    while owner_id is not None:
        yield owner_id
        owner_id = keys.filter(owner_id__gt=owner_id).first()


def repeated(purge_batch: Callable[[int, datetime, int], int], owner_id: int, before: datetime, batch: int) -> int:
    total = 0
    while True:
        count = purge_batch(owner_id, before, batch)
        total += count
        if count < batch:
            return total


def purge_todos(owner_id: int, before: datetime, batch: int) -> int:
    with locked(owner_id) as current:
        todos = Todo.objects.filter(owner_id=owner_id)
        old = dict(todos.filter(deleted_at__lt=before).order_by("deleted_at").values_list("pk", "uid")[:batch])
        # A subtask never stays in the trash longer than its parent, but clocks are not to be relied on.
        old |= dict(todos.filter(parent__in=old).values_list("pk", "uid")) if old else {}
        current.delete_what_refers_to(old)
        todos.filter(pk__in=old).delete()
        bury(current, Tombstone.Kind.TODO, old.values())
        current.todo_count -= len(old)
    return len(old)


def purge_lists(owner_id: int, before: datetime, batch: int) -> int:
    with locked(owner_id) as current:
        used = Todo.objects.filter(owner_id=owner_id, list=OuterRef("pk"))
        rows = List.objects.filter(~Exists(used), owner_id=owner_id, deleted_at__lt=before)
        old = dict(rows.values_list("pk", "uid")[:batch])
        List.objects.filter(owner_id=owner_id, pk__in=old).delete()
        bury(current, Tombstone.Kind.LIST, old.values())
    return len(old)


def bury(current: Change, kind: Tombstone.Kind, uids: Collection[UUID]) -> None:
    """Devices that still show these in the trash hear of it."""
    if uids:
        stamp = {"owner_id": current.owner_id, "version": current.take_number(), "deleted_at": current.now}
        Tombstone.objects.bulk_create(Tombstone(kind=kind, uid=uid, **stamp) for uid in uids)


def purge_tombstones(owner_id: int, before: datetime, batch: int) -> int:
    """The counter is not raised, because nothing can tell of these; a sync from before them starts over."""
    with transaction.atomic():
        account = Account.objects.filter(owner_id=owner_id)
        # Like a change, so that none commits meanwhile.
        account.select_for_update().get()
        rows = Tombstone.objects.filter(owner_id=owner_id)
        old = dict(rows.filter(deleted_at__lt=before).values_list("pk", "version")[:batch])
        rows.filter(pk__in=old).delete()
        account.update(purged_version=Greatest("purged_version", Value(max(old.values(), default=0))))
    return len(old)
