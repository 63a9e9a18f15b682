"""/me: who is signed in, and the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import F, Subquery
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from todos import changes
from todos.api.base import OwnedViewSet
from todos.api.bodies import Base, StrictSerializer
from todos.api.docs import account as operations
from todos.api.docs.answers import MeAnswer
from todos.api.docs.parts import answered
from todos.api.strict import Id, Whole, Zone
from todos.compiled.shapes import Given
from todos.models import Account, List
from todos.models.expressions import OwnerId
from todos.models.owned import Owner
from todos.types import Json, Row, RowSet

SETTINGS = ("time_zone", "week_start", "default_list_uid")
INBOX = "inbox_uid"


def no_profile(request: Request) -> Json:
    return {}


class SettingsPatch(StrictSerializer):
    read_only_names = frozenset({"subject", "email", "email_verified", "name", "image", "inbox"})

    time_zone = Zone(required=False, help_text="IANA zone in which your days begin and end.")
    week_start = Whole(required=False, min_value=1, max_value=7, help_text="1 Monday to 7 Sunday.")
    default_list = Id(required=False, allow_null=True, help_text="Where todos go that name no list; null is the Inbox.")
    base = Base()


def settings_json(account: Sequence[Any]) -> Json:
    """The settings in a row of `SETTINGS`."""
    time_zone, week_start, default_list = account
    return {"time_zone": time_zone, "week_start": week_start, "default_list": default_list}


def with_lists(accounts: RowSet, owner_id: OwnerId) -> RowSet:
    """With the ids of the default list and of the Inbox."""
    inbox = List.objects.filter(owner_id=owner_id, is_inbox=True).values("uid")
    return accounts.annotate(default_list_uid=F("default_list__uid"), inbox_uid=Subquery(inbox))


def account_of(view: OwnedViewSet, build: Callable[[Owner, Given], RowSet], columns: tuple[str, ...]) -> Row:
    """The columns of the account, of which the last is the id of the Inbox."""
    query = view.query(build)
    (row,) = view.with_inbox(lambda: view.reader.tuples(query, columns), lambda rows: bool(rows and rows[0][-1]))
    return row


class MeView(OwnedViewSet):
    """`profile` comes from the host: it knows how people sign in, and what they are called there."""

    profile: Callable[[Request], Json] = staticmethod(no_profile)
    model = Account
    serializer_class = MeAnswer

    @classmethod
    def as_view(cls, **options: Any) -> Any:  # type: ignore[override] # the methods of a single address are fixed
        return super().as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}, **options)

    @extend_schema(**operations.GET_ME)
    def retrieve(self, request: Request) -> HttpResponse:
        *settings, inbox = account_of(self, self.rows, (*SETTINGS, INBOX))
        return self.json_response({**self.profile(request), **settings_json(settings), "inbox": inbox})

    def rows(self, owner: Owner, given: Given) -> RowSet:
        return with_lists(self.get_queryset(owner), owner.pk)

    @extend_schema(**answered(operations.PATCH_ME, MeAnswer), request=SettingsPatch)
    def partial_update(self, request: Request) -> HttpResponse:
        values = self.valid(SettingsPatch, partial=True)
        changes.update_settings(self.writer, values.pop("base", None), **values)
        return self.retrieve(request)

    @extend_schema(**operations.DELETE_ME)
    def destroy(self, request: Request) -> HttpResponse:
        changes.erase(self.writer)
        return Response(status=204)
