from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin_apps
from django.contrib.auth import apps as auth_apps


class TodoProjectConfig(AppConfig):
    name = "todoproject"

    def ready(self) -> None:
        # Importing them registers what is in them.
        for name in ("todoproject.bridge", "todoproject.config.checks", "todoproject.live.publishing"):
            import_module(name)
        if settings.SENTRY_DSN:
            import_module("todoproject.monitoring.crashes").tell_sentry(settings.SENTRY_DSN)


class OperatorsAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our site in the place of the stock one."""

    default = False
    default_site = "todoproject.operators.site.OperatorsSite"


class PeopleAuthConfig(auth_apps.AuthConfig):
    """Django's users with keys of 64 bits: each person who ever signs in takes one."""

    default = False
    default_auto_field = "django.db.models.BigAutoField"
