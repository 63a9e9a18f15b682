from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from todos.models.expressions import Moment, OwnerId, zone_of
from todos.models.owned import OwnedQuerySet, OwnedRow, Trashable, both_or_neither
from todos.models.todo import Todo


class ListQuerySet(OwnedQuerySet["List"]):
    def with_open_count(self, owner_id: OwnerId, now: Moment, zone: models.Expression | None = None) -> Self:
        """`open_count`: as many as GET /todos?list=…&status=open shows."""
        todos = (
            Todo.objects.filter(owner_id=owner_id, list=OuterRef("pk")).open().started(zone or zone_of(owner_id), now)
        )
        count = todos.order_by().values("list").annotate(count=Count("*")).values("count")
        return self.annotate(open_count=Coalesce(Subquery(count), 0))


class List(OwnedRow, Trashable):
    name = models.CharField(max_length=100)
    color = models.CharField(max_length=7, default="", blank=True)
    position = models.CharField(max_length=64, editable=False)
    is_inbox = models.BooleanField(default=False, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = ListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "uid"], name="list_owner_uid"),
            models.UniqueConstraint(fields=["owner", "id"], name="list_owner_id"),
            models.UniqueConstraint(fields=["owner"], name="list_one_inbox", condition=Q(is_inbox=True)),
            models.CheckConstraint(
                condition=Q(is_inbox=False) | Q(archived_at=None, deleted_at=None), name="list_inbox_stays"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="list_named"),
            both_or_neither("deleted_at", "trashed_in", "list_trashed"),
        ]
        indexes = [
            models.Index(fields=["owner", "position", "uid"], name="list_position"),
            models.Index(fields=["owner", "version", "uid"], name="list_version"),
        ]

    def __str__(self) -> str:
        return self.name
