from django.apps import AppConfig


class BetterAuthConfig(AppConfig):
    name = "betterauth_auth"
    verbose_name = "Better Auth"
    default_auto_field = "django.db.models.BigAutoField"
