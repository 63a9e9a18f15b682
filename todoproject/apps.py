from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.contrib.auth import apps as auth_apps


class TodoProjectConfig(AppConfig):
    name = "todoproject"

    def ready(self) -> None:
        from todoproject import bridge  # noqa: F401 - importing registers them
        from todoproject.config import checks  # noqa: F401 - likewise


class OperatorsAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our site in the place of the stock one."""

    default = False
    default_site = "todoproject.operators.site.OperatorsSite"


class PeopleAuthConfig(auth_apps.AuthConfig):
    """Django's users with keys of 64 bits: each person who ever signs in takes one."""

    default = False
    default_auto_field = "django.db.models.BigAutoField"
