from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from todos.models.owned import OwnedQuerySet, OwnedRow

# Of its query, as it is written out.
MAX_QUERY = 2048


class ViewQuerySet(OwnedQuerySet["View"]):
    pass


class View(OwnedRow):
    """Parameters of GET /todos under a name. It refers to nothing: what it names by id may be gone, or come later."""

    name = models.CharField(max_length=100)
    color = models.CharField(max_length=7, default="", blank=True)
    position = models.CharField(max_length=64, editable=False)
    # As JSON in one spelling; see `todos.api.saved`.
    query = models.TextField()

    objects = ViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "uid"], name="view_owner_uid"),
            models.CheckConstraint(condition=~Q(name=""), name="view_named"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("query"), MAX_QUERY), name="view_query_length"),
        ]
        indexes = [
            models.Index(fields=["owner", "position", "uid"], name="view_position"),
            models.Index(fields=["owner", "version", "uid"], name="view_version"),
        ]

    def __str__(self) -> str:
        return self.name
