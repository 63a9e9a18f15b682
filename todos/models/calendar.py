from __future__ import annotations

from django.conf import settings
from django.db import models

from todos.models.owned import OwnedQuerySet


class CalendarAddressQuerySet(OwnedQuerySet["CalendarAddress"]):
    pass


class CalendarAddress(models.Model):
    """The secret address at which a person's calendar is read without a token. Of the secret there is only a hash."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    secret_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    # The last day, in UTC, on which somebody asked for the calendar.
    read_on = models.DateField(null=True)

    objects = CalendarAddressQuerySet.as_manager()

    class Meta:
        # Nobody edits one by hand.
        default_permissions = ()
        permissions = [("revoke_calendar", "Can revoke the addresses of users' calendars")]

    def __str__(self) -> str:
        return f"calendar address of {self.owner_id}"
