"""Operators find people and decide about their access. What the tokens told about a person is not theirs to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy, ngettext, override

from betterauth_auth import labels, users
from betterauth_auth.models import Identity, IdentityQuerySet

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

labels.put_up()


class ReasonForm(ActionForm):
    # Not required by the form: Django would answer "No action selected" when it is missing.
    reason = forms.CharField(label=gettext_lazy("Reason:"), required=False, max_length=500)


class AccessAdmin(admin.ModelAdmin):
    """Deactivating, reactivating, cutting off. Rows are users; a subclass may say otherwise in `person`."""

    action_form = ReasonForm
    actions: tuple[str, ...] = ("deactivate", "reactivate", "cut_off_tokens")

    def person(self, row: models.Model) -> models.Model:
        return row

    def has_deactivate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("betterauth_auth.deactivate_person")

    def has_cut_off_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("betterauth_auth.cut_off_person")

    @admin.action(description=gettext_lazy("Deactivate"), permissions=["deactivate"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[models.Model]) -> None:
        self.decide(request, queryset, users.deactivate, gettext_lazy("Deactivated"))

    @admin.action(description=gettext_lazy("Reactivate"), permissions=["deactivate"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[models.Model]) -> None:
        self.decide(request, queryset, users.reactivate, gettext_lazy("Reactivated"))

    @admin.action(description=gettext_lazy("Cut off all tokens issued until now"), permissions=["cut_off"])
    def cut_off_tokens(self, request: HttpRequest, queryset: QuerySet[models.Model]) -> None:
        self.decide(request, queryset, users.cut_off, gettext_lazy("Tokens cut off"))

    def decide(
        self,
        request: HttpRequest,
        queryset: QuerySet[models.Model],
        act: Callable[[models.Model], None],
        outcome: StrPromise,
    ) -> None:
        """Acts on each person and logs it with the reason, all or nothing."""
        reason = request.POST.get("reason", "").strip()
        if not reason:
            text = gettext("Nothing was done: say why. The reason goes to the log.")
            self.message_user(request, text, messages.ERROR)
            return
        rows = list(queryset)
        # Whoever may bar end users must not be able to bar the other operators.
        people = [row for row in rows if not users.is_operator(self.person(row))]
        with transaction.atomic():
            for row in people:
                act(self.person(row))
                self.log_change(request, row, f"{in_english(outcome)}. Reason: {reason}")
        if people:
            self.message_user(request, f"{outcome}: {counted(len(people))}.", messages.SUCCESS)
        if len(people) < len(rows):
            self.message_user(request, gettext("Operators were left as they are."), messages.WARNING)


def counted(number: int) -> str:
    return ngettext("%(count)d person", "%(count)d people", number) % {"count": number}


def in_english(text: StrPromise) -> str:
    """As the log has it: those who read it need not speak the language of whoever acted."""
    with override(None):
        return str(text)


@admin.register(Identity)
class IdentityAdmin(AccessAdmin):
    list_display = ("subject", "issuer", "name", "email", "is_email_verified", "user", "tokens_valid_after")
    list_select_related = ("user",)
    search_fields = ("subject", "email", "name")
    search_help_text = gettext_lazy("A whole subject, or the beginning of an e-mail address or a name.")
    show_full_result_count = False
    ordering = ("-pk",)
    fields = (
        "user",
        "issuer",
        "subject",
        "name",
        "email",
        "is_email_verified",
        "image",
        "profile_issued_at",
        "tokens_valid_after",
        "session_ended_at",
        "first_seen_at",
    )
    readonly_fields = fields

    def person(self, row: models.Model) -> models.Model:
        return cast("Identity", row).user

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Identity], search_term: str
    ) -> tuple[QuerySet[Identity], bool]:
        text = search_term.strip()
        # The default manager's, which knows what can be searched for.
        return (cast("IdentityQuerySet", queryset).matching(text) if text else queryset), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Identity | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Identity | None = None) -> bool:
        # Without its identity, a person's next token would make a second, empty account.
        return False
