"""POST /changes: what a device has changed while it was alone; with `since`, what is new for it as well."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from todos import changes, clock
from todos.api.docs import account as operations
from todos.api.docs.answers import PushAnswer
from todos.api.docs.parts import answered
from todos.api.edits import Faulty, PushInput
from todos.api.me import settings_json
from todos.api.pagination import size_of
from todos.api.sync import KINDS, ChangesView
from todos.changes import Answer, Edit, Kind
from todos.exceptions import Full, Invalid, Missing, Refused, members_of
from todos.reading.reader import literal
from todos.types import Json

# Of several faults of one edit.
MAX_FAULTS_IN_ALL = 60


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
        return self.pushed(self.results(edits, answers), version, since)

    def pushed(self, results: list[Json], version: int, since: int | None) -> HttpResponse:
        news = None if since is None else self.page_since(since)
        return self.json_response({"results": results, "version": version, "news": news})

    def in_short(self, data: Json) -> Any:
        """With the ids of rows in their place."""
        results = [
            {**each, "current": each["current"] and each["current"].get("id")} if "current" in each else each
            for each in data["results"]
        ]
        return {"results": results, "version": data["version"]}

    def repeated(self, brief: Any, status: int) -> HttpResponse:
        """With the rows as they are now, and the news since the same version."""
        uids: dict[Kind, set[UUID]] = defaultdict(set)
        for each in brief["results"]:
            if "current" in each:
                uids[Kind(each["kind"])] |= {UUID(uid) for uid in [each["current"]] if uid}
        rows = {(kind, uid and str(uid)): row for (kind, uid), row in self.rows_among(uids).items()}
        told = [
            {**each, "current": rows.get((each["kind"], each["current"]))} if "current" in each else each
            for each in brief["results"]
        ]
        return self.pushed(told, brief["version"], self.valid(PushInput).get("since"))

    def results(self, edits: list[Edit | Faulty], answers: list[Answer]) -> list[Json]:
        told, room = iter(answers), MAX_FAULTS_IN_ALL
        for edit in edits:
            if isinstance(edit, Faulty):
                # Each is told of one at least.
                del edit.errors[max(1, room) :]
                room -= len(edit.errors)
        pairs = [(edit, None if isinstance(edit, Faulty) else next(told)) for edit in edits]
        contested: dict[Kind, set[UUID]] = defaultdict(set)
        for edit, answer in pairs:
            if answer and answer.refusal and is_conflict(answer.refusal):
                contested[edit.kind] |= {uid for uid in (edit.uid, answer.refusal.uid) if uid}
        rows = self.rows_among(contested)
        return [result_of(edit, answer, rows) for edit, answer in pairs]

    def rows_among(self, contested: dict[Kind, set[UUID]]) -> dict[tuple[Kind, UUID | None], Json]:
        return {(kind, uid): row for kind, uids in contested.items() for uid, row in self.rows_of(kind, uids).items()}

    def rows_of(self, kind: Kind, uids: set[UUID]) -> dict[UUID | None, Json]:
        if kind is Kind.SETTINGS:
            _, version, *settings = self.account_on_from(0)
            return {None: {"version": version, **settings_json(settings)}}
        _, rows, table = next(each for each in KINDS if each.name == f"{kind}s")
        owner: Any = self.request.user
        found = rows(owner, literal({"now": clock.now()})).filter(uid__in=uids)
        return {row.uid: table.serialize(row) for row in found}


def is_conflict(refusal: Refused) -> bool:
    """Whether the row is in the way, and not the edit itself, or a full account."""
    return not isinstance(refusal, (Invalid, Full))


def result_of(edit: Edit | Faulty, answer: Answer | None, rows: dict[Any, Json]) -> Json:
    about: Json = {"kind": edit.kind, "id": edit.uid}
    if isinstance(edit, Faulty):
        return {"status": "rejected", **about, "errors": edit.errors}
    if answer is None or answer.refusal is None:
        return {"status": "applied", **about, "version": answer and answer.version}
    refusal = answer.refusal
    if not is_conflict(refusal):
        where = {"pointer": refusal.pointer, **members_of(refusal.code), "detail": refusal.detail}
        return {"status": "rejected", **about, "errors": [where]}
    code, detail = (refusal.code, refusal.detail)
    if isinstance(refusal, Missing):
        code, detail = "not_found", f"You have no such {edit.kind}."
    current = rows.get((edit.kind, edit.uid)) or rows.get((edit.kind, refusal.uid))
    return {"status": "conflict", **about, "code": code, "detail": detail, "current": current}
