from django.apps import AppConfig


class TodoProjectConfig(AppConfig):
    name = "todoproject"

    def ready(self) -> None:
        from todoproject import checks, people  # noqa: F401 - importing registers them
