import socket
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import skipUnless

from django.core.checks import run_checks
from django.db import connection
from django.test import SimpleTestCase, TestCase, override_settings

from tests.todoproject.test_settings import PRODUCTION, manage
from todoproject.config.databases import BadDatabaseUrl, database, is_pooler

NEON = "postgresql://todo:s%40cret@ep-blue-1.eu-central-1.aws.neon.tech/todo"
POOLED = NEON.replace("ep-blue-1.", "ep-blue-1-pooler.")


def settings_for(url, *, is_pooled=False):
    return database(url, is_pooled=is_pooled, max_age=300, answer_seconds=30)


def fault_of(url, *, is_pooled=False):
    try:
        settings_for(url, is_pooled=is_pooled)
    except BadDatabaseUrl as exc:
        return exc.fault
    return None


class EncryptionIsNeverLessThanTheUrlSays(SimpleTestCase):
    def test_off_loopback_every_weak_mode_becomes_require(self):
        for mode in ("", "?sslmode=disable", "?sslmode=allow", "?sslmode=prefer", "?sslmode=require"):
            with self.subTest(mode=mode):
                self.assertEqual(settings_for(NEON + mode)["OPTIONS"]["sslmode"], "require")

    def test_verification_that_the_url_asks_for_stays(self):
        for mode in ("verify-ca", "verify-full"):
            with self.subTest(mode=mode):
                self.assertEqual(settings_for(f"{NEON}?sslmode={mode}")["OPTIONS"]["sslmode"], mode)

    def test_the_systems_certificates_mean_full_verification(self):
        options = settings_for(f"{NEON}?sslrootcert=system")["OPTIONS"]

        self.assertEqual((options["sslmode"], options["sslrootcert"]), ("verify-full", "system"))

    def test_loopback_and_unix_sockets_are_left_as_they_are(self):
        for host in ("localhost", "127.0.0.1", "127.8.8.8", "[::1]", "%2Fvar%2Frun%2Fpostgresql", ""):
            with self.subTest(host=host):
                self.assertNotIn("sslmode", settings_for(f"postgresql://todo@{host}/todo")["OPTIONS"])

    def test_a_loopback_name_for_an_address_elsewhere_is_not_believed(self):
        options = settings_for("postgresql://todo@localhost/todo?hostaddr=203.0.113.9&sslmode=disable")["OPTIONS"]

        self.assertEqual(options["sslmode"], "require")


class EndpointsGetWhatTheyCanTake(SimpleTestCase):
    def test_a_poolers_host_is_recognised_and_a_password_that_looks_like_one_is_not(self):
        self.assertTrue(is_pooler(POOLED))
        self.assertFalse(is_pooler(NEON.replace("s%40cret", "x-pooler.y")))

    def test_a_pooled_endpoint_gets_no_server_side_cursor_no_prepared_statement_and_no_startup_options(self):
        entry = settings_for(POOLED, is_pooled=True)

        self.assertTrue(entry["DISABLE_SERVER_SIDE_CURSORS"])
        self.assertEqual({"options", "prepare_threshold", "server_side_binding"} & set(entry["OPTIONS"]), set())

    def test_a_direct_endpoint_gets_prepared_statements(self):
        entry = settings_for(NEON)

        self.assertFalse(entry["DISABLE_SERVER_SIDE_CURSORS"])
        self.assertEqual((entry["OPTIONS"]["server_side_binding"], entry["OPTIONS"]["prepare_threshold"]), (True, 5))

    def test_connections_are_kept_checked_named_and_bounded_in_time(self):
        entry = settings_for(NEON)

        self.assertEqual((entry["CONN_MAX_AGE"], entry["CONN_HEALTH_CHECKS"]), (300, True))
        expected = {"application_name": "todo-api", "connect_timeout": 10, "tcp_user_timeout": 10_000}
        self.assertEqual(entry["OPTIONS"] | expected, entry["OPTIONS"])
        self.assertEqual([entry["OPTIONS"][f"keepalives_{x}"] for x in ("idle", "interval", "count")], [10, 3, 3])

    def test_what_the_url_says_wins_over_our_numbers(self):
        options = settings_for(f"{NEON}?connect_timeout=4&application_name=mine&channel_binding=require")["OPTIONS"]

        self.assertEqual((options["connect_timeout"], options["application_name"]), (4, "mine"))
        self.assertEqual(options["channel_binding"], "require")

    def test_sqlite_takes_its_write_lock_at_begin_waits_for_it_and_writes_ahead(self):
        options = settings_for("sqlite:////var/lib/todo.sqlite3")["OPTIONS"]

        self.assertEqual((options["transaction_mode"], options["timeout"]), ("IMMEDIATE", 20))
        self.assertIn("journal_mode=WAL", options["init_command"])


class BadUrlsAreNamedWithoutTheirPassword(SimpleTestCase):
    def test_each_fault_is_told_apart(self):
        for url, fault in (
            ("mysql://todo@db/todo", "not a PostgreSQL or SQLite URL"),
            ("todo.sqlite3", "not a PostgreSQL or SQLite URL"),
            ("postgresql://todo:pa/ss@db/todo", "can't be taken apart"),
            ("postgresql://todo@db", "names no database"),
            (f"{NEON}?sslmode=verify", "sslmode is not known"),
            (f"{NEON}?schema=public", "parameter that PostgreSQL does not know"),
        ):
            with self.subTest(url=url):
                self.assertIn(fault, fault_of(url) or "")

    def test_a_pooled_endpoint_refuses_startup_options_other_than_neons_own(self):
        self.assertIn("startup options", fault_of(f"{POOLED}?options=-c%20geqo%3Doff", is_pooled=True) or "")
        self.assertIsNone(fault_of(f"{POOLED}?options=endpoint%3Dep-blue-1", is_pooled=True))

    def test_the_report_names_the_variable_and_shows_no_part_of_the_password(self):
        for url in ("postgresql://todo:hunter2/x@db/todo", "mysql://todo:hunter2@db/x", f"{NEON}?hunter2=1"):
            with self.subTest(url=url):
                result = manage("check", **{**PRODUCTION, "DATABASE_URL": url, "DATABASE_URL_DIRECT": url})
                self.assertIn("  DATABASE_URL: ", result.stderr)
                self.assertIn("  DATABASE_URL_DIRECT: ", result.stderr)
                self.assertNotIn("hunter2", result.stderr + result.stdout)


class MigrationsGoAroundThePooler(SimpleTestCase):
    def test_migrate_uses_the_direct_address_and_other_commands_the_one_of_every_day(self):
        folder = Path(self.enterContext(TemporaryDirectory()))
        names = {"DATABASE_URL": "daily", "DATABASE_URL_DIRECT": "direct"}
        urls = {variable: f"sqlite:///{folder}/{name}" for variable, name in names.items()}

        manage("migrate", "contenttypes", **{**PRODUCTION, **urls})
        self.assertEqual([path.name for path in folder.iterdir()], ["direct"])
        manage("showmigrations", **{**PRODUCTION, **urls})
        self.assertIn("daily", [path.name for path in folder.iterdir()])


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL")
class AConnectionIsWhatTheSettingsSay(TestCase):
    def test_the_server_knows_who_is_connected(self):
        with connection.cursor() as cursor:
            cursor.execute("SHOW application_name")
            self.assertEqual(cursor.fetchone(), ("todo-api",))

    def test_the_socket_gives_up_on_a_silent_network(self):
        connection.ensure_connection()
        with socket.socket(fileno=socket.dup(connection.connection.fileno())) as wire:
            self.assertEqual(wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT), 10_000)
            self.assertEqual(wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE), 10)
            self.assertEqual(wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL), 3)
            self.assertEqual(wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT), 3)

    def test_a_statement_used_often_is_prepared_on_the_server(self):
        with connection.cursor() as cursor:
            for number in range(8):
                cursor.execute("SELECT %s::int AS often", [number])
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%% AS often'")
            self.assertEqual(cursor.fetchone(), (1,))

    def test_more_connections_than_the_server_takes_are_warned_of(self):
        with override_settings(WEB_MACHINES=50, DATABASE_POOLED=False):
            found = run_checks(tags=["database"], databases=["default"])

        self.assertEqual([message.id for message in found], ["todoproject.W001"])
