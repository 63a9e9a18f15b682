from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _

from todos import search, zones


class TodosConfig(AppConfig):
    name = "todos"
    verbose_name = _("Todos")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from todos.changes.accounts import delete_everything

        pre_delete.connect(delete_everything, settings.AUTH_USER_MODEL, dispatch_uid="todos.accounts")
        connection_created.connect(zones.register_in_sqlite, dispatch_uid="todos.zones")
        connection_created.connect(search.register_in_sqlite, dispatch_uid="todos.search")
