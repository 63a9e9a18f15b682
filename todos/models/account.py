from __future__ import annotations

from django.conf import settings
from django.db import models

from todos.models.owned import OwnedForeignKey, OwnedQuerySet

# The version of whoever has written nothing yet. 0 is that of a device without a copy, which needs no word of what was
# deleted; one that has copied an empty account does.
FIRST_VERSION = 1


class Account(models.Model):
    """One per user: the change counter that every write raises, and the settings.

    It outlives `DELETE /me` without its settings, because a counter that started again would repeat version numbers.
    """

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    version = models.BigIntegerField(default=0)
    # How many todos there are, those in the trash included. Every write keeps it, so that the quota needs no counting.
    todo_count = models.BigIntegerField(default=0, db_default=0)
    time_zone = models.CharField(max_length=64, default="UTC")
    week_start = models.PositiveSmallIntegerField(default=1)
    # None is the Inbox.
    default_list = OwnedForeignKey("todos.List", on_delete=models.DO_NOTHING, null=True)
    settings_version = models.BigIntegerField(default=0)
    # Up to this number, rows may have vanished without a tombstone: a sync that starts below it must start over.
    purged_version = models.BigIntegerField(default=0)
    erased_at = models.DateTimeField(null=True)

    objects = models.Manager.from_queryset(OwnedQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(week_start__range=(1, 7)), name="account_week_start"),
            models.CheckConstraint(condition=models.Q(purged_version__lte=models.F("version")), name="account_purged"),
        ]
        permissions = [
            ("export_account", "Can export everything that is stored for a user"),
            ("erase_account", "Can erase everything that is stored for a user"),
        ]

    def __str__(self) -> str:
        return f"account of {self.owner_id}"
