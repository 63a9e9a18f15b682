"""The operators' page of a user: where both apps meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from betterauth_auth.admin import AccessAdmin
from betterauth_auth.models import Identity
from betterauth_auth.users import is_operator
from todoproject.operators.development import within_rights_of
from todos.admin.owners import OwnerAdmin, account_of, calendar_of, holdings, last_change_at

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

FOUND_BY_IDENTITY = 200
SHOWN_LOG_ENTRIES = 20
NAME_AND_PASSWORD = ("username", "usable_password", "password1", "password2")


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[User]) -> list[tuple[str, StrOrPromise]]:
        return [("person", _("People")), ("operator", _("Operators"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() == "person":
            return queryset.exclude(OPERATORS)
        return queryset.filter(OPERATORS) if self.value() == "operator" else queryset


ACCESS = {
    "active": pgettext_lazy("a person", "active"),
    "deactivated": pgettext_lazy("a person", "deactivated"),
    "operator": _("operator"),
}
OPERATORS = Q(is_staff=True) | Q(is_superuser=True)
# Superusers alone hand out rights. Whoever could give himself one more could give himself all.
RIGHTS = ("is_superuser", "is_staff", "groups", "user_permissions")


class PeopleAdmin(AccessAdmin, OwnerAdmin, UserAdmin):
    """People who use the API, found by what Better Auth says of them; and the operators, with Django's own form."""

    list_display = ("name", "access", "email_address", "joined", "subject")
    list_filter = (KindFilter, "is_active")
    list_per_page = 50
    search_fields = ("username",)
    search_help_text = _("A whole subject or user name, or the beginning of an e-mail address or a name.")
    ordering = ("-pk",)
    actions = (*AccessAdmin.actions, *OwnerAdmin.actions)
    # People come from Better Auth, so whoever is added here is to be an operator.
    add_fieldsets = ((None, {"classes": ("wide",), "fields": (*NAME_AND_PASSWORD, "is_staff", "groups")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people = super().get_queryset(request).prefetch_related("betterauth_identities")
        if request.user.is_superuser:
            return people
        # Whoever can't change operators has no business with them either.
        if not super().has_change_permission(request):
            return people.exclude(OPERATORS)
        # A new password for somebody who may do more would be a way to his rights.
        return within_rights_of(request.user, people)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return () if request.user.is_superuser else RIGHTS

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        text = search_term.strip()
        if not text or "\0" in text:
            return (queryset.none() if text else queryset), False
        # Two looks at indexes; a condition over both tables would read them whole.
        found = set(Identity.objects.matching(text).values_list("user_id", flat=True)[:FOUND_BY_IDENTITY])
        found |= set(User.objects.filter(username=text).values_list("pk", flat=True))
        return queryset.filter(pk__in=found), False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or is_operator(obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # A deleted person's next token would make a new account; a deleted operator's part of the log would go too.
        return False

    # What they are called

    @staticmethod
    def names_of(owners: Sequence[AbstractBaseUser]) -> dict[int, str]:
        names = {owner.pk: owner.get_username() for owner in owners}
        for identity in Identity.objects.filter(user__in=names).order_by("pk"):
            names[identity.user_id] = identity.name or identity.email or identity.subject
        return names

    @staticmethod
    def profile_of(owner: AbstractBaseUser) -> dict[str, object]:
        columns = ("issuer", "subject", "name", "email", "is_email_verified", "image", "first_seen_at")
        return {"user": owner.pk, "identities": list(Identity.objects.filter(user=owner.pk).values(*columns))}

    @admin.display(description=_("name"))
    def name(self, user: User) -> str:
        return next((identity.name for identity in identities_of(user) if identity.name), user.get_username())

    @admin.display(description=_("e-mail"))
    def email_address(self, user: User) -> str | None:
        return next((identity.email for identity in identities_of(user) if identity.email), user.email) or None

    @admin.display(description=_("subject"))
    def subject(self, user: User) -> str | None:
        return ", ".join(identity.subject for identity in identities_of(user)) or None

    @admin.display(description=_("access"), ordering="is_active")
    def access(self, user: User) -> str:
        word = "deactivated" if not user.is_active else "operator" if is_operator(user) else "active"
        return format_html('<span class="badge badge-{}">{}</span>', word, ACCESS[word])

    @admin.display(description=_("joined"), ordering="date_joined")
    def joined(self, user: User) -> str:
        return date_format(user.date_joined, "SHORT_DATE_FORMAT")

    # The page of a person

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        user = self.get_object(request, unquote(object_id))
        if user is None or is_operator(user):
            return super().change_view(request, object_id, form_url, extra_context)
        if not self.has_view_permission(request, user):
            raise PermissionDenied
        names, calendar = self.names_of([user]), calendar_of(user.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": names[user.pk],
            "opts": self.opts,
            "person": user,
            "access": self.access(user),
            "identities": identities_of(user),
            "account": account_of(user.pk),
            "calendar": calendar,
            "holdings": holdings(user.pk),
            "last_change_at": last_change_at(user.pk),
            "log": log_about(user),
            "actions": [
                (name, str(label), name == "erase_data")
                for name, label in self.get_action_choices(request, default_choices=[])
                if name != idle_action(user) and (calendar or name != "revoke_calendar")
            ],
        }
        return TemplateResponse(request, "todoproject/person.html", context)

    def response_action(self, request: HttpRequest, queryset: QuerySet[User], *args: Any) -> HttpResponse | None:
        response = super().response_action(request, queryset, *args)
        person = request.POST.get("from_page", "")
        if isinstance(response, HttpResponseRedirect) and person.isdecimal():
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[person]))
        return response


def identities_of(user: User) -> list[Identity]:
    return list(user.betterauth_identities.all())


def idle_action(user: User) -> str:
    """The action that would change nothing."""
    return "reactivate" if user.is_active else "deactivate"


def log_about(user: User) -> QuerySet[LogEntry]:
    """The latest that operators did to this person, on whichever page."""
    keys = [str(identity.pk) for identity in identities_of(user)]
    about = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    about |= Q(content_type=ContentType.objects.get_for_model(Identity), object_id__in=keys)
    return LogEntry.objects.filter(about).select_related("user").order_by("-pk")[:SHOWN_LOG_ENTRIES]


class RolesAdmin(GroupAdmin):
    """Groups of operators. What they may do is for superusers to say, or a member would add to his own."""

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> tuple[str, ...]:
        return () if request.user.is_superuser else ("permissions",)


admin.site.unregister([User, Group])
admin.site.register(User, PeopleAdmin)
admin.site.register(Group, RolesAdmin)


@admin.register(LogEntry)
class LogAdmin(admin.ModelAdmin):
    """Who did what, and why. Nobody writes here by hand."""

    list_display = ("at", "user", "object", "change_message")
    list_display_links = ("at",)
    list_select_related = ("user", "content_type")
    list_per_page = 50
    ordering = ("-pk",)
    fields = ("action_time", "user", "object", "change_message")
    readonly_fields = fields

    @admin.display(description=_("at"))
    def at(self, entry: LogEntry) -> str:
        return date_format(entry.action_time, "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("about"))
    def object(self, entry: LogEntry) -> str:
        address = entry.get_admin_url()
        return format_html('<a href="{}">{}</a>', address, entry.object_repr) if address else entry.object_repr

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False
