"""For the root of your addresses: `path("", include("betterauth_auth.urls"))`."""

from django.urls import path

from betterauth_auth.metadata import WELL_KNOWN, protected_resource

urlpatterns = [
    path(WELL_KNOWN.removeprefix("/"), protected_resource),
    path(f"{WELL_KNOWN.removeprefix('/')}/<path:path>", protected_resource),
]
