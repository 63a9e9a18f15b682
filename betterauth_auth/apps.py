from django.apps import AppConfig, apps
from django.core.signals import setting_changed


class BetterAuthConfig(AppConfig):
    name = "betterauth_auth"
    verbose_name = "Better Auth"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from betterauth_auth import checks, conf, deferred, profile, usertable
        from betterauth_auth.cookies import sessions
        from betterauth_auth.introspection import standing
        from betterauth_auth.jwks import keyset

        checks.register_all()
        setting_changed.connect(conf.forget)
        setting_changed.connect(keyset.forget)
        setting_changed.connect(sessions.forget)
        setting_changed.connect(standing.forget)
        setting_changed.connect(deferred.keys_of_tokens.clear)
        setting_changed.connect(profile.forget_rest)
        setting_changed.connect(usertable.forget)
        if apps.is_installed("drf_spectacular"):
            from betterauth_auth import openapi  # noqa: F401 - importing registers it
