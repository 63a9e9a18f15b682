"""The settings as the plugin of mypy can read them: it knows the users of Django by the stock name of their app."""

from todoproject import settings

# The plugin looks for each by its name.
from todoproject.settings import *

INSTALLED_APPS = [
    "django.contrib.auth" if name == "todoproject.apps.PeopleAuthConfig" else name for name in settings.INSTALLED_APPS
]
