"""From a database URL to Django's settings for that kind of endpoint: Neon direct, Neon pooled, SQLite."""

from __future__ import annotations

import ipaddress
from typing import Any, TypeAlias

import dj_database_url
import psycopg
from psycopg.conninfo import make_conninfo

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
POSTGRESQL_SCHEMES = ("postgres://", "postgresql://")
# A network that swallows packets is noticed after ten seconds while sending, and after nineteen while waiting.
NETWORK_LIMITS = {
    "connect_timeout": 10,
    "tcp_user_timeout": 10_000,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
# WAL alone failed 39 % of concurrent writes; taking the write lock at BEGIN and waiting for it failed none.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


Options: TypeAlias = dict[str, str | int]


class Database(dj_database_url.DBConfig, total=False):
    """One entry of Django's DATABASES."""

    ANSWER_SECONDS: int


class BadDatabaseUrl(ValueError):
    """What is wrong and how to cure it. Never quotes the URL, which holds a password."""

    def __init__(self, fault: str, cure: str) -> None:
        super().__init__(fault, cure)
        self.fault, self.cure = fault, cure


def database(url: str, *, is_pooled: bool, max_age: int, answer_seconds: int) -> Database:
    """`answer_seconds` bounds the wait for each statement's answer, 0 does not."""
    if url.startswith("sqlite://"):
        return {**dj_database_url.parse(url), "CONN_MAX_AGE": max_age, "OPTIONS": dict(SQLITE_OPTIONS)}
    if not url.startswith(POSTGRESQL_SCHEMES):
        raise BadDatabaseUrl("it is not a PostgreSQL or SQLite URL", "start it with postgresql:// or sqlite:///")
    try:
        entry: Database = {**dj_database_url.parse(url, conn_max_age=max_age, conn_health_checks=True)}
    except ValueError as exc:
        cure = "copy it from Neon; in a password, write @ : / # ? % as %40 %3A %2F %23 %3F %25"
        raise BadDatabaseUrl("it can't be taken apart", cure) from exc
    if not entry["NAME"]:
        raise BadDatabaseUrl("it names no database", "end it with /name")
    entry["ENGINE"] = "todoproject.postgresql"
    entry["ANSWER_SECONDS"] = answer_seconds
    entry["DISABLE_SERVER_SIDE_CURSORS"] = is_pooled
    entry["OPTIONS"] = postgresql_options(entry["HOST"], entry.get("OPTIONS", {}), is_pooled)
    return entry


def postgresql_options(host: str, given: Options, is_pooled: bool) -> Options:
    """What the URL asks for, completed; only an insecure or impossible wish is not granted."""
    refuse_unknown(given)
    startup_options = str(given.get("options", ""))
    # Neon's proxy itself reads endpoint=…; anything else would reach PgBouncer, which refuses the connection.
    if is_pooled and startup_options and not startup_options.startswith("endpoint="):
        raise BadDatabaseUrl("a pooled endpoint takes no startup options", "set them with ALTER ROLE … SET instead")
    options: Options = {"application_name": "todo-api", **NETWORK_LIMITS, **given}
    if not is_loopback(str(given.get("hostaddr") or host or given.get("host", ""))):
        options["sslmode"] = at_least_required(options)
    if not is_pooled:
        # Parsed and planned once per connection. A transaction pooler may hand the next statement to another backend.
        options |= {"server_side_binding": True, "prepare_threshold": 5}
    return options


def refuse_unknown(given: dict[str, Any]) -> None:
    if given.get("sslmode", "require") not in SSL_MODES:
        raise BadDatabaseUrl("its sslmode is not known", f"choose one of {', '.join(SSL_MODES)}")
    try:
        make_conninfo(**given)
    except psycopg.Error as exc:
        cure = "leave out what belongs to other libraries, such as schema= or pgbouncer="
        raise BadDatabaseUrl("it has a parameter that PostgreSQL does not know", cure) from exc


def at_least_required(options: Options) -> str:
    if "sslmode" not in options and options.get("sslrootcert") == "system":
        return "verify-full"
    mode = str(options.get("sslmode", "require"))
    return mode if SSL_MODES.index(mode) > SSL_MODES.index("require") else "require"


def is_pooler(url: str) -> bool:
    """Whether the host is one of Neon's PgBouncer endpoints: ep-name-123-pooler.region.aws.neon.tech."""
    return "-pooler." in url.rpartition("@")[2].partition("/")[0]


def is_loopback(host: str) -> bool:
    """Whether the traffic stays on this machine; an empty host or a path is a Unix socket."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
