"""/todos/quick: a todo in one line of English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from todos import clock, zones
from todos.api.bodies import StrictSerializer
from todos.api.docs import todos as operations
from todos.api.docs.quick import ANSWERS, NOTES
from todos.api.faults import fault
from todos.api.serializers import TodoInput, stored
from todos.api.strict import Flag, Id, Text, Zone
from todos.api.todos import TodoViewSet
from todos.compiled.shapes import Given
from todos.exceptions import Refused
from todos.fields.declared import MAX_TITLE
from todos.models import List
from todos.models.expressions import zone_of
from todos.models.owned import Owner
from todos.models.tag import tag_key
from todos.quickadd.understand import MAX_TEXT, Understood, lists_named, understood
from todos.recurrence.sentence import in_words
from todos.types import Json, RowSet

TITLE_FAULTS = {
    "blank": fault("no_title", "Nothing is left as a title once days, tags and the like are taken out."),
    "max_length": fault(
        "title_too_long", f"What is left as the title is longer than {MAX_TITLE} characters.", max=MAX_TITLE
    ),
}
Lists = Mapping[str, UUID]


class QuickInput(StrictSerializer):
    """A line of English."""

    text = Text(max_length=MAX_TEXT, trim_whitespace=False, help_text="One line; `spans` count in it as it came.")
    dry_run = Flag(required=False, help_text="Only tell what is understood; nothing is made.")
    tz = Zone(required=False, help_text="IANA zone in which `today` is meant, instead of yours.")
    id = Id(required=False, help_text="Of the new todo: choose it yourself to retry safely.")


class QuickView(TodoViewSet):
    @extend_schema(**operations.QUICK_ADD, request=QuickInput, responses={**ANSWERS, **operations.QUICK_REFUSALS})
    def quick(self, request: Request) -> HttpResponse:
        body = self.valid(QuickInput)
        lists, zone = self.lists_and_zone(lists_named(body["text"]))
        now = zones.local_time(clock.now(), body.get("tz", zone))
        found = understood(body["text"], now, lambda name: tag_key(name) in lists)
        draft, is_dry = draft_of(found, lists), body.get("dry_run", False)
        beside = {"dry_run": is_dry, **explained(found, draft)}
        if is_dry:
            return self.json_response({"todo": draft, **beside})
        todo, is_new = self.made(body.get("id"), values_of(draft))
        return self.row_response(todo, created=is_new, beside=beside)

    def lists_and_zone(self, names: list[str]) -> tuple[Lists, str]:
        """Lists that take todos, by the keys of their names, if any is asked for; and the zone of the caller."""
        query = self.query(self.open_lists if names else self.inbox)
        rows = self.with_inbox(lambda: self.reader.tuples(query, ("uid", "name", "owner_zone")), bool)
        keys = Counter(tag_key(name) for _, name, _ in rows)
        # Of two lists with one name it is not said which.
        return {key: uid for uid, name, _ in rows if keys[key := tag_key(name)] == 1}, rows[0][2]

    def open_lists(self, owner: Owner, given: Given) -> RowSet:
        rows = List.objects.owned_by(owner).filter(deleted_at=None, archived_at=None)
        return rows.annotate(owner_zone=zone_of(owner.pk))

    def inbox(self, owner: Owner, given: Given) -> RowSet:
        return self.open_lists(owner, given).filter(is_inbox=True)

    def made(self, uid: UUID | None, values: Json) -> tuple[Json, bool]:
        try:
            return super().made(uid, values)
        except Refused as exc:
            # The body has no member that the fault could be told of but the text.
            exc.pointer = exc.pointer if exc.pointer in {"", "/id"} else "/text"
            raise

    @property
    def collection(self) -> str:
        return super().collection.removesuffix("/quick")


def draft_of(found: Understood, lists: Lists) -> Json:
    """The body with which POST /todos makes the same todo."""
    schedule = found.schedule
    return {
        "title": found.title,
        "priority": found.priority,
        "due_date": schedule.due_date and schedule.due_date.isoformat(),
        "due_time": schedule.due_time and schedule.due_time.isoformat("minutes"),
        "rrule": schedule.rule and str(schedule.rule),
        "reminders": [{"minutes_before": minutes} for minutes in schedule.reminders],
        "list": str(lists[tag_key(found.list_name)]) if found.list_name else None,
        "tags": list(found.tags),
    }


def values_of(draft: Json) -> Json:
    """As they are stored, once they have passed."""
    body = draft if draft["list"] else {name: draft[name] for name in draft if name != "list"}
    try:
        return stored(TodoInput.checked(body))
    except ValidationError as exc:
        codes: Any = exc.get_codes()
        raise ValidationError({"text": [TITLE_FAULTS[codes["title"][0]]]}) from exc


def explained(found: Understood, draft: Json) -> Json:
    """What is told beside the todo."""
    schedule = found.schedule
    spans = [{**span._asdict(), "value": draft["list"] if span.kind == "list" else span.value} for span in found.spans]
    sentence = in_words(schedule.rule, schedule.due_date) if schedule.rule and schedule.due_date else None
    notes = [{"code": code, "detail": NOTES[code]} for code in schedule.notes]
    return {"spans": spans, "sentence": sentence, "notes": notes}
