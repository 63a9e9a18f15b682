"""Answers that are no rows, as the OpenAPI document describes them."""

from __future__ import annotations

from rest_framework import serializers

from todos.api.bodies import AnswerSerializer
from todos.api.serializers import DeletedAnswer, ListAnswer, TagAnswer, TodoAnswer, ViewAnswer
from todos.changes import MAX_ALSO, Kind

ALSO = (
    f"Other todos that this change has written, such as subtasks, at most {MAX_ALSO}. Whatever is beyond that, and "
    "siblings that were given new positions for lack of room, come with /changes."
)


class OccurrencesAnswer(AnswerSerializer):
    rrule = serializers.CharField(allow_null=True, help_text="In its one spelling.")
    sentence = serializers.CharField(allow_null=True, help_text="The rule in English.")
    days = serializers.ListField(child=serializers.DateField(), help_text="This occurrence first, then those to come.")


class SettingsAnswer(AnswerSerializer):
    time_zone = serializers.CharField()
    week_start = serializers.IntegerField(min_value=1, max_value=7)
    default_list = serializers.UUIDField(allow_null=True)


class MeAnswer(SettingsAnswer):
    subject = serializers.CharField(help_text="Your id at the identity provider.")
    email = serializers.CharField(allow_null=True)
    email_verified = serializers.BooleanField()
    name = serializers.CharField(allow_null=True)
    image = serializers.CharField(allow_null=True)
    inbox = serializers.UUIDField(help_text="The id of your Inbox, which is there from your first request on.")


class CalendarAddressAnswer(AnswerSerializer):
    address = serializers.URLField(
        allow_null=True, help_text="Only in the answer that makes it: nobody can be told later. Whoever has it reads."
    )
    made_at = serializers.DateTimeField(allow_null=True, help_text="Null: there is no address.")
    read_on = serializers.DateField(allow_null=True, help_text="The last day, in UTC, on which it was read.")


class SummaryAnswer(AnswerSerializer):
    when_asked_for = frozenset({"views"})

    inbox = serializers.IntegerField(help_text="Open in the Inbox.")
    today = serializers.IntegerField(
        help_text="Open and due today, those included that are overdue since this morning."
    )
    overdue = serializers.IntegerField(help_text="As `GET /todos?due=overdue`.")
    upcoming = serializers.IntegerField(help_text="Open and due after today.")
    completed_today = serializers.IntegerField(help_text="Completed since midnight.")
    trashed = serializers.IntegerField(help_text="In the trash.")
    lists = serializers.DictField(child=serializers.IntegerField(), help_text="Open todos by id of every active list.")
    tags = serializers.DictField(child=serializers.IntegerField(), help_text="Open todos by id of every tag.")
    views = serializers.DictField(
        child=serializers.IntegerField(allow_null=True),
        help_text="With `views=true`: as many todos as all pages of `GET /todos?view=…` have, by id of your first "
        "200 views. Null of those that are not counted: the broken ones, and those for which one summary has no room. "
        "It has room for 30 in their order; each tag of a view takes as much as a view, `q` as much as ten. "
        "Whoever has more than 6,666 todos has less of it.",
    )
    version = serializers.IntegerField(help_text="Your change counter; `since` of the next sync.")


class ChangesAnswer(AnswerSerializer):
    lists = ListAnswer(many=True)
    tags = TagAnswer(many=True)
    views = ViewAnswer(many=True)
    todos = TodoAnswer(many=True, help_text="Those in the trash included: see their `deleted_at`.")
    deleted = DeletedAnswer(many=True, help_text="Gone for good. Apply these before the rows.")
    settings = SettingsAnswer(allow_null=True, help_text="Null if they have not changed.")
    version = serializers.IntegerField(help_text="`since` of the next sync, once `next` is null.")
    next = serializers.URLField(allow_null=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="The `cursor` in `next`.")


class EditFault(AnswerSerializer):
    when_asked_for = frozenset({"params"})

    pointer = serializers.CharField(help_text="Into the change.")
    code = serializers.CharField()
    params = serializers.DictField(help_text="What a translation of the code needs.")
    detail = serializers.CharField()


class EditResult(AnswerSerializer):
    when_asked_for = frozenset({"version", "code", "params", "detail", "current", "errors"})

    status = serializers.ChoiceField(["applied", "conflict", "rejected"])
    kind = serializers.ChoiceField([*Kind])
    id = serializers.UUIDField(allow_null=True, help_text="Null of settings.")
    version = serializers.IntegerField(
        allow_null=True, help_text="If applied: that of the row afterwards, null if it is gone."
    )
    code = serializers.CharField(help_text="Of a conflict.")
    params = serializers.DictField(help_text="What a translation of the code needs.")
    detail = serializers.CharField(help_text="Of a conflict.")
    current = serializers.DictField(
        allow_null=True,
        help_text="Of what was not applied, the row as it is now, null if there is none; of a conflict the row in the "
        "way. With `since` also of what was applied and is no news, because it was so already.",
    )
    errors = EditFault(many=True, help_text="If rejected.")  # type: ignore[assignment] # as in problem documents


class PushAnswer(AnswerSerializer):
    results = EditResult(many=True, help_text="What became of each change, in the same order.")
    version = serializers.IntegerField(help_text="Your change counter; every touched row has it as its version.")
    news = ChangesAnswer(allow_null=True, help_text="With `since`, what `GET /changes` brings from there.")


class ChangedTodoAnswer(TodoAnswer):
    """The todo, and what was written along with it."""

    also = TodoAnswer(many=True, help_text=ALSO)


class RestoredListAnswer(ListAnswer):
    """The list, and what came back with it."""

    also = TodoAnswer(many=True, help_text=ALSO)


class ChangedTagAnswer(TagAnswer):
    """The tag, and its todos if it has another name, which is a part of theirs."""

    also = TodoAnswer(many=True, help_text=ALSO)


class BulkAnswer(AnswerSerializer):
    mode = serializers.ChoiceField(["all"])
    results = TodoAnswer(many=True, help_text="The todo of each operation as it is afterwards, in the same order.")
    also = TodoAnswer(many=True, help_text=ALSO)
    version = serializers.IntegerField(help_text="Your change counter; every touched row has it as its version.")


class EachResult(EditResult):
    when_asked_for = EditResult.when_asked_for - {"current"}

    kind = serializers.ChoiceField([Kind.TODO])
    id = serializers.UUIDField()
    current = TodoAnswer(  # type: ignore[assignment] # it is a todo here
        allow_null=True,
        help_text="The todo, or the one in the way, as it is now; null if it is gone.",
    )


class EachAnswer(AnswerSerializer):
    mode = serializers.ChoiceField(["each"])
    results = EachResult(many=True, help_text="What became of each operation, in the same order.")
    also = TodoAnswer(many=True, help_text=ALSO)
    version = serializers.IntegerField(help_text="Your change counter; every touched row has it as its version.")
