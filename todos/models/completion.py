from __future__ import annotations

from django.conf import settings
from django.db import models

from todos.models.owned import OwnedForeignKey, OwnedQuerySet, uuid7


class CompletionQuerySet(OwnedQuerySet["Completion"]):
    pass


class Completion(models.Model):
    """An occurrence of a repeating todo that was completed or skipped, with what it takes to take that back."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    uid = models.UUIDField(default=uuid7, editable=False)
    todo = OwnedForeignKey("todos.Todo", on_delete=models.DO_NOTHING)
    # The day that the rule named, and its place in the series; the day may have been moved.
    occurrence_on = models.DateField()
    occurrence_number = models.PositiveIntegerField()
    series_in = models.BigIntegerField()
    due_date = models.DateField()
    starts_on = models.DateField(null=True)
    completed_at = models.DateTimeField()
    # How many occurrences after this one had passed by then, undone.
    missed = models.PositiveSmallIntegerField()
    # Then `completed_at` is when it was.
    is_skipped = models.BooleanField(default=False)
    # The subtasks that were completed and are open again, as JSON: {uid: [moment, change]}.
    subtasks = models.TextField(default="", blank=True)

    # Where the next occurrence got others: those of this one.
    reminders = models.TextField(default="", db_default="", blank=True)

    objects = CompletionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "uid"], name="completion_owner_uid")]
        indexes = [
            models.Index(fields=["owner", "todo", "completed_at", "uid"], name="completion_todo"),
            models.Index(fields=["owner", "completed_at", "uid"], name="completion_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.occurrence_on} of {self.todo_id}"
