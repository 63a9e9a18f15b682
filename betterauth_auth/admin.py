"""Operators look an identity up and cut its tokens off; nothing else about it is theirs to change."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from betterauth_auth.models import Identity
from betterauth_auth.users import this_second


@admin.register(Identity)
class IdentityAdmin(admin.ModelAdmin):
    list_display = ("subject", "issuer", "name", "email", "is_email_verified", "user", "tokens_valid_after")
    list_select_related = ("user",)
    search_fields = ("=subject", "email__istartswith", "name__istartswith")
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
        "first_seen_at",
    )
    readonly_fields = fields
    actions = ("cut_off_tokens",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Identity | None = None) -> bool:
        # Without its identity, a person's next token would make a second, empty account.
        return False

    @admin.action(description="Cut off all tokens issued until now", permissions=["change"])
    def cut_off_tokens(self, request: HttpRequest, queryset: QuerySet[Identity]) -> None:
        count = queryset.update(tokens_valid_after=this_second())
        for identity in queryset:
            self.log_change(request, identity, "Cut off all tokens issued until now.")
        self.message_user(request, f"Tokens of {count} identities were cut off.", messages.SUCCESS)
