"""Every address of the service. `/livez` is answered by a middleware, before any of these."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView

from betterauth_auth.users import in_standing
from todoproject.bridge import profile
from todoproject.index import IndexView
from todoproject.live.view import LiveView
from todoproject.monitoring.health import readyz
from todoproject.openapi import schema
from todos.api.calendar import CalendarFileView
from todos.api.me import MeView

handler400 = "todoproject.http.problems.bad_request"
handler404 = "todoproject.http.problems.not_found"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="docs")),
    # Within a tag this is the order of the OpenAPI document.
    path("api/v1/me", MeView.as_view(profile=profile), name="me"),
    path("api/v1/", include("todos.api.urls")),
    path("api/v1/calendar/<str:secret>.ics", CalendarFileView.as_view(standing=in_standing), name="calendar"),
    path("api/v1/live", LiveView.as_view(), name="live"),
    path("api/v1", IndexView.as_view(), name="index"),
    path("api/v1/schema", schema, name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(permission_classes=[], url_name="schema"), name="docs"),
    path("readyz", readyz),
    path("", include("betterauth_auth.urls")),
    path("better-auth/events/", include("betterauth_auth.events.urls")),
    path(f"{settings.ADMIN_PATH}/better-auth/", include("betterauth_auth.adminlogin.urls")),
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
]
