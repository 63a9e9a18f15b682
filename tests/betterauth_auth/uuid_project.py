"""The same project with users whose keys are UUIDs."""

from tests.betterauth_auth.project import *  # noqa: F403
from tests.betterauth_auth.project import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.betterauth_auth.people"]
AUTH_USER_MODEL = "people.Person"
