from __future__ import annotations

from django.conf import settings
from django.db import models

from todos.models.owned import OwnedQuerySet


class IdempotencyKey(models.Model):
    """A POST that was sent with an Idempotency-Key, and its answer once there is one."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    # Null while the request runs.
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    # Of an answer that is too long to keep: the same with ids in the place of its rows.
    brief = models.JSONField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotency_owner_key")]
        indexes = [models.Index(fields=["owner", "started_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return self.key
