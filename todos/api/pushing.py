"""POST /changes: what a device has changed while it was alone; with `since`, what is new for it as well."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from todos import changes, clock
from todos.api import outcomes
from todos.api.docs import account as operations
from todos.api.docs.answers import PushAnswer
from todos.api.docs.parts import answered
from todos.api.edits import PushInput
from todos.api.me import settings_json
from todos.api.outcomes import Faulty, Named, Rows
from todos.api.pagination import size_of
from todos.api.sync import KINDS, ChangesView
from todos.changes import Edit, Kind
from todos.reading.reader import literal
from todos.types import Json


class PushView(ChangesView):
    """With the pull, because they share an address."""

    parameters = {**ChangesView.parameters, "push": frozenset({"page_size"})}

    @extend_schema(**answered(operations.PUSH_CHANGES, PushAnswer), request=PushInput)
    def push(self, request: Request) -> HttpResponse:
        body = self.valid(PushInput)
        since = body.get("since")
        # What the news could be refused for, before anything is done.
        size_of(request)
        if since is not None:
            self.account_on_from(since)
        edits: list[Edit | Faulty] = body["changes"]
        answers, _, version = changes.push(self.writer, [edit for edit in edits if isinstance(edit, Edit)])
        return self.pushed(outcomes.results_of(edits, answers, self.rows_among, since), version, since)

    def pushed(self, results: list[Json], version: int, since: int | None) -> HttpResponse:
        news = None if since is None else self.page_since(since)
        return self.json_response({"results": results, "version": version, "news": news})

    def in_short(self, data: Json) -> Any:
        return {"results": outcomes.in_short(data["results"]), "version": data["version"]}

    def repeated(self, brief: Any, status: int) -> HttpResponse:
        """With the rows as they are now, and the news since the same version."""
        results = outcomes.in_full(brief["results"], self.rows_among)
        return self.pushed(results, brief["version"], self.valid(PushInput).get("since"))

    def rows_among(self, named: Named) -> Rows:
        return {(kind, uid): row for kind, uids in named.items() for uid, row in self.rows_of(kind, uids).items()}

    def rows_of(self, kind: Kind, uids: set[UUID]) -> dict[UUID | None, Json]:
        if kind is Kind.SETTINGS:
            _, version, *settings = self.account_on_from(0)
            return {None: {"version": version, **settings_json(settings)}}
        _, rows, table = next(each for each in KINDS if each.name == f"{kind}s")
        owner: Any = self.request.user
        found = rows(owner, literal({"now": clock.now()})).filter(uid__in=uids)
        return {row.uid: table.serialize(row) for row in found}
