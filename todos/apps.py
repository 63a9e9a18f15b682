from django.apps import AppConfig
from django.db.backends.signals import connection_created

from todos.zones import register_in_sqlite


class TodosConfig(AppConfig):
    name = "todos"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        connection_created.connect(register_in_sqlite, dispatch_uid="todos.zones")
