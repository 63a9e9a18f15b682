"""The operators' site: its front page, and what holds for every page of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from betterauth_auth.adminlogin.conf import is_open
from todoproject.operators import front_page
from todoproject.operators.login import LimitedLoginForm
from todos.bounded import BoundedPaginator, whole_number

FIELD_LOOKUPS = ("", "__exact", "__isnull", "__id__exact")
DATE_LOOKUPS = ("__year", "__month", "__day")
LAST_YEAR = 9998


Row = TypeVar("Row", bound=Model)


class App(TypedDict):
    """What the site's list of apps says about one, besides what it offers."""

    app_label: str
    name: object


class GuardedAdmin(admin.ModelAdmin):
    """Nothing that a list is asked by its address or by a form may fail, or read a whole table."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what a filter of this page asks for. Django lets any column be searched, also by regular expressions:
        enough to read, answer by answer, what the page does not show.
        """
        if self.date_hierarchy and lookup in {f"{self.date_hierarchy}{suffix}" for suffix in DATE_LOOKUPS}:
            # Django reckons with the year after, and fails beyond the calendar's end.
            return 1 <= (whole_number(value) or 0) <= LAST_YEAR
        allowed = set()
        for entry in self.get_list_filter(request):
            if isinstance(entry, str):
                allowed |= {f"{entry}{suffix}" for suffix in FIELD_LOOKUPS}
            else:
                allowed.add(entry.parameter_name)  # type: ignore[union-attr] # the others are filters of our own
        return lookup in allowed

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def response_action(self, request: HttpRequest, queryset: QuerySet[Model], *args: Any) -> HttpResponse | None:
        # Rows are chosen one by one: "all" could be a million, and a key that is no number fails in the database.
        keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if len(keys) > self.list_per_page or not all(whole_number(key) for key in keys):
            text = gettext("Nothing was done: these rows can't be chosen.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        form = request.POST.copy()
        form["select_across"] = "0"
        request.POST = form  # type: ignore[assignment] # Django's stubs want it immutable
        return super().response_action(request, queryset, *args)


# What the apps are called to operators, in the order of their daily use.
APPS = {"auth": _("People and operators"), "todos": _("Todos"), "betterauth_auth": "Better Auth", "admin": _("Log")}


class OperatorsSite(admin.AdminSite):
    site_header = _("Todo operations")
    site_title = site_header
    index_title = _("Is all well?")
    index_template = "todoproject/index.html"
    site_url = None
    login_form = LimitedLoginForm
    login_template = "todoproject/login.html"

    def register(
        self,
        model_or_iterable: type[Row] | Iterable[type[Row]],
        admin_class: type[admin.ModelAdmin[Row]] | None = None,
        **options: object,
    ) -> None:
        """Every page is guarded, also those of Django's own apps."""
        base = admin_class or admin.ModelAdmin
        guarded: Any = type(base.__name__, (GuardedAdmin, base), {"__module__": base.__module__, **options})
        super().register(model_or_iterable, guarded)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[App]:
        found: list[App] = super().get_app_list(request, app_label)
        for app in found:
            app["name"] = APPS.get(app["app_label"], app["name"])
        order = list(APPS)
        return sorted(found, key=lambda app: order.index(app["app_label"]) if app["app_label"] in order else len(order))

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        return super().login(request, {**(extra_context or {}), "with_better_auth": is_open()})

    def index(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> TemplateResponse:
        return super().index(request, {**(extra_context or {}), **front_page.figures()})
