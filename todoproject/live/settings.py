"""The settings of `manage.py live`: as everywhere, but for the one address that it has."""

from todoproject import settings
from todoproject.settings import *  # noqa: F403

ROOT_URLCONF = "todoproject.live.urls"
# What watches it, and the gate. All else is for pages, and there are none.
MIDDLEWARE = settings.MIDDLEWARE[: settings.MIDDLEWARE.index("todoproject.http.gate.ApiGate") + 1]
