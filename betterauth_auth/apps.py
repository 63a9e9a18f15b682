from django.apps import AppConfig
from django.core.signals import setting_changed


class BetterAuthConfig(AppConfig):
    name = "betterauth_auth"
    verbose_name = "Better Auth"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from betterauth_auth import checks, conf, keyset

        checks.register_all()
        setting_changed.connect(conf.forget)
        setting_changed.connect(keyset.forget)
