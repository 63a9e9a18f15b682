"""/todos"""

from __future__ import annotations

from collections.abc import Hashable
from uuid import UUID

from django.db.models import BigIntegerField, Count, Expression, Q, Subquery, TextField
from django.http import HttpResponse
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from todos import changes, clock
from todos.api import filters, tables
from todos.api.base import PAGING, OwnedViewSet
from todos.api.bodies import VersionInput
from todos.api.docs import todos as operations
from todos.api.docs.pages import DescribedTodoPages
from todos.api.errors import query_fault
from todos.api.included import included
from todos.api.pagination import Sorting, address_of, pagination_of
from todos.api.parameters import OPTIONS, PARAMETERS, values_of
from todos.api.preconditions import etag, put_of
from todos.api.rows import also_json, new_todo_json, todo_json_of
from todos.api.saved import VIEW, narrowed
from todos.api.serializers import TodoAnswer, TodoInput, TodoMove, TodoPatch, TodoPut, stored
from todos.api.viewed import NO_VIEW, Found, view_named
from todos.changes import Operation, Put, Verb, one_statement
from todos.compiled.shapes import Given
from todos.models import Todo
from todos.models.expressions import zone_of
from todos.models.found import BEST
from todos.models.owned import Owner
from todos.models.todo import TodoQuerySet
from todos.reading import Asked, Cut, Page, Sent
from todos.reading.turns import AHEAD, otherwise
from todos.types import Json, RowSet


class TodoViewSet(OwnedViewSet):
    model = Todo
    pagination_class = DescribedTodoPages
    serializer_class = TodoAnswer
    table = tables.TODO
    orderings = filters.ORDERINGS
    parameters = {
        "list": frozenset(PARAMETERS | OPTIONS | VIEW) | PAGING,
        "retrieve": frozenset({"tz"}),
        "destroy": frozenset({"permanent"}),
        "empty_trash": frozenset({"status"}),
    }
    repeatable = frozenset(name for name, parameter in (PARAMETERS | OPTIONS).items() if parameter.repeats)

    @cached_property
    def saved(self) -> Found:
        """What the saved view holds that is asked for."""
        query = self.request.query_params
        return view_named(self.reader, values_of(query, VIEW)["view"]) if "view" in query else NO_VIEW

    @cached_property
    def filters(self) -> Json:
        query = self.request.query_params
        if not query:
            return {}
        values = narrowed(self.saved.values, values_of(query)) if self.saved.text else values_of(query)
        return filters.with_ordering(values, self.ordering)

    @property
    def shape(self) -> Hashable:
        return filters.shape_of(self.filters) if self.filters else None

    def values(self) -> Json:
        return self.filters

    def rows(self, owner: Owner, given: Given) -> TodoQuerySet:
        rows: TodoQuerySet = self.get_queryset(owner).with_references(owner.pk, self.zone(owner, given))
        return rows

    def matching_rows(self, owner: Owner, given: Given, *, by_index: bool = True) -> RowSet:
        rows = self.rows(owner, given).with_subtask_counts(owner.pk)
        if self.is_ranked:
            rows = rows.with_relevance(filters.terms_of(self.filters["q"], given))
        return filters.apply(rows, owner.pk, self.filters, self.zone(owner, given), given, by_index=by_index)

    def turns(self, owner: Owner, given: Given, cut: Cut) -> tuple[RowSet, RowSet]:
        ahead: Expression | Q
        if cut.column == "relevance":
            latest = self.get_queryset(owner).order_by("-version")[AHEAD : AHEAD + 1]
            ahead = Q(relevance__lte=BEST, version__gt=Subquery(latest.values("version")))
        else:
            ahead = cut.before(cut.ordered(self.get_queryset(owner).live(), given)[AHEAD : AHEAD + 1])
        first = self.matching_rows(owner, given, by_index=False).filter(ahead)
        return first, self.matching_rows(owner, given).filter(otherwise(ahead))

    @property
    def takes_turns(self) -> bool:
        """Whether a word that most todos have would be found among those that come first."""
        asked = self.filters.get("q")
        is_in_vain = self.filters.get("status") == "trashed" or self.ordering == "-relevance"
        if not (asked and asked.wanted) or is_in_vain:
            return False
        return not ("cursor" in self.request.query_params and self.is_ranked)

    @property
    def ordering(self) -> str:
        """What the request names, else the view."""
        named: str = self.request.query_params.get("ordering") or self.saved.ordering
        return named

    @property
    def is_ranked(self) -> bool:
        return self.ordering.endswith("relevance") and "q" in self.filters and bool(self.filters["q"].wanted)

    def sorting(self, name: str) -> Sorting:
        if not name.endswith("relevance"):
            return super().sorting(name)
        if self.is_ranked:
            return Sorting("relevance", BigIntegerField(), is_descending=name.startswith("-"))
        # Where nothing is wanted nothing is better than another but by being later.
        return Sorting("version", Todo._meta.get_field("version"), is_descending=not name.startswith("-"))

    def zone(self, owner: Owner, given: Given) -> Expression:
        return given("tz", TextField()) if "tz" in self.filters else zone_of(owner.pk)

    @extend_schema(**operations.LIST_TODOS)
    def list(self, request: Request) -> HttpResponse:
        key = (self.caller.name, self.coding, *address_of(request))
        return self.page_response(self.reader.page_sent(key, self.asked))

    def asked(self) -> Asked:
        query = self.query(self.matching_rows, **filters.bindings(self.filters, clock.now()))
        if self.takes_turns:
            query = query._replace(turns=self.turns)
        pagination = pagination_of(self, self.saved.ordering, self.saved.text)
        query_params = self.request.query_params
        options = values_of(query_params, OPTIONS) if query_params else {}
        include = options.get("include", ())

        def render(page: Page) -> Sent:
            total = {"total": self.total()} if options.get("total") else {}
            reminders = [row["next_reminder_at"] for row in page.results if row["next_reminder_at"]]
            sent = self.sent({**pagination.body(page), **total, **included(self, include)})
            return sent._replace(good_until=min(reminders)) if reminders else sent

        # What is overdue changes by the minute, everything else by changes and with the day.
        is_kept = "overdue" not in self.filters.get("due", ()) and "summary" not in include
        return Asked(query, tables.TODO_ROW, pagination.cut, render, is_kept, self.saved.text, self.saved.since)

    def total(self) -> int:
        """How many todos all pages have together."""
        found = self.reader.tuples(self.query(self.counted, **filters.bindings(self.filters, clock.now())), ("total",))
        return found[0][0] if found else 0

    def counted(self, owner: Owner, given: Given) -> RowSet:
        rows = filters.apply(self.get_queryset(owner), owner.pk, self.filters, self.zone(owner, given), given)
        return rows.order_by().values("owner").annotate(total=Count("*"))

    @extend_schema(**operations.GET_TODO)
    def retrieve(self, request: Request, id: str) -> HttpResponse:
        return self.row_response(self.current())

    @extend_schema(**operations.CREATE_TODO)
    def create(self, request: Request) -> HttpResponse:
        values = stored(self.valid(TodoInput))
        todo, is_new = self.made(values.pop("id", None), values)
        return self.row_response(todo, created=is_new)

    def made(self, uid: UUID | None, values: Json) -> tuple[Json, bool]:
        """A todo of these values, and whether it was not there before."""
        row = one_statement.create(self.caller, uid, values) if self.caller.resolves_in_sql else None
        if row is not None:
            return {**new_todo_json(row), "also": []}, True
        return self.changed(Verb.CREATE, values, uid=uid)

    @extend_schema(**operations.PUT_TODO)
    def update(self, request: Request, id: str) -> HttpResponse:
        return self.change(PUTTING[put_of(request)], stored(self.valid(TodoPut)), uid=self.uid)

    @extend_schema(**operations.PATCH_TODO)
    def partial_update(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.UPDATE, stored(self.valid(TodoPatch, partial=True)), uid=self.uid)

    @extend_schema(**operations.DELETE_TODO)
    def destroy(self, request: Request, id: str) -> HttpResponse:
        verb = Verb.DELETE_FOREVER if self.is_permanent else Verb.DELETE
        operation = Operation(verb, self.uid, expected=self.expected())
        (outcome,), *_ = changes.run(self.writer, [operation])
        return Response(status=204, headers={"ETag": etag(outcome.todo.version)})

    @extend_schema(**operations.EMPTY_TRASH)
    def empty_trash(self, request: Request) -> HttpResponse:
        if request.query_params.get("status") != "trashed":
            raise query_fault("status", "only_trashed", "Only the trash can be emptied: status=trashed.")
        version = changes.empty_trash(self.writer)
        return Response(status=204, headers={"ETag": etag(version)})

    @extend_schema(**operations.COMPLETE_TODO)
    def complete(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.COMPLETE, self.valid(VersionInput), uid=self.uid)

    @extend_schema(**operations.REOPEN_TODO)
    def reopen(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.REOPEN, self.valid(VersionInput), uid=self.uid)

    @extend_schema(**operations.SKIP_TODO)
    def skip(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.SKIP, self.valid(VersionInput), uid=self.uid)

    @extend_schema(**operations.UNSKIP_TODO)
    def unskip(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.UNSKIP, self.valid(VersionInput), uid=self.uid)

    @extend_schema(**operations.RESTORE_TODO)
    def restore(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.RESTORE, self.valid(VersionInput), uid=self.uid)

    @extend_schema(**operations.MOVE_TODO)
    def move(self, request: Request, id: str) -> HttpResponse:
        return self.change(Verb.MOVE, self.valid(TodoMove), uid=self.uid)

    def change(self, verb: Verb, values: Json, *, uid: UUID | None) -> HttpResponse:
        todo, is_new = self.changed(verb, values, uid=uid)
        return self.row_response(todo, created=is_new)

    def changed(self, verb: Verb, values: Json, *, uid: UUID | None) -> tuple[Json, bool]:
        """The todo as it is now, and whether it is new."""
        expected = self.expected(values)
        operation = Operation(verb, uid, values, expected, values.pop("base", {}))
        (outcome,), also, _ = changes.run(self.writer, [operation])
        return {**todo_json_of(outcome.todo), "also": also_json(also)}, outcome.created


PUTTING = {Put.NOTHING: Verb.REPLACE, Put.CREATING: Verb.INSERT, Put.CHANGING: Verb.OVERWRITE}
