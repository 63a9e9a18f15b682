from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from todos.models.expressions import Moment, OwnerId, Rows, Text, Unindexed, zone_of
from todos.models.owned import OwnedForeignKey, OwnedQuerySet, OwnedRow
from todos.models.todo import Todo

if TYPE_CHECKING:
    from collections.abc import Iterable


# For how long the old name of a tag leads to it.
FORMER_NAMES_KEPT = timedelta(days=30)


def tag_key(name: str) -> str:
    """Two names with the same key are the same tag."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def tag_keys(names: Iterable[str]) -> set[str]:
    return {tag_key(name) for name in names}


class TagQuerySet(OwnedQuerySet["Tag"]):
    def with_open_count(self, owner_id: OwnerId, now: Moment, zone: models.Expression | None = None) -> Self:
        """`open_count`: as many as GET /todos?tag=…&status=open shows."""
        links = TodoTag.objects.filter(owner_id=owner_id, tag=OuterRef("pk"))
        # Each link looks for its todo; asked for those among all that are shown, SQLite lists them anew for each tag.
        shown = (
            Todo.objects.filter(owner_id=owner_id, pk=OuterRef("todo"))
            .open()
            .in_active_lists(owner_id)
            .started(zone or zone_of(owner_id), now)
        )
        count = links.filter(Exists(shown)).order_by().values("tag").annotate(count=Count("*")).values("count")
        return self.annotate(open_count=Coalesce(Subquery(count), 0))


class Tag(OwnedRow):
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=200, editable=False)
    color = models.CharField(max_length=7, default="", blank=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "uid"], name="tag_owner_uid"),
            models.UniqueConstraint(fields=["owner", "id"], name="tag_owner_id"),
            models.UniqueConstraint(fields=["owner", "key"], name="tag_owner_key"),
            models.CheckConstraint(condition=~Q(name=""), name="tag_named"),
        ]
        indexes = [
            models.Index(fields=["owner", "key", "uid"], name="tag_name"),
            models.Index(fields=["owner", "version", "uid"], name="tag_version"),
        ]

    def __str__(self) -> str:
        return self.name


def tag_called(owner_id: OwnerId, key: Text, since: Moment) -> Coalesce:
    """The tag with this name, else the one that had it until lately."""
    present = Tag.objects.filter(owner_id=owner_id, key=key).values("pk")
    former = FormerName.objects.filter(owner_id=owner_id, key=key, renamed_at__gt=since).values("tag_id")
    return Coalesce(Subquery(present), Subquery(former))


class TodoTagQuerySet(models.QuerySet["TodoTag"]):
    def names(self, owner_id: OwnerId) -> Rows:
        """Of one todo of an outer query, in the order of the keys.

        SQLite would otherwise look for each of the owner's tags, to have them in order, and find few on the todo.
        """
        links = self.filter(owner_id=owner_id, todo=OuterRef("pk")).order_by(Unindexed("tag__key"))
        return Rows(links.values(item=F("tag__name")))


class TodoTag(models.Model):
    """A tag on a todo. The owner is repeated, so that constraints can hold both ends to it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    todo = OwnedForeignKey("todos.Todo", on_delete=models.DO_NOTHING)
    tag = OwnedForeignKey("todos.Tag", on_delete=models.DO_NOTHING)

    objects = TodoTagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "todo", "tag"], name="todotag_once")]
        indexes = [models.Index(fields=["owner", "tag", "todo"], name="todotag_tag")]

    def __str__(self) -> str:
        return f"tag {self.tag_id} on todo {self.todo_id}"


class FormerName(models.Model):
    """A name that a tag had. It leads to the tag for a while: a device that was offline does not know the new one."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    tag = OwnedForeignKey("todos.Tag", on_delete=models.DO_NOTHING)
    renamed_at = models.DateTimeField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="formername_owner_key")]
        indexes = [
            models.Index(fields=["owner", "tag", "renamed_at"], name="formername_tag"),
            models.Index(fields=["owner", "renamed_at"], name="formername_age"),
        ]

    def __str__(self) -> str:
        return self.key
