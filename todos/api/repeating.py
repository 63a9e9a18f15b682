"""What a todo that repeats was and will be: its history, and the days to come, also of a rule that nothing has yet."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from itertools import islice

from django.db.models import Exists, OuterRef, Subquery, TextField, UUIDField
from django.http import HttpResponse
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from todos import clock
from todos.api import filters, tables
from todos.api.base import OwnedViewSet
from todos.api.docs import repeating as operations
from todos.api.docs.answers import OccurrencesAnswer
from todos.api.docs.parts import answered
from todos.api.errors import query_fault
from todos.api.parameters import COUNT, FEW, LOG, PREVIEW, flag, values_of
from todos.api.serializers import CompletionAnswer, LoggedCompletionAnswer
from todos.compiled.shapes import Given
from todos.models import Completion, Todo
from todos.models.expressions import zone_of
from todos.models.owned import Owner
from todos.reading import Query
from todos.recurrence.rule import Rule, RuleRefused, parse
from todos.recurrence.sentence import in_words
from todos.recurrence.series import Occurrence, begun_anew, following, require_an_occurrence
from todos.types import Json, RowSet

SERIES = ("rrule", "due_date", "repeat_from", "series_start", "occurrence_on", "occurrence_number")


class HistoryViewSet(OwnedViewSet):
    model = Completion
    orderings = {"completed_at": "completed_at"}

    @cached_property
    def has_skipped(self) -> bool:
        return flag(self.request, "skipped")

    @property
    def shape(self) -> Hashable:
        return self.has_skipped

    def steps(self, owner: Owner) -> RowSet:
        """Completions, and with them what was skipped where that is asked for."""
        rows: RowSet = self.get_queryset(owner)
        return rows if self.has_skipped else rows.filter(is_skipped=False)


class CompletionView(HistoryViewSet):
    serializer_class = CompletionAnswer
    table = tables.COMPLETION
    parameters = {"list": frozenset({"cursor", "page_size", "ordering", "skipped"})}

    @extend_schema(**operations.LIST_COMPLETIONS)
    def list(self, request: Request, id: str) -> HttpResponse:
        if not self.reader.tuples(Query((type(self), "todo"), todo_named, {"uid": self.uid}), ("uid",)):
            raise NotFound
        return self.page_response(self.sent(self.page(self.query(self.rows, uid=self.uid))))

    def rows(self, owner: Owner, given: Given) -> RowSet:
        todos = Todo.objects.owned_by(owner).filter(uid=given("uid", UUIDField())).values("pk")
        # There is one, which PostgreSQL is told so that it walks along the todo's index.
        return self.steps(owner).filter(todo=Subquery(todos))


class AllCompletionsView(HistoryViewSet):
    """Of all todos that are neither in the trash nor in an archived list."""

    serializer_class = LoggedCompletionAnswer
    table = tables.LOGGED
    parameters = {"list": frozenset({*LOG, "cursor", "page_size", "ordering", "skipped"})}

    @cached_property
    def filters(self) -> Json:
        return values_of(self.request.query_params, LOG)

    @property
    def shape(self) -> Hashable:
        return super().shape, filters.shape_of(self.filters)

    @extend_schema(**operations.LIST_ALL_COMPLETIONS)
    def list(self, request: Request) -> HttpResponse:
        query = self.query(self.logged, **filters.bindings(self.filters, clock.now()))
        return self.page_response(self.sent(self.page(query)))

    def logged(self, owner: Owner, given: Given) -> RowSet:
        zone = given("tz", TextField()) if "tz" in self.filters else zone_of(owner.pk)
        todo = Todo.objects.owned_by(owner).filter(pk=OuterRef("todo"))
        rows = self.steps(owner).filter(Exists(todo.live().in_active_lists(owner.pk)))
        named = {f"todo_{name}": Subquery(todo.values(name)) for name in ("uid", "title")}
        found: RowSet = filters.completed(rows, self.filters, zone, given).annotate(**named)
        return found


class OccurrenceView(OwnedViewSet):
    model = Todo
    serializer_class = OccurrencesAnswer
    pagination_class = None
    parameters = {"upcoming": frozenset({"count"}), "preview": frozenset(PREVIEW)}

    @extend_schema(**answered(operations.LIST_OCCURRENCES, OccurrencesAnswer))
    def upcoming(self, request: Request, id: str) -> HttpResponse:
        values = values_of(request.query_params, {"count": COUNT})
        found = self.reader.tuples(Query((type(self), "todo"), todo_named, {"uid": self.uid}), SERIES)
        if not found:
            raise NotFound
        ((text, due, repeat_from, start, day, number),) = found
        if not (text and due):
            return self.json_response({"rrule": None, "sentence": None, "days": []})
        rule, this = parse(text), Occurrence(day, number)
        if repeat_from == "completion":
            # As if each were completed on its day.
            start = begun_anew(rule, start, this)
        return self.json_response(occurrences(rule, start, this, values.get("count", FEW)))

    @extend_schema(**answered(operations.PREVIEW_OCCURRENCES, OccurrencesAnswer))
    def preview(self, request: Request) -> HttpResponse:
        values = values_of(request.query_params, PREVIEW)
        for name in ("rrule", "due_date"):
            if name not in values:
                raise query_fault(name, "required", "This is missing.")
        rule, start = values["rrule"], values["due_date"]
        try:
            require_an_occurrence(rule, start)
        except RuleRefused as exc:
            raise query_fault("rrule", exc.code, exc.detail) from exc
        return self.json_response(occurrences(rule, start, Occurrence(start, 1), values.get("count", FEW)))


def todo_named(owner: Owner, given: Given) -> RowSet:
    rows: RowSet = Todo.objects.owned_by(owner).filter(uid=given("uid", UUIDField()))
    return rows


def occurrences(rule: Rule, start: date, this: Occurrence, count: int) -> Json:
    days = [this.day, *(each.day for each in islice(following(rule, start, this), count - 1))]
    return {"rrule": str(rule), "sentence": in_words(rule, start), "days": days}
