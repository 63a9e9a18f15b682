"""What every row of a user has: the owner, a public id, the number of its last change."""

from __future__ import annotations

import secrets
import time
import uuid
from typing import Any, Protocol, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.lookups import Exact
from django.db.models.sql.where import WhereNode

from todos.models.expressions import OwnerId


def uuid7() -> uuid.UUID:
    """A UUID whose first 48 bits are the time in milliseconds (RFC 9562); Python has its own from 3.14 on."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    high, low = random >> 62, random & (1 << 62) - 1
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


class Owner(Protocol):
    """A user, or what stands for one in a query."""

    @property
    def pk(self) -> OwnerId: ...


ModelT_co = TypeVar("ModelT_co", bound=models.Model, covariant=True)


class OwnedQuerySet(models.QuerySet[ModelT_co]):
    def owned_by(self, user: Owner) -> Self:
        return self.filter(owner_id=user.pk)


class OwnedForeignKey(models.ForeignKey):
    """A reference to a row of the same owner. Joins compare the owner too, so that they stay in the owner's partition.

    Migration 0002 of this app adds the constraints, which include the owner.
    """

    def __init__(self, to: Any, **options: Any) -> None:
        super().__init__(to, **{"related_name": "+", "db_constraint": False, "db_index": False, **options})

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        # For the schema it is a column like any other.
        return name, "django.db.models.ForeignKey", args, options

    def get_extra_restriction(self, alias: str, related_alias: str) -> WhereNode:
        owner: Any = self.model._meta.get_field("owner")
        there: Any = self.remote_field.model._meta.get_field("owner")
        is_same: Any = Exact(there.get_col(alias), owner.get_col(related_alias))
        return WhereNode([is_same])


class OwnedRow(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    uid = models.UUIDField(default=uuid7, editable=False)
    version = models.BigIntegerField(editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    class Meta:
        abstract = True


class Trashable(models.Model):
    """Rows that go to the trash first. `trashed_in` is the change that took them there; what went together comes
    back together."""

    deleted_at = models.DateTimeField(null=True, editable=False)
    trashed_in = models.BigIntegerField(null=True, editable=False)

    class Meta:
        abstract = True


def both_or_neither(one: str, other: str, name: str) -> models.CheckConstraint:
    neither = models.Q(**{f"{one}__isnull": True, f"{other}__isnull": True})
    both = models.Q(**{f"{one}__isnull": False, f"{other}__isnull": False})
    return models.CheckConstraint(condition=neither | both, name=name)
