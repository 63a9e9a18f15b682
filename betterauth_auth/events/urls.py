"""Wherever you want to hear of events: `path("better-auth/events/", include("betterauth_auth.events.urls"))`."""

from django.urls import path

from betterauth_auth.events import views

urlpatterns = [
    path("plugin", views.plugin),
    path("logout", views.logout),
    path("neon", views.neon),
]
