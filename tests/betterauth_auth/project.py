"""Settings of a project that has nothing but the app. Its suite passes there too, also from the wheel."""

SECRET_KEY = "standalone"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "betterauth_auth"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "db.sqlite3",
        "OPTIONS": {"timeout": 20},
        "TEST": {"NAME": "test.sqlite3"},
    }
}
BETTER_AUTH = {"API_URL": "http://localhost:3000"}
ROOT_URLCONF = "tests.betterauth_auth.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
