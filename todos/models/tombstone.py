from __future__ import annotations

from django.conf import settings
from django.db import models

from todos.models.owned import OwnedQuerySet


class TombstoneQuerySet(OwnedQuerySet["Tombstone"]):
    pass


class Tombstone(models.Model):
    """What a user deleted for good, so that a sync can tell the user's other devices."""

    class Kind(models.TextChoices):
        TODO = "todo"
        LIST = "list"
        TAG = "tag"
        VIEW = "view"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=4, choices=Kind)
    uid = models.UUIDField()
    version = models.BigIntegerField()
    deleted_at = models.DateTimeField()

    objects = TombstoneQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "version", "uid"], name="tombstone_version"),
            models.Index(fields=["owner", "deleted_at"], name="tombstone_age"),
            models.Index(fields=["owner", "uid"], name="tombstone_uid"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"
