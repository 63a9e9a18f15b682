"""The settings as the plugin of mypy can read them: it knows the users of Django by the stock name of their app."""

from todoproject import settings
from todoproject.settings import *  # noqa: F403 - the plugin looks for each by its name

INSTALLED_APPS = [
    "django.contrib.auth" if name == "todoproject.apps.PeopleAuthConfig" else name for name in settings.INSTALLED_APPS
]
