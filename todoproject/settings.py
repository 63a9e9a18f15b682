"""Settings of the host project, and the only reader of the environment.

Every variable is described in `.env.example`, in the same order; a test holds the two together.
"""

import os
import re
import sys
from pathlib import Path

from django.core.management.utils import get_random_secret_key

from todoproject.config.caches import caches
from todoproject.config.databases import BadDatabaseUrl, Database, database, is_pooler
from todoproject.config.environment import Environment, read_dotenv
from todoproject.config.logs import logging_of
from todoproject.config.openapi import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

BASE_DIR = Path(__file__).resolve().parent.parent

# Tests see neither `.env` nor the shell's variables, so that they pass or fail alike on every machine.
TESTING = "pytest" in sys.modules or sys.argv[1:2] == ["test"]
if TESTING:
    env = Environment(
        {
            "SECRET_KEY": get_random_secret_key(),
            "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
            "BETTER_AUTH_API_URL": "http://localhost:3000",
            "HTTPS_ONLY": "false",
            # Tests of limits set theirs; all others come from one address.
            "RATE_LIMIT_ADDRESS": "0",
            "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
        }
    )
else:
    env = Environment({**read_dotenv(BASE_DIR / ".env"), **os.environ})

# What kind of place this is

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    env.fault("SECRET_KEY", "it is missing", "set it to 50 random characters; `make run` writes one into .env")
if SECRET_KEY and not DEBUG and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5):
    env.fault("SECRET_KEY", "it is too easy to guess", "set it to 50 random characters")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default=("localhost", "127.0.0.1", "[::1]") if DEBUG else ())
if not (DEBUG or ALLOWED_HOSTS):
    env.fault("ALLOWED_HOSTS", "it is empty", "list the host names of this service, separated by commas")
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")

# Plain HTTP is for one's own machine. The proxy in front ends TLS and says so in X-Forwarded-Proto.
HTTPS_ONLY = env.flag("HTTPS_ONLY", default=not DEBUG)
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, maximum=10)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS_ONLY
# The API, which this does not reach, refuses plain HTTP instead (todoproject/http/transport.py).
SECURE_REDIRECT_EXEMPT = [r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS_ONLY
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
if HTTPS_ONLY:
    # Browsers refuse these names from other hosts of the domain and from plain HTTP.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
X_FRAME_OPTIONS = "DENY"

# The admin: where it is, how long a sign-in lasts, guesses a minute by address, by name, and by name on a known network

ADMIN_PATH = env.text("ADMIN_PATH", "admin").strip("/")
if not re.fullmatch(r"[A-Za-z0-9_-]+", ADMIN_PATH) or ADMIN_PATH in {"api", "docs", "static", "metrics"}:
    env.fault("ADMIN_PATH", f"{ADMIN_PATH!r} can't be used", "choose one word of letters, digits, - and _")
SESSION_COOKIE_AGE = 4 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
LOGINS_BY_ADDRESS = 10
LOGINS_BY_NAME = 20
LOGINS_FROM_KNOWN_NETWORK = 10

# Applications and the way through them

INSTALLED_APPS = [
    "todoproject.apps.OperatorsAdminConfig",
    "todoproject.apps.PeopleAuthConfig",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "betterauth_auth",
    "todos",
    "todoproject",
]
MIDDLEWARE = [
    "todoproject.monitoring.request_log.RequestLogMiddleware",
    "todoproject.monitoring.health.LivezMiddleware",
    "todoproject.monitoring.metrics.MetricsMiddleware",
    # Requests of the API skip everything that stands after this line.
    "todoproject.http.gate.ApiGate",
    "todoproject.http.transport.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "todoproject.http.request_size.FormSizeMiddleware",
    "todoproject.http.outages.DatabaseOutageMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "todoproject.operators.language.AdminLanguageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "todoproject.http.visitors.VisitorLimitMiddleware",
]
ROOT_URLCONF = "todoproject.urls"
WSGI_APPLICATION = "todoproject.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before those of the apps, because some of ours stand in for the admin's.
        "DIRS": [BASE_DIR / "todoproject" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# The largest body is read into memory whole; 100 operations of a bulk with 20,000-character notes fit.
MAX_BODY_BYTES = env.number("MAX_BODY_BYTES", 5_000_000, minimum=1_000)
MAX_IMPORT_BYTES = env.number("MAX_IMPORT_BYTES", 10_000_000, minimum=1_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = max(MAX_BODY_BYTES, MAX_IMPORT_BYTES)

# The server: fixed numbers, because every thread keeps one connection to the database

WEB_WORKERS = env.number("WEB_WORKERS", 2, minimum=1, maximum=256)
WEB_THREADS = env.number("WEB_THREADS", 4, minimum=1, maximum=256)

# Database

DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
DATABASE_URL_DIRECT = env.text("DATABASE_URL_DIRECT")
DATABASE_POOLED = env.flag("DATABASE_POOLED", default=is_pooler(DATABASE_URL))
DATABASE_POOLER_PREPARES = env.flag("DATABASE_POOLER_PREPARES", default=False)
DATABASE_DISTRIBUTED = env.flag("DATABASE_DISTRIBUTED", default=False)
REFERENCE_TABLES = ["betterauth_auth_identity"]
CONN_MAX_AGE = env.number("CONN_MAX_AGE", 300)
ANSWER_SECONDS = env.number("DATABASE_ANSWER_SECONDS", 30, minimum=1)
WEB_MACHINES = env.number("WEB_MACHINES", 1, minimum=1, maximum=1000)
# Changing tables needs a session of its own, which a transaction pooler does not give, and takes as long as it takes.
CHANGES_TABLES = sys.argv[1:2] in (["migrate"], ["distribute"]) or "--migrate" in sys.argv
DATABASES: dict[str, Database] = {}
for name, url, is_pooled in (
    ("DATABASE_URL", DATABASE_URL, DATABASE_POOLED),
    ("DATABASE_URL_DIRECT", DATABASE_URL_DIRECT, False),
):
    try:
        endpoint = url and database(
            url, is_pooled=is_pooled, max_age=CONN_MAX_AGE, answer_seconds=0 if CHANGES_TABLES else ANSWER_SECONDS
        )
    except BadDatabaseUrl as exc:
        env.fault(name, exc.fault, exc.cure)
        continue
    if endpoint and (name == "DATABASE_URL" or CHANGES_TABLES):
        DATABASES["default"] = endpoint
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    env.fault("REDIS_URL", "it is not a Redis URL", "write rediss://user:password@host:6379/0")
CACHES = caches(REDIS_URL)

# People: end users come from Better Auth, operators sign in to the admin with a password

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

BETTER_AUTH: dict[str, object] = {
    "API_URL": env.text("BETTER_AUTH_API_URL"),
    "NEON_AUTH_BASE_URL": env.text("NEON_AUTH_BASE_URL"),
    "NEON_AUTH_JWKS_URL": env.text("NEON_AUTH_JWKS_URL"),
    "JWKS_URL": env.text("BETTER_AUTH_JWKS_URL"),
    "ISSUER": env.words("BETTER_AUTH_ISSUER"),
    "IDENTITY_ISSUER": env.text("BETTER_AUTH_IDENTITY_ISSUER"),
    "AUDIENCE": env.words("BETTER_AUTH_AUDIENCE"),
    "ALGORITHMS": env.words("BETTER_AUTH_ALGORITHMS", default=("EdDSA",)),
    "TOKEN_TYPES": env.words("BETTER_AUTH_TOKEN_TYPES", default=("absent", "JWT")),
    "REQUIRED_SCOPES": env.words("BETTER_AUTH_REQUIRED_SCOPES"),
    "LEEWAY_SECONDS": env.number("BETTER_AUTH_LEEWAY_SECONDS", 10, maximum=300),
    "MAX_TOKEN_LIFETIME_SECONDS": env.number("BETTER_AUTH_MAX_TOKEN_LIFETIME_SECONDS", 86_400, minimum=1),
    "SOFT_LIFE_SECONDS": env.number("BETTER_AUTH_SOFT_LIFE_SECONDS", 300, minimum=1),
    "HARD_LIFE_SECONDS": env.number("BETTER_AUTH_HARD_LIFE_SECONDS", 3_600, minimum=1),
    "TOKEN_CACHE_SECONDS": env.number("BETTER_AUTH_TOKEN_CACHE_SECONDS", 60, maximum=3_600),
    "USER_TABLE": env.text("BETTER_AUTH_USER_TABLE"),
    "JWKS": env.text("BETTER_AUTH_JWKS"),
    "JWKS_FILE": env.text("BETTER_AUTH_JWKS_FILE"),
    "CACHE": env.text("BETTER_AUTH_CACHE", "default" if REDIS_URL else ""),
    "CA_BUNDLE": env.text("BETTER_AUTH_CA_BUNDLE"),
    "PROXY": env.text("BETTER_AUTH_PROXY"),
    "ISSUERS": env.json_list("BETTER_AUTH_ISSUERS"),
    "RESOURCE": env.text("BETTER_AUTH_RESOURCE"),
    "AUTHORIZATION_SERVERS": env.words("BETTER_AUTH_AUTHORIZATION_SERVERS"),
    **env.texts("BETTER_AUTH_", "ADMIN_CLIENT_ID", "ADMIN_SERVER", "ADMIN_ISSUER"),
    "ADMIN_SESSION_SECONDS": env.number("BETTER_AUTH_ADMIN_SESSION_SECONDS", 3_600, minimum=60, maximum=43_200),
    "STAFF_ROLE": env.text("BETTER_AUTH_STAFF_ROLE"),
    "EVENTS": env.words("BETTER_AUTH_EVENTS"),
    "LOGOUT_CLIENT_ID": env.text("BETTER_AUTH_LOGOUT_CLIENT_ID"),
    "SIGN_UP_DOMAINS": env.words("BETTER_AUTH_SIGN_UP_DOMAINS"),
    "SIGN_UP_MAKES_USER": env.flag("BETTER_AUTH_SIGN_UP_MAKES_USER", default=False),
    **env.texts("BETTER_AUTH_", "INTROSPECT_CLIENT_ID", "INTROSPECT_CLIENT_SECRET", "INTROSPECT_URL"),
    "INTROSPECT_SECONDS": env.number("BETTER_AUTH_INTROSPECT_SECONDS", 10, maximum=60),
    # Trusted only while DEBUG is on and nothing above names a Better Auth server.
    "DEV_KEY_FILE": str(BASE_DIR / "var" / "better-auth-development-key.json"),
}
# Neon gives its two variables names of their own.
BETTER_AUTH["VARIABLES"] = {
    name: name if name.startswith("NEON_") else f"BETTER_AUTH_{name}" for name in BETTER_AUTH if name != "DEV_KEY_FILE"
}

# The API

RATE_LIMIT_USER = env.number("RATE_LIMIT_USER", 600)
RATE_LIMIT_ADDRESS = env.number("RATE_LIMIT_ADDRESS", 60)
# Pages of todos that are sent again as they were while nothing has changed, in each process; 0 reads every page.
REMEMBERED_PAGES_MB = env.number("REMEMBERED_PAGES_MB", 32, maximum=1024)
# Every read by ordinary querysets and serializers, to compare with: much slower.
PLAIN_READS = env.flag("PLAIN_READS", default=False)
# Rows of one person, those in the trash included; 0 is no limit
QUOTA_TODOS = env.number("QUOTA_TODOS", 100_000)
QUOTA_LISTS = env.number("QUOTA_LISTS", 1_000)
QUOTA_TAGS = env.number("QUOTA_TAGS", 5_000)
QUOTA_VIEWS = env.number("QUOTA_VIEWS", 200)
QUOTA_SUBTASKS = env.number("QUOTA_SUBTASKS", 500)
QUOTA_COMPLETIONS = env.number("QUOTA_COMPLETIONS", 50_000)
QUOTA_IDEMPOTENCY_KEYS = env.number("QUOTA_IDEMPOTENCY_KEYS", 2_000)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["betterauth_auth.authentication.BetterAuthAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["todoproject.http.json_io.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "todoproject.http.json_io.JSONNegotiation",
    "DEFAULT_PARSER_CLASSES": ["todoproject.http.json_io.JSONParser", "todoproject.http.json_io.MergePatchParser"],
    "DEFAULT_SCHEMA_CLASS": "todos.api.docs.naming.Schema",
    "DEFAULT_THROTTLE_CLASSES": ["todoproject.http.throttling.UserThrottle"],
    "EXCEPTION_HANDLER": "todoproject.http.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# Live: streams that tell of changes, from `manage.py live` and not from these processes; needs REDIS_URL

LIVE_STREAMS = env.number("LIVE_STREAMS", 1_000, minimum=1, maximum=50_000)
LIVE_STREAMS_PER_USER = env.number("LIVE_STREAMS_PER_USER", 10, minimum=1)
LIVE_HEARTBEAT_SECONDS = env.number("LIVE_HEARTBEAT_SECONDS", 20, minimum=1, maximum=50)
# Where nginx passes them on from; it waits for the next comment for 75 s (deploy/nginx-live.conf.template).
LIVE_UPSTREAM = env.address("LIVE_UPSTREAM")
if LIVE_UPSTREAM and not REDIS_URL:
    env.fault("LIVE_UPSTREAM", "streams hear nothing without a Redis", "set REDIS_URL as well, or leave it empty")

# Browsers on other origins

CORS_ALLOW_HEADERS = ["authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "x-request-id"]
EXPOSED = "ETag Location Link Retry-After RateLimit RateLimit-Policy X-Request-ID WWW-Authenticate"
CORS_EXPOSE_HEADERS = EXPOSED.split(" ")
CORS_URLS_REGEX = r"^/api/.*$"
CORS_PREFLIGHT_MAX_AGE = 7200

# Language, time and files

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = ["todoproject.formats"]
STATIC_URL = "static/"
# Files are served from where the packages keep them, so that no deployment can forget collectstatic.
WHITENOISE_USE_FINDERS = True

# Metrics: counted only when there is a token to read them with

METRICS_TOKEN = env.text("METRICS_TOKEN")
if METRICS_TOKEN and len(METRICS_TOKEN) < 16:
    env.fault("METRICS_TOKEN", "it is shorter than 16 characters", "choose a long random one, or leave it empty")
METRICS_DIRECTORY = env.text("METRICS_DIRECTORY")

# Traces and crashes: packages of requirements-observability.txt, imported only where these say so

OTEL_EXPORTER_OTLP_ENDPOINT = env.text("OTEL_EXPORTER_OTLP_ENDPOINT")
OTEL = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": OTEL_EXPORTER_OTLP_ENDPOINT,
    "OTEL_EXPORTER_OTLP_HEADERS": env.text("OTEL_EXPORTER_OTLP_HEADERS"),
    "OTEL_SERVICE_NAME": env.text("OTEL_SERVICE_NAME", "todo-api"),
    "OTEL_TRACES_SAMPLER": env.text("OTEL_TRACES_SAMPLER", "parentbased_always_on"),
    "OTEL_TRACES_SAMPLER_ARG": env.text("OTEL_TRACES_SAMPLER_ARG", "1"),
}
TRACEPARENT_TRUSTED = env.flag("TRACEPARENT_TRUSTED", default=False)
if TRACEPARENT_TRUSTED and not TRUSTED_PROXIES:
    env.fault("TRACEPARENT_TRUSTED", "there is no proxy that could have written it", "set TRUSTED_PROXIES, or leave it")
if OTEL_EXPORTER_OTLP_ENDPOINT:
    # OpenTelemetry reads the environment itself, which does not have what stands in `.env`.
    os.environ.update(OTEL)
    MIDDLEWARE.insert(0, "todoproject.monitoring.tracing.TracingMiddleware")
    env.require_package("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry.exporter.otlp.proto.http")
SENTRY_DSN = env.text("SENTRY_DSN")
if SENTRY_DSN:
    env.require_package("SENTRY_DSN", "sentry_sdk")

# Logs: JSON on stdout for machines, plain lines while developing

LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.choice("LOG_FORMAT", "plain" if DEBUG else "json", ("json", "plain"))
LOGGING = logging_of(LOG_FORMAT, LOG_LEVEL, is_silent=TESTING, is_traced=bool(OTEL_EXPORTER_OTLP_ENDPOINT))

env.report()
