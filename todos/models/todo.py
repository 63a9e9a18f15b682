from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import LessThanOrEqual

from todos import zones
from todos.models.due_dates import FIRST_DAY, LAST_DAY, due_aliases, due_sort_key
from todos.models.expressions import LocalDate, Moment, OwnerId, Text, Uid
from todos.models.found import Found, Relevance, Terms
from todos.models.owned import OwnedForeignKey, OwnedQuerySet, OwnedRow, Trashable, both_or_neither
from todos.packed import ROOM
from todos.reminders import LONGEST, Due, days_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime, time
    from uuid import UUID

LIVE = Q(deleted_at=None)
TRASHED = Q(deleted_at__isnull=False)
OPEN = LIVE & Q(completed_at=None)


class TodoQuerySet(OwnedQuerySet["Todo"]):
    def with_references(self, owner_id: OwnerId, zone: models.Expression) -> Self:
        """Everything that a todo's JSON needs beyond its own columns, in the same statement."""
        from todos.models.list import List
        from todos.models.tag import TodoTag

        lists = List.objects.filter(owner_id=owner_id, pk=OuterRef("list"))
        parents = Todo.objects.filter(owner_id=owner_id, pk=OuterRef("parent"))
        return self.annotate(
            # Not joins: the rows of a page need them, not every row on the way there, and with a join PostgreSQL may
            # prefer sorting all rows to walking along the index that has them in order.
            list_uid=Subquery(lists.values("uid")),
            parent_uid=Subquery(parents.values("uid")),
            tag_names=TodoTag.objects.names(owner_id),
            owner_zone=zone,
        )

    def with_state_of_list(self) -> Self:
        return self.annotate(list_deleted_at=F("list__deleted_at"), list_archived_at=F("list__archived_at"))

    def with_subtask_counts(self, owner_id: OwnerId) -> Self:
        """`subtask_counts`: of those that are not in the trash, as one number; see `todos.packed`."""
        live = Todo.objects.filter(LIVE, owner_id=owner_id, parent=OuterRef("pk")).order_by().values("parent")
        counted = live.annotate(total=Count("*"), completed=Count("completed_at"))
        # One look at the index for each row of a page and not two.
        packed = counted.values(packed=F("total") * ROOM + F("completed"))
        return self.annotate(subtask_counts=Coalesce(Subquery(packed), 0))

    def with_due(self, zone: models.Expression) -> Self:
        return self.alias(**due_aliases(zone))

    def live(self) -> Self:
        return self.filter(LIVE)

    def open(self) -> Self:
        return self.filter(OPEN)

    def trashed(self) -> Self:
        return self.filter(TRASHED)

    def in_active_lists(self, owner_id: OwnerId) -> Self:
        from todos.models.list import List

        return self.exclude(list__in=List.objects.filter(owner_id=owner_id, archived_at__isnull=False).values("pk"))

    def with_uids(self, uids: Sequence[Uid]) -> Self:
        return self.filter(uid__in=uids)

    def in_lists(self, owner_id: OwnerId, uids: Sequence[Uid], *, with_inbox: bool) -> Self:
        from todos.models.list import List

        which = Q(is_inbox=True) if with_inbox else Q()
        lists = List.objects.filter(which | Q(uid__in=uids) if uids else which, owner_id=owner_id).values("pk")
        # There is one, which PostgreSQL is told so that it walks along the list's index.
        is_single = len(uids) + with_inbox == 1
        return self.filter(list=Subquery(lists)) if is_single else self.filter(list__in=lists)

    def started(self, zone: models.Expression, now: Moment) -> Self:
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=LocalDate(now, zone)))

    def not_started(self, zone: models.Expression, now: Moment) -> Self:
        return self.filter(starts_on__gt=LocalDate(now, zone))

    def tagged(self, owner_id: OwnerId, key: Text, since: Moment) -> Self:
        """By the name of a tag, or one that it had since then."""
        from todos.models.tag import TodoTag, tag_called

        tag = tag_called(owner_id, key, since)
        links = TodoTag.objects.filter(owner_id=owner_id, todo=OuterRef("pk"), tag=tag)
        return self.filter(Exists(links))

    def found(self, owner_id: OwnerId, terms: Terms) -> Self:
        return self.filter(Found(terms, owner_id))

    def with_relevance(self, terms: Terms) -> Self:
        return self.annotate(relevance=Relevance(terms))


class Todo(OwnedRow, Trashable):
    list = OwnedForeignKey("todos.List", on_delete=models.DO_NOTHING)
    parent = OwnedForeignKey("self", on_delete=models.DO_NOTHING, null=True)
    title = models.CharField(max_length=500)
    notes = models.TextField(default="", blank=True)
    # A client's own JSON, written out; empty for none.
    meta = models.TextField(default="", db_default="", blank=True)
    priority = models.PositiveSmallIntegerField(default=0)
    completed_at = models.DateTimeField(null=True)
    # The change that completed it; what was completed together is reopened together. Null for a todo that was made so.
    completed_in = models.BigIntegerField(null=True, editable=False)
    starts_on = models.DateField(null=True)
    due_date = models.DateField(null=True)
    due_time = models.TimeField(null=True)
    time_zone = models.CharField(max_length=64, default="", blank=True)
    # The moment of a todo with a zone. That of a floating one depends on who reads it, and when.
    due_at = models.DateTimeField(null=True, editable=False)
    # A rule of recurrence in its one spelling, and where its series begins and stands; see `todos.recurrence`.
    rrule = models.CharField(max_length=200, default="", db_default="", blank=True)
    repeat_from = models.CharField(max_length=10, default="due", db_default="due")
    # The change in which the series began, which tells it from others of this todo.
    series_in = models.BigIntegerField(null=True, editable=False)
    series_start = models.DateField(null=True, editable=False)
    occurrence_on = models.DateField(null=True, editable=False)
    occurrence_number = models.PositiveIntegerField(null=True, editable=False)
    # As JSON; empty for none. And the days of the first and the last by the clock; see `todos.reminders`.
    reminders = models.TextField(default="", db_default="", blank=True)
    reminds_from = models.DateField(null=True, editable=False)
    reminds_until = models.DateField(null=True, editable=False)
    position = models.CharField(max_length=64, editable=False)
    due_sort = models.BigIntegerField(editable=False)
    title_sort = models.CharField(max_length=100, editable=False)
    # The words of title, notes and tags; see `todos.search`. Empty is what the version before this one writes.
    search = models.TextField(default="", db_default="", editable=False)

    # What `with_references` adds.
    list_uid: UUID
    parent_uid: UUID | None
    tag_names: Sequence[str]
    owner_zone: str
    # What `with_state_of_list` adds.
    list_deleted_at: datetime | None
    list_archived_at: datetime | None

    objects = TodoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "uid"], name="todo_owner_uid"),
            models.UniqueConstraint(fields=["owner", "id"], name="todo_owner_id"),
            models.CheckConstraint(condition=~Q(title=""), name="todo_titled"),
            models.CheckConstraint(condition=Q(priority__lte=3), name="todo_priority_range"),
            models.CheckConstraint(condition=Q(due_time=None) | Q(due_date__isnull=False), name="todo_time_needs_date"),
            models.CheckConstraint(condition=Q(time_zone="") | Q(due_time__isnull=False), name="todo_zone_needs_time"),
            models.CheckConstraint(
                condition=Q(time_zone="", due_at=None) | (~Q(time_zone="") & Q(due_at__isnull=False)),
                name="todo_due_at_of_zone",
            ),
            models.CheckConstraint(
                condition=Q(due_date=None) | Q(due_date__range=(FIRST_DAY, LAST_DAY)), name="todo_due_date_range"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(starts_on__range=(FIRST_DAY, LAST_DAY)), name="todo_starts_on_range"
            ),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="todo_own_parent"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("meta"), 2048), name="todo_meta_length"),
            # Neither a rule nor minutes are held to a due date: a version that does not know them may clear that.
            models.CheckConstraint(
                condition=Q(rrule="", series_in=None, series_start=None, occurrence_on=None, occurrence_number=None)
                | (
                    ~Q(rrule="")
                    & Q(series_in__isnull=False, series_start__isnull=False)
                    & Q(occurrence_on__isnull=False, occurrence_number__isnull=False)
                ),
                name="todo_series_of_rule",
            ),
            models.CheckConstraint(condition=Q(repeat_from__in=["due", "completion"]), name="todo_repeat_from_known"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("reminders"), LONGEST), name="todo_reminders_length"
            ),
            models.CheckConstraint(
                condition=Q(reminds_from=None, reminds_until=None)
                | (~Q(reminders="") & Q(reminds_from__isnull=False, reminds_until__isnull=False)),
                name="todo_days_of_reminders",
            ),
            both_or_neither("deleted_at", "trashed_in", "todo_trashed"),
        ]
        indexes = [
            models.Index(fields=["owner", "position", "uid"], name="todo_position", condition=LIVE),
            models.Index(fields=["owner", "position", "uid"], name="todo_open", condition=OPEN),
            models.Index(fields=["owner", "list", "position", "uid"], name="todo_list_position", condition=LIVE),
            models.Index(fields=["owner", "list", "starts_on"], name="todo_list_open", condition=OPEN),
            models.Index(fields=["owner", "due_sort", "uid"], name="todo_due", condition=LIVE),
            models.Index(
                fields=["owner", "due_date"], name="todo_due_date", condition=LIVE & Q(due_date__isnull=False)
            ),
            models.Index(fields=["owner", "priority", "uid"], name="todo_priority", condition=LIVE),
            models.Index(fields=["owner", "created_at", "uid"], name="todo_created", condition=LIVE),
            models.Index(fields=["owner", "title_sort", "uid"], name="todo_title", condition=LIVE),
            models.Index(fields=["owner", "version", "uid"], name="todo_version"),
            models.Index(fields=["owner", "parent"], name="todo_parent", condition=Q(parent__isnull=False)),
            models.Index(
                fields=["owner", "completed_at"], name="todo_completed", condition=LIVE & Q(completed_at__isnull=False)
            ),
            # The days past are skipped, and those of the far future not looked up.
            models.Index(
                fields=["owner", "reminds_until", "uid", "reminds_from"],
                name="todo_reminders",
                condition=OPEN & Q(reminds_until__isnull=False),
            ),
            models.Index(fields=["owner", "deleted_at"], name="todo_trash", condition=Q(deleted_at__isnull=False)),
            # Only the operators' pages look across owners: their list goes by day of creation, their chart by
            # day of completion.
            models.Index(fields=["created_at"], name="todo_all_created"),
            models.Index(fields=["completed_at"], name="todo_all_completed", condition=Q(completed_at__isnull=False)),
        ]
        permissions = [
            ("view_notes", "Can read the notes of users' todos"),
            ("restore_todo", "Can restore users' todos and lists from the trash"),
        ]

    def __str__(self) -> str:
        return self.title


def derived(
    title: str, due_date: date | None, due_time: time | None, time_zone: str, reminders: str
) -> dict[str, object]:
    """The columns that follow from these."""
    first, last = days_of(reminders, Due(due_date, due_time, time_zone)) if reminders else (None, None)
    return {
        "reminds_from": first,
        "reminds_until": last,
        "due_at": zones.instant(due_date, due_time, time_zone) if due_date and due_time and time_zone else None,
        "due_sort": due_sort_key(due_date, due_time),
        "title_sort": title.casefold()[:100],
    }
