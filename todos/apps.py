from django.apps import AppConfig
from django.db.backends.signals import connection_created

from todos import search, zones


class TodosConfig(AppConfig):
    name = "todos"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        connection_created.connect(zones.register_in_sqlite, dispatch_uid="todos.zones")
        connection_created.connect(search.register_in_sqlite, dispatch_uid="todos.search")
